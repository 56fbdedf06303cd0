//! One case: steps against one fresh org.

use std::path::Path;
use std::sync::Arc;

use mediate::contract::{Fault, Message, Style};
use mediate::session::{Session, SessionError};
use mediate_tests::org::{Way, connector, open};
use mediate_tests::transfers::Transfer;
use sandbox::Org;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::matching::{fill, matches};

/// How long a poll may wait for something to come.
const POLL_MS: u32 = 2_000;

/// Steps that build on each other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// `group/name` of the file.
    #[serde(skip)]
    pub name: String,
    /// Says what the case shows.
    #[serde(rename = "what")]
    _what: String,
    /// Members of the connection besides the usual ones.
    #[serde(default)]
    pub connection: Value,
    steps: Vec<Step>,
}

/// One run of an operation. `${name}` anywhere in config or input stands for a value that an earlier step kept.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    operation: String,
    #[serde(default = "no_config")]
    config: Value,
    /// The input: a JSON value, or text.
    input: Option<Value>,
    /// The media type of the input: JSON unless given.
    #[serde(rename = "input-type")]
    input_type: Option<String>,
    /// What the reply must hold: see `matching.rs`. A reply of text is a string, NDJSON a list.
    reply: Option<Value>,
    /// Attributes that the reply must have.
    #[serde(default)]
    attributes: Map<String, Value>,
    /// The fault that must come instead of a reply: `kind`, `code` of the first error, `message` (a part of it).
    fault: Option<Value>,
    /// Values to keep: name -> JSON pointer into the reply.
    #[serde(default)]
    keep: Map<String, Value>,
}

fn no_config() -> Value {
    Value::Object(Map::new())
}

impl Case {
    /// Reads a file.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a readable case");
        let mut case: Self = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let part = |path: Option<&Path>| {
            let stem = path.and_then(Path::file_stem).unwrap_or_default();
            stem.to_string_lossy().into_owned()
        };
        case.name = format!("{}/{}", part(path.parent()), part(Some(path)));
        case
    }

    /// The operations of the case, and whether each is expected to fail.
    pub fn operations(&self) -> impl Iterator<Item = (String, bool)> {
        self.steps
            .iter()
            .map(|step| (step.operation.clone(), step.fault.is_some()))
    }

    /// Runs all steps.
    pub async fn run(&self) -> Result<(), String> {
        let org = Arc::new(Org::builder().build().map_err(|error| error.to_string())?);
        let session = open(&org, Way::InProcess, &self.connection).await;
        self.run_on(&session).await
    }

    /// Runs all steps against the org of a session.
    pub async fn run_on(&self, session: &Session) -> Result<(), String> {
        let mut kept = Map::new();
        for (index, step) in self.steps.iter().enumerate() {
            let run = step.run(session, &mut kept).await;
            run.map_err(|why| format!("step {} ({}): {why}", index + 1, step.operation))?;
        }
        Ok(())
    }
}

impl Step {
    async fn run(&self, session: &Session, kept: &mut Map<String, Value>) -> Result<(), String> {
        let config = fill(&self.config, kept)?;
        let input = self.input.as_ref().map(|input| fill(input, kept));
        let input = input.transpose()?.map(|input| self.message(&input));
        let outcome = perform(session, &self.operation, &config, input).await;
        match (outcome, &self.fault) {
            (Ok(reply), None) => self.check(&reply, kept),
            (Err(fault), Some(expected)) => check_fault(&fault, expected),
            (Ok(reply), Some(_)) => {
                Err(format!("it should have failed, and gave {}", shown(&reply)))
            }
            (Err(fault), None) => Err(format!("{fault} {:?}", fault.upstream)),
        }
    }

    fn message(&self, input: &Value) -> Message {
        let body = match input {
            Value::String(text) => text.clone(),
            document => document.to_string(),
        };
        let media_type = self.input_type.as_deref().unwrap_or("application/json");
        Message::new(media_type, body)
    }

    fn check(&self, reply: &Message, kept: &mut Map<String, Value>) -> Result<(), String> {
        let document = document(reply);
        if let Some(expected) = &self.reply {
            matches(&document, &fill(expected, kept)?)
                .map_err(|why| format!("{why}\nin {}", shown(reply)))?;
        }
        for (name, expected) in &self.attributes {
            let found = reply
                .metadata
                .attribute(name)
                .map_or(Value::Null, Value::from);
            matches(&found, expected).map_err(|why| format!("attribute {name}: {why}"))?;
        }
        for (name, pointer) in &self.keep {
            let pointer = pointer.as_str().unwrap_or_default();
            let found = document.pointer(pointer).ok_or_else(|| {
                format!("there is nothing at {pointer} to keep in {}", shown(reply))
            })?;
            kept.insert(name.clone(), found.clone());
        }
        Ok(())
    }
}

