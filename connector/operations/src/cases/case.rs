//! One case: how it is written, run and compared.

use crate::dispatch;
use salesforce_client::client::Connection;
use salesforce_client::context::Context;
use salesforce_client::testing::flat;
use salesforce_client::testing::message;
use salesforce_client::transport::scripted::{Play, Script, TestClock};
use salesforce_client::transport::{Failure, HttpRequest};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;
use salesforce_contract::catalog::{self, Effect, Style};
use salesforce_contract::message::Message;
use salesforce_contract::source::Source;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The instance of the connection that cases use unless they bring their own.
const INSTANCE: &str = "https://acme.my.salesforce.com";

/// Bytes asked from a source at once: few, so that documents come in pieces.
const READ_BYTES: usize = 7;

/// Looks at a sink before it is given up.
const MOST_LOOKS: usize = 50;

/// What a case file holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The operation's name.
    pub operation: String,
    /// Why the case is worth having.
    #[serde(rename = "why", default)]
    _why: String,
    /// The connection; one with a ready token when absent.
    connection: Option<Value>,
    #[serde(default)]
    pub config: Value,
    input: Option<Value>,
    /// The media type of the input; JSON when absent.
    #[serde(rename = "media-type")]
    media_type: Option<String>,
    #[serde(default)]
    answers: Vec<Answer>,
    expect: Expect,
}

/// What the org answers; without a status the answer is lost.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
}

/// What must have happened.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    #[serde(default)]
    requests: Vec<Sent>,
    reply: Option<Reply>,
    fault: Option<ExpectedFault>,
}

/// A request; headers are those that must be among the sent ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
}

/// A reply; attributes are those that must be among its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    #[serde(default)]
    body: Value,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

/// A fault; its message must hold these words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFault {
    kind: String,
    message: String,
    status: Option<u16>,
    #[serde(rename = "maybe-applied", default)]
    maybe_applied: bool,
}

impl Case {
    /// Whether the operation is to fail.
    pub fn fails(&self) -> bool {
        self.expect.fault.is_some()
    }

    /// The body of the reply that it expects.
    pub fn reply_body(&self) -> Option<&Value> {
        self.expect.reply.as_ref().map(|reply| &reply.body)
    }

    /// How many answers it has.
    pub fn answers(&self) -> usize {
        self.answers.len()
    }

    /// Whether the request that this answer is for may change the org: its method and its place say so.
    pub fn writes_at(&self, at: usize) -> bool {
        let login = |sent: &Sent| sent.url.contains("/oauth2/token");
        let sent = self.expect.requests.get(at);
        sent.is_some_and(|sent| sent.method != "GET" && !login(sent))
    }

    /// The status of an answer; `None` where it is lost.
    pub fn status_at(&self, at: usize) -> Option<u16> {
        self.answers.get(at)?.status
    }

    /// The body of an answer as a text.
    pub fn body_at(&self, at: usize) -> String {
        self.answers
            .get(at)
            .map(|answer| text(&answer.body))
            .unwrap_or_default()
    }

    /// What the org answers.
    pub fn plays(&self) -> impl Iterator<Item = Play> {
        self.answers.iter().map(Answer::play)
    }

    /// Runs the case and says what differs.
    pub fn run(&self) -> Result<(), String> {
        let script = Script::new(self.plays());
        self.expect.result(self.result_of(&script))?;
        self.expect.requests(&script.requests())?;
        match script.left() {
            0 => Ok(()),
            left => Err(format!("{left} answers were not asked for")),
        }
    }

    /// Runs the operation against other answers.
    pub fn result(&self, plays: impl IntoIterator<Item = Play>) -> Result<Message, Fault> {
        self.result_of(&Script::new(plays))
    }

    fn result_of(&self, script: &Script) -> Result<Message, Fault> {
        let config = match &self.config {
            Value::Null => "{}".to_owned(),
            config => config.to_string(),
        };
        let context = Rc::new(Context::new(script.clone(), TestClock::default()));
        let operation = catalog::find(&self.operation);
        let is_pure = operation.is_some_and(|operation| operation.effect == Effect::Pure);
        let connection = match is_pure {
            true => None,
            false => Some(dispatch::connect(context, &self.connection())?),
        };
        let call = Called {
            connection,
            operation: &self.operation,
            config,
            input: self.input.as_ref().map(|input| self.message(input)),
        };
        match operation.map(|operation| operation.style) {
            Some(Style::Source) => call.source(),
            Some(Style::Sink) => call.sink(),
            Some(Style::Trigger) => call.trigger(),
            Some(Style::Call) | None => call.call(),
        }
    }

    fn message(&self, input: &Value) -> Message {
        let media_type = self.media_type.as_deref().unwrap_or("application/json");
        message(media_type, &text(input))
    }

    fn connection(&self) -> String {
        let plain = || {
            serde_json::json!({
                "url": INSTANCE,
                "api-version": "62.0",
                "auth": {"access-token": {"access-token": "T1"}},
            })
        };
        self.connection.clone().unwrap_or_else(plain).to_string()
    }
}

/// An operation as a host runs it, whatever its style.
struct Called<'a> {
    connection: Option<Connection>,
    operation: &'a str,
    config: String,
    input: Option<Message>,
}

