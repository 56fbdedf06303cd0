//! A path: one way through the connector, and the request of it that is harmed.

use std::sync::Arc;

use axum::Router;
use mediate_tests::org::{Way, open_router};
use sandbox::Org;
use sandbox::events::Settings as EventSettings;
use sandbox::faults::Named;
use serde::Deserialize;
use serde_json::{Value, json};

/// Requests that an org takes in a day; one org serves hundreds of cells.
const REQUESTS: u64 = 1_000_000;

/// How long the org holds a connect that has no events.
const HELD_MS: u64 = 1_000;

/// One entry of `faults/paths.json`. `${cell}` stands for a name of the cell's own.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Path {
    /// Its name.
    pub name: String,
    /// How the operation is run.
    pub run: Kind,
    /// The operation.
    pub operation: String,
    /// Its config.
    pub config: Value,
    /// Its input, as JSON.
    pub input: Option<Value>,
    /// How many outcomes a good reply has.
    pub outcomes: Option<usize>,
    /// Rows of Account that the org has besides, for paths of several pages.
    pub rows: Option<u64>,
    /// Which requests are harmed, as the org's rules say it.
    #[serde(rename = "match")]
    pub matching: Value,
    /// Whether each cell needs an org of its own: what is found depends on all that was there before.
    #[serde(default)]
    pub own_org: bool,
    /// What is done before the fault is there.
    #[serde(default)]
    pub prepare: Prepare,
    /// What tells whether the org acted on it.
    pub verify: Option<Verify>,
    /// Faults whose answers nobody can tell from right ones: a well-formed answer that holds fewer, where nothing counts.
    #[serde(default)]
    pub undetectable: Vec<String>,
    /// Faults that would take minutes.
    #[serde(default)]
    pub natively: Vec<String>,
}

/// What is there before.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prepare {
    /// Records that are created, of Account unless said otherwise; `${id}`, `${id2}` and so on stand for their ids.
    pub records: Vec<Value>,
    /// Of which object.
    pub object: Option<String>,
    /// What is done to them five seconds later.
    pub then: Option<Then>,
    /// Seconds that pass in the org afterwards.
    pub pass: i64,
}

/// What is done to records that were created.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// Their descriptions are changed.
    Update,
    /// They are deleted.
    Delete,
}

/// A count before and after.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The query that counts.
    pub soql: String,
    /// The count while nothing was done.
    pub before: u64,
    /// The count once all is done.
    pub after: u64,
}

/// How an operation is run.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One call.
    Call,
    /// A source of rows, read once.
    Source,
    /// A source of bytes, read once.
    Bytes,
    /// A source, written to a file and resumed.
    Extract,
    /// A sink for records, with outcomes, resumed.
    Load,
    /// A sink for a file.
    Upload,
    /// A trigger, polled until all was found.
    Poll,
}

/// The faults that are crossed with the paths: those of the org that `faults/faults.json` names.
pub fn faults() -> impl Iterator<Item = &'static Named> {
    let names: Vec<String> =
        serde_json::from_str(include_str!("../../faults/faults.json")).expect("the faults");
    let known = |name: String| {
        let found = Named::all().iter().find(|fault| fault.name == name);
        found.unwrap_or_else(|| panic!("the org knows no fault `{name}`"))
    };
    names.into_iter().map(known)
}

impl Path {
    /// All paths.
    pub fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("../../faults/paths.json")).expect("the paths")
    }

    /// A fresh org for this path.
    pub fn org(&self) -> Arc<Org> {
        let events = EventSettings {
            timeout_ms: HELD_MS,
            ..EventSettings::default()
        };
        let builder = Org::builder().api_limit(REQUESTS).events(events);
        let builder = match self.rows {
            Some(rows) => builder.without_data().rows("Account", rows),
            None => builder,
        };
        Arc::new(builder.build().expect("an org"))
    }

    /// A fresh session with an org: an instance of its own, few and quick attempts, short time limits.
    pub async fn session(org: &Router) -> mediate::session::Session {
        let connection = json!({
            "api-version": "62.0",
            "retry": {"max-attempts": 2, "first-delay-ms": 1, "max-delay-ms": 1500},
            "timeouts": {"first-byte-ms": 3000, "between-bytes-ms": 1000},
        });
        open_router(org.clone(), Way::InProcess, &connection).await
    }

    /// Config and input of a cell, for records with these ids.
    pub fn filled(&self, cell: &str, ids: &[String]) -> (Value, Option<Value>) {
        let config = fill(&self.config, cell, ids);
        let input = self.input.as_ref().map(|input| fill(input, cell, ids));
        (config, input)
    }
}

/// A document with the names and ids of a cell.
pub fn fill(value: &Value, cell: &str, ids: &[String]) -> Value {
    let mut text = value.to_string().replace("${cell}", cell);
    for (index, id) in ids.iter().enumerate().rev() {
        let name = match index {
            0 => "${id}".to_owned(),
            _ => format!("${{id{}}}", index + 1),
        };
        text = text.replace(&name, id);
    }
    serde_json::from_str(&text).expect("JSON")
}
