//! Faults of requests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Longest delay a fault may ask for: ten minutes.
pub const MAX_DELAY_MS: u64 = 600_000;

/// What a rule does to a request. Where `acted` is set, the org does the work all the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Fault {
    /// The request gets a response with this status and body.
    Status {
        /// HTTP status.
        status: u16,
        /// Salesforce's code.
        #[serde(default = "unavailable")]
        error_code: String,
        /// The message that belongs to it.
        #[serde(default)]
        message: String,
        /// More headers, `Retry-After` above all. Placeholders as in `body`.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body, in place of code and message. `{{method}}`, `{{path}}`, `{{host}}`, `{{headers}}` and `{{body}}` stand for
        /// the request's. Its media type is guessed unless `headers` hold one.
        #[serde(default)]
        body: Option<String>,
        /// In which form code and message are said.
        #[serde(default)]
        form: BodyForm,
        /// Whether the work is done first.
        #[serde(default)]
        acted: bool,
    },
    /// The connection is reset before anything is done or sent.
    Reset,
    /// The work is done, but the connection is cut after so many bytes of the response's body.
    Truncate {
        /// Bytes that still come through; half of the body unless given.
        #[serde(default)]
        bytes: Option<usize>,
    },
    /// The work is done, but the response holds less than it should, and nothing in its headers shows it.
    Shorten {
        /// Bytes that are left; half of the body unless `records` is given.
        #[serde(default)]
        bytes: Option<usize>,
        /// Records that are left: of a CSV's after its header, of a JSON list, or of `records` in a JSON object.
        #[serde(default)]
        records: Option<usize>,
        /// Whether the body is compressed with gzip first, whatever its size and the client, so that half of a stream is left.
        #[serde(default)]
        packed: bool,
    },
    /// The response is delayed.
    Delay {
        /// Milliseconds of real time, at most ten minutes.
        ms: u64,
        /// Whether the work is done first.
        #[serde(default)]
        acted: bool,
    },
    /// The work is done, and the response's body comes slowly but whole.
    SlowBody {
        /// Bytes that come at a time.
        bytes: usize,
        /// Milliseconds between them.
        ms: u64,
    },
    /// The work is done and the response starts, then nothing more comes.
    Stall {
        /// Bytes that still come through; half of the body unless given.
        #[serde(default)]
        bytes: Option<usize>,
    },
    /// All sessions end first, so the request itself is rejected as Salesforce rejects it.
    ExpireSession,
    /// The work is done, but the connection is reset before the response.
    LostAnswer,
    /// The work is not done; the response is that of a `GET` of the same path.
    NoEffect {
        /// Members of the response that are replaced.
        #[serde(default)]
        set: Map<String, Json>,
        /// HTTP status, if another than that of the `GET`.
        #[serde(default)]
        status: Option<u16>,
    },
    /// The work is done; the response is changed.
    Change {
        /// Members of a JSON object that are set.
        #[serde(default)]
        set: Map<String, Json>,
        /// Members of a JSON object that are left out.
        #[serde(default)]
        remove: Vec<String>,
        /// Texts in the body, and their replacements.
        #[serde(default)]
        replace: BTreeMap<String, String>,
        /// Headers that are set; left out where empty.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// Whether the body comes twice, one behind the other.
        #[serde(default)]
        twice: bool,
        /// HTTP status, if another.
        #[serde(default)]
        status: Option<u16>,
    },
}

/// In which form an error is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyForm {
    /// The error list of the REST API, whatever the path: as gateways in front of an API send it.
    #[default]
    Rest,
    /// That of the API that the path belongs to: a SOAP fault, an error document of Bulk API 1.0, an OAuth error, an error list.
    Native,
}

fn unavailable() -> String {
    "SERVER_UNAVAILABLE".to_owned()
}

impl Fault {
    /// Returns a response with this status and one of Salesforce's error bodies, before anything is done.
    #[must_use]
    pub fn status(status: u16, error_code: &str, message: &str) -> Self {
        Self::Status {
            status,
            error_code: error_code.to_owned(),
            message: message.to_owned(),
            headers: BTreeMap::new(),
            body: None,
            form: BodyForm::Native,
            acted: false,
        }
    }

    /// Returns the name in rules.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Reset => "reset",
            Self::Truncate { .. } => "truncate",
            Self::Shorten { .. } => "shorten",
            Self::Delay { .. } => "delay",
            Self::SlowBody { .. } => "slow-body",
            Self::Stall { .. } => "stall",
            Self::ExpireSession => "expire-session",
            Self::LostAnswer => "lost-answer",
            Self::NoEffect { .. } => "no-effect",
            Self::Change { .. } => "change",
        }
    }

    /// Returns whether the org does what was asked although the response is faulty.
    #[must_use]
    pub fn acts(&self) -> bool {
        match self {
            Self::Status { acted, .. } => *acted,
            Self::Reset | Self::ExpireSession | Self::NoEffect { .. } => false,
            Self::Truncate { .. }
            | Self::Shorten { .. }
            | Self::Delay { .. }
            | Self::SlowBody { .. }
            | Self::Stall { .. }
            | Self::LostAnswer
            | Self::Change { .. } => true,
        }
    }
}