impl Called<'_> {
    fn call(self) -> Result<Message, Fault> {
        dispatch::call(
            self.connection.as_ref(),
            self.operation,
            &self.config,
            self.input.as_ref(),
        )
    }

    /// All that a source has.
    fn source(self) -> Result<Message, Fault> {
        let source = dispatch::open_source(
            self.connection.as_ref(),
            self.operation,
            &self.config,
            self.input.as_ref(),
        )?;
        drain(source)
    }

    /// The outcomes of a sink that took the whole input.
    fn sink(self) -> Result<Message, Fault> {
        let mut sink =
            dispatch::open_sink(self.connection.as_ref(), self.operation, &self.config, None)?;
        let input = self.input.map(|input| input.body).unwrap_or_default();
        sink.write(&input)?;
        sink.close()?;
        for _ in 0..MOST_LOOKS {
            let progress = sink.watch(1000)?;
            if progress.done {
                let mut message = drain(sink.outcomes(OutcomeSet::All)?)?;
                message.metadata.failed = Some(progress.failed);
                return Ok(message);
            }
        }
        Err(Fault::protocol("The sink is never done"))
    }

    /// What a trigger finds at first.
    fn trigger(self) -> Result<Message, Fault> {
        let batch = dispatch::poll(
            self.connection.as_ref(),
            self.operation,
            &self.config,
            None,
            0,
        )?;
        let found = batch.messages.into_iter().next();
        Ok(found.unwrap_or_else(|| message("application/json", "")))
    }
}

fn drain(mut source: Box<dyn Source>) -> Result<Message, Fault> {
    let mut body = Vec::new();
    while let Some(piece) = source.read(READ_BYTES)? {
        body.extend_from_slice(&piece);
    }
    let head = source.head();
    Ok(Message {
        media_type: head.media_type,
        body,
        metadata: head.metadata,
    })
}

impl Answer {
    fn play(&self) -> Play {
        let Some(status) = self.status else {
            return Play::Fail(Failure::Lost);
        };
        let mut headers: Vec<_> = self.headers.clone().into_iter().collect();
        if !self.headers.contains_key("content-type") {
            headers.push((
                "content-type".into(),
                "application/json;charset=UTF-8".into(),
            ));
        }
        Play::Answer(status, headers, text(&self.body).into_bytes())
    }
}

impl Expect {
    fn result(&self, result: Result<Message, Fault>) -> Result<(), String> {
        match (result, &self.reply, &self.fault) {
            (Ok(message), Some(reply), None) => reply.compare(&message),
            (Err(fault), None, Some(expected)) => expected.compare(&fault),
            (Ok(_), None, Some(_)) => Err("it succeeded".into()),
            (Err(fault), ..) => Err(format!("it failed: {}", fault.message)),
            _ => Err("expect either `reply` or `fault`".into()),
        }
    }

    fn requests(&self, sent: &[HttpRequest]) -> Result<(), String> {
        if sent.len() != self.requests.len() {
            let lines: Vec<String> = sent.iter().map(line).collect();
            return Err(format!("sent {lines:?}"));
        }
        let mut pairs = self.requests.iter().zip(sent);
        pairs.try_for_each(|(expected, request)| expected.compare(request))
    }
}

impl Sent {
    fn compare(&self, request: &HttpRequest) -> Result<(), String> {
        let url = match self.url.strip_prefix('/') {
            Some(path) => format!("{INSTANCE}/{path}"),
            None => self.url.clone(),
        };
        same("request", &format!("{} {url}", self.method), &line(request))?;
        same("body sent", &self.body, &value(&request.body))?;
        let headers: BTreeMap<_, _> = request.headers.iter().cloned().collect();
        among("header", &self.headers, &headers)
    }
}

impl Reply {
    fn compare(&self, message: &Message) -> Result<(), String> {
        same("body", &self.body, &value(&message.body))?;
        let attributes: BTreeMap<_, _> = flat(&message.metadata).into_iter().collect();
        among("attribute", &self.attributes, &attributes)
    }
}

impl ExpectedFault {
    fn compare(&self, fault: &Fault) -> Result<(), String> {
        let kind = serde_json::to_value(fault.kind).map_err(|error| error.to_string())?;
        same("kind", &self.kind, &kebab(&text(&kind)))?;
        same("status", &self.status, &fault.status)?;
        same("maybe-applied", &self.maybe_applied, &fault.maybe_applied)?;
        if fault.message.contains(&self.message) {
            return Ok(());
        }
        Err(format!("`{}` is not in: {}", self.message, fault.message))
    }
}

fn line(request: &HttpRequest) -> String {
    let method = format!("{:?}", request.method).to_uppercase();
    format!("{method} {}", request.url)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what} is {found:?}, not {expected:?}"))
}

fn among(
    what: &str,
    expected: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
) -> Result<(), String> {
    let mut pairs = expected.iter();
    pairs.try_for_each(|(name, value)| {
        same(&format!("{what} {name}"), &Some(value), &found.get(name))
    })
}

/// A body as a case file writes it: JSON as such, other text as a string, nothing as null.
fn value(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    match serde_json::from_str(&text) {
        _ if text.is_empty() => Value::Null,
        Ok(value @ (Value::Object(_) | Value::Array(_))) => value,
        _ => Value::String(text.into_owned()),
    }
}

fn text(body: &Value) -> String {
    match body {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        json => json.to_string(),
    }
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for char in name.chars() {
        if char.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(char.to_lowercase());
    }
    out
}