/// Runs an operation by its style: a load gives its outcomes, a trigger what its first poll finds.
async fn perform(
    session: &Session,
    operation: &str,
    config: &Value,
    input: Option<Message>,
) -> Result<Message, Fault> {
    let info = connector().await.describe().await.expect("a catalog");
    let style = info.operation(operation).map(|operation| operation.style);
    let outcome = match style {
        Some(Style::Source) => read(session, operation, config, input).await,
        Some(Style::Sink) => return load(session, operation, config, input).await,
        Some(Style::Trigger) => poll(session, operation, config).await,
        _ => session.call(operation, config, input).await,
    };
    outcome.map_err(fault)
}

async fn read(
    session: &Session,
    operation: &str,
    config: &Value,
    input: Option<Message>,
) -> Result<Message, SessionError> {
    let mut reader = session.read(operation, config, input).await?;
    let mut body = Vec::new();
    while let Some(chunk) = reader.next(64 * 1024).await? {
        body.extend(chunk);
    }
    let head = reader.head().await?;
    Ok(Message {
        media_type: head.media_type,
        body,
        metadata: head.metadata,
    })
}

/// What one poll without a checkpoint finds, as lines; nothing if it finds nothing.
async fn poll(session: &Session, operation: &str, config: &Value) -> Result<Message, SessionError> {
    let batch = session.poll(operation, config, None, POLL_MS).await?;
    let mut lines = Vec::new();
    for message in &batch.messages {
        let found: Value = serde_json::from_slice(&message.body).expect("a document");
        lines.extend(format!("{found}\n").into_bytes());
    }
    let mut found = Message::new("application/x-ndjson", lines);
    found.metadata.extras.extend([
        ("found".to_owned(), batch.messages.len().to_string()),
        ("more".to_owned(), batch.more.to_string()),
    ]);
    Ok(found)
}

async fn load(
    session: &Session,
    operation: &str,
    config: &Value,
    input: Option<Message>,
) -> Result<Message, Fault> {
    let input = input.map(|input| input.body).unwrap_or_default();
    let input = String::from_utf8_lossy(&input).into_owned();
    let transfer = Transfer::new(operation, config.clone(), &input);
    match transfer.load(session).await {
        Ok(_) => Ok(Message::new(
            "application/x-ndjson",
            transfer.read("outcomes"),
        )),
        Err(mediate::transfer::TransferError::Session(error)) => Err(fault(error)),
        Err(error) => panic!("{operation}: {error}"),
    }
}

fn fault(error: SessionError) -> Fault {
    let fault = error.fault().cloned();
    fault.unwrap_or_else(|| panic!("a fault was expected, not: {error}"))
}

fn check_fault(fault: &Fault, expected: &Value) -> Result<(), String> {
    let kind = serde_json::to_value(fault.kind).unwrap_or_default();
    let code = fault.upstream.first().map(|first| first.code.as_str());
    let told = format!("{kind} {code:?}: {}", fault.message);
    if kind != expected["kind"] {
        return Err(format!("another kind of fault came: {told}"));
    }
    if expected
        .get("code")
        .is_some_and(|expected| expected.as_str() != code)
    {
        return Err(format!("another code came: {told}"));
    }
    match expected.get("message").and_then(Value::as_str) {
        Some(part) if !fault.message.contains(part) => {
            Err(format!("another sentence came: {told}"))
        }
        _ => Ok(()),
    }
}

/// The reply as a value: JSON as it is, NDJSON as a list, anything else as text.
fn document(reply: &Message) -> Value {
    let text = || String::from_utf8_lossy(&reply.body).into_owned();
    if reply.body.is_empty() {
        return Value::Null;
    }
    match reply.media_type.as_str() {
        "application/x-ndjson" => text()
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"))
            .collect(),
        _ => serde_json::from_slice(&reply.body).unwrap_or_else(|_| Value::String(text())),
    }
}

fn shown(reply: &Message) -> String {
    let text = String::from_utf8_lossy(&reply.body);
    text.chars().take(2_000).collect()
}
