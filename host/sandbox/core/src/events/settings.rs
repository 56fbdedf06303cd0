//! How the event bus works, as tests and `POST /__sandbox/events` may set it.

use serde::{Deserialize, Serialize};

/// A connect without events gets its response after this long (Streaming API guide, "Clients and Timeouts": 110 seconds).
const TIMEOUT_MS: u64 = 110_000;
/// A client that does not connect again for this long after a response is forgotten (same place: 40 seconds).
const EXPIRY_MS: i64 = 40_000;
/// Events kept at most, whatever their age; so the log cannot fill the disk or the memory.
const CAPACITY: u64 = 250_000;
/// Clients at a time (Streaming API guide, "Streaming API Limits": 2,000 in the largest editions).
const CLIENTS: usize = 2_000;

/// How the event bus works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// Milliseconds of real time until a connect without events gets its response.
    pub timeout_ms: u64,
    /// Milliseconds on the org's clock until a client that does not connect is forgotten.
    pub expiry_ms: i64,
    /// API names of the objects whose changes are captured; `null`: all that can be.
    pub entities: Option<Vec<String>>,
    /// Events kept at most.
    pub capacity: u64,
    /// Clients at a time.
    pub clients: usize,
    /// Whether requests of a client must bring its `BAYEUX_BROWSER` cookie.
    pub cookies: bool,
    /// Whether the same change of several records in one transaction becomes one event, as in Salesforce.
    pub merge: bool,
    /// Whether subscribing to a channel `/u/…` that is not there makes it (Salesforce help, "User Interface Settings":
    /// "Enable Dynamic Streaming Channel Creation"; off in new orgs).
    pub dynamic_channels: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout_ms: TIMEOUT_MS,
            expiry_ms: EXPIRY_MS,
            entities: None,
            capacity: CAPACITY,
            clients: CLIENTS,
            cookies: true,
            merge: true,
            dynamic_channels: false,
        }
    }
}
