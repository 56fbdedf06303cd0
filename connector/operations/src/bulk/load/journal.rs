//! What the journals of all loads have in common.

use super::row_reader::Shape;
use salesforce_contract::bindings::Fault;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The form of journals that this version writes and reads.
const VERSION: u32 = 4;

/// What is kept of a load beside its jobs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Head {
    version: u32,
    /// Bytes of the input that need not be written again.
    pub taken: u64,
    /// The form of the input.
    pub shape: Shape,
    /// Whether all of the input has been taken.
    pub closed: bool,
    /// How often outcomes had to be fetched to make room for more rows: the host hears of it by a journal that has changed.
    #[serde(default)]
    pub offers: u64,
    /// Whether the load was aborted: nothing more is sent.
    #[serde(default)]
    pub aborted: bool,
    /// Whether records that were not saved have been asked for.
    #[serde(default)]
    pub wants_failed: bool,
    /// Whether the header of those records has been emitted.
    #[serde(default)]
    pub failed_begun: bool,
    /// Whether some of those records have to be read from the input again.
    #[serde(default)]
    pub again: bool,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            version: VERSION,
            taken: 0,
            shape: Shape::default(),
            closed: false,
            offers: 0,
            aborted: false,
            wants_failed: false,
            failed_begun: false,
            again: false,
        }
    }
}

/// Reads the journal of an operation; a load without one begins.
pub fn read<J>(text: Option<&str>, operation: &str, head: fn(&J) -> &Head) -> Result<J, Fault>
where
    J: DeserializeOwned + Default,
{
    let Some(text) = text else {
        return Ok(J::default());
    };
    let journal: J = serde_json::from_str(text).map_err(|error| {
        Fault::config(format!(
            "This is not a {operation} journal, or it is damaged: {error}"
        ))
    })?;
    let version = head(&journal).version;
    if version == VERSION {
        return Ok(journal);
    }
    Err(Fault::config(format!(
        "The journal is of version {version}; this connector reads version {VERSION}: finish the load with the connector that began it"
    )))
}
