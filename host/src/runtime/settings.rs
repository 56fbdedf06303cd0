//! The limits within which connectors run.

use std::path::PathBuf;
use std::time::Duration;

/// Where compiled components are kept, and what connectors may use.
///
/// | setting | counts | default | when it is reached |
/// |---|---|---|---|
/// | `max_memory` | bytes of linear memory per instance | 256 MiB | the instance ends with `ResourceLimit` |
/// | `max_table_elements` | elements of all tables per instance | 20,000 | the same |
/// | `max_instances` | instances alive at a time in this runtime | 32 | `start` is refused with `TooManyInstances` |
/// | `call_timeout` | how long one call may run | none | the instance ends with `DeadlineExceeded` |
/// | `max_quiet` | how long one call may run without sending or receiving anything | 90 minutes | the same |
/// | `max_compute` | how long one call may compute | 2 minutes | the instance ends with `ResourceLimit` |
#[derive(Clone, Debug)]
pub struct RuntimeSettings {
    /// Where compiled components are kept; none compiles again in every process. The directory is made if need be, and
    /// not used if others than its owner may write to it: who can write there can run code in this process.
    pub cache_dir: Option<PathBuf>,
    /// How many bytes of linear memory one instance may hold, at most 4 GiB.
    pub max_memory: u64,
    /// How many elements the tables of one instance may hold together.
    pub max_table_elements: usize,
    /// How many instances may be alive at a time.
    pub max_instances: u32,
    /// How long one call may run, waiting in the instance's queue not counted. For `poll` and `watch` the wait that was
    /// asked for comes on top. None by default: a connector bounds its own requests, and a long load is no mistake.
    pub call_timeout: Option<Duration>,
    /// How long one call may run in which nothing is sent or received; the wait that was asked for comes on top.
    pub max_quiet: Duration,
    /// How long one call may compute, its waiting not counted.
    pub max_compute: Duration,
}

/// A connector may wait an hour between two attempts (`total-ms` of the retries of Salesforce's), and ten minutes for an answer.
const MAX_QUIET: Duration = Duration::from_secs(90 * 60);

/// The largest answers, of 64 MiB, are processed in seconds; a busy machine may take ten times as long.
const MAX_COMPUTE: Duration = Duration::from_secs(120);

impl Default for RuntimeSettings {
    fn default() -> Self {
        Self {
            cache_dir: None,
            max_memory: 256 << 20,
            max_table_elements: 20_000,
            max_instances: 32,
            call_timeout: None,
            max_quiet: MAX_QUIET,
            max_compute: MAX_COMPUTE,
        }
    }
}
