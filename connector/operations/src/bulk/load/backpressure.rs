//! Backpressure: where outcomes are wanted, a load that runs ahead of Salesforce waits for it; where nobody asks for them, nothing is kept of
//! rows.

use salesforce_contract::bindings::{Fault, FaultKind};

/// Rows of which fingerprints are kept, of 16 bytes each, before another job is begun. One job has at most a million rows more, and another
/// 140 bytes per row are taken while its results are put in order: together they fit into an instance of 256 MiB.
const MOST_OPEN_ROWS: u64 = 2_000_000;

/// Bytes of records that are not sent, with the reasons, that are kept before another part is begun; parts that are open have no more than
/// [`LocalRejections`](super::local_rejection::LocalRejections) allow each.
const MOST_KEPT_BYTES: usize = 16 << 20;

/// How much is kept, since when a load waits, and who reads outcomes.
pub struct Backpressure {
    /// Most rows that are kept.
    pub most_rows: u64,
    /// Most bytes of records that are kept.
    pub most_bytes: usize,
    /// Since when a load waits for room.
    pub since_ms: Option<u64>,
    /// Whether outcomes have been asked for since some were offered last.
    pub asked: bool,
    /// The part up to which outcomes have been offered in this life of the load.
    pub offered: Option<usize>,
    /// Whether rows were dropped because nobody asked for outcomes.
    pub forgot: bool,
}

impl Default for Backpressure {
    fn default() -> Self {
        Self {
            most_rows: MOST_OPEN_ROWS,
            most_bytes: MOST_KEPT_BYTES,
            since_ms: None,
            asked: false,
            offered: None,
            forgot: false,
        }
    }
}

impl Backpressure {
    /// Notes that records are wanted.
    pub fn ask(&mut self) {
        self.asked = true;
    }

    /// Notes that all outcomes are wanted; fails where some of them cannot be told any more.
    pub fn ask_all(&mut self) -> Result<(), Fault> {
        if self.forgot {
            return Err(Fault::new(
                FaultKind::Conflict,
                "Nobody asked for outcomes while this load took its input, and more of its records have passed than are kept: open the load again with its journal, write the input again, and ask for all outcomes from the beginning on (`--outcomes`)",
            ));
        }
        self.asked = true;
        Ok(())
    }
}
