//! A path: one way through the connector, and the request of it that is harmed.

use std::sync::Arc;

use mediate_tests::org::{Way, open};
use sandbox::Org;
use sandbox::faults::Named;
use serde::Deserialize;
use serde_json::{Value, json};

/// One entry of `faults/paths.json`. `${cell}` stands for a name of the cell's own, `${id}` for the id of a record of that name.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Whether a record of the cell's name is there before.
    #[serde(default)]
    pub prepare: bool,
    /// What tells whether the org acted on it.
    pub verify: Option<Verify>,
    /// Faults whose answers nobody can tell from right ones: a well-formed answer that holds fewer, where nothing counts.
    #[serde(default)]
    pub undetectable: Vec<String>,
    /// How many records are created before a trigger is polled.
    #[serde(default)]
    pub events: usize,
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
    /// A source, read once.
    Source,
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

    /// Whether what is found depends on all that was there before, so that each cell needs an org of its own.
    pub fn has_org_of_its_own(&self) -> bool {
        matches!(self.run, Kind::Poll | Kind::Extract)
    }

    /// How many cells are tried side by side: those of loads, extracts and watches mostly wait.
    pub fn lanes(&self) -> usize {
        match self.run {
            Kind::Call | Kind::Source => 2,
            Kind::Extract | Kind::Load | Kind::Upload | Kind::Poll => 8,
        }
    }

    /// A fresh org for this path.
    pub fn org(&self) -> Arc<Org> {
        let builder = match self.rows {
            Some(rows) => Org::builder().without_data().rows("Account", rows),
            None => Org::builder(),
        };
        Arc::new(builder.build().expect("an org"))
    }

    /// A fresh session with this org: an instance of its own, few and quick attempts, short time limits.
    pub async fn session(org: &Arc<Org>) -> mediate::session::Session {
        let connection = json!({
            "api-version": "62.0",
            "retry": {"max-attempts": 3, "first-delay-ms": 1, "max-delay-ms": 1500},
            "timeouts": {"first-byte-ms": 3000, "between-bytes-ms": 1000},
        });
        open(org, Way::InProcess, &connection).await
    }

    /// Config and input of a cell.
    pub fn filled(&self, cell: &str, id: &str) -> (Value, Option<Value>) {
        let fill = |value: &Value| {
            let text = value.to_string().replace("${cell}", cell);
            serde_json::from_str(&text.replace("${id}", id)).expect("JSON")
        };
        (fill(&self.config), self.input.as_ref().map(fill))
    }
}
