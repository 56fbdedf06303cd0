//! The limits within which connectors run.

use std::path::PathBuf;
use std::time::Duration;

/// The limits within which connectors run.
#[derive(Clone, Debug)]
pub struct RuntimeSettings {
    /// Where compiled components are kept; none compiles anew in every process.
    pub cache_dir: Option<PathBuf>,
    /// How many bytes of memory one instance may hold.
    pub max_memory: u64,
    /// How many elements the tables of one instance may hold.
    pub max_table_elements: usize,
    /// How many instances may be alive at a time.
    pub max_instances: u32,
    /// How long one call may run, if it is limited; for `poll` and `watch` the asked-for wait is added.
    pub call_timeout: Option<Duration>,
}

impl Default for RuntimeSettings {
    fn default() -> Self {
        Self {
            cache_dir: None,
            max_memory: 256 << 20,
            max_table_elements: 20_000,
            max_instances: 32,
            call_timeout: None,
        }
    }
}
