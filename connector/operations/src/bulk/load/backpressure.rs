//! Backpressure: where outcomes are wanted, a load that runs ahead of Salesforce waits for it; where nobody asks for them, nothing is kept of
//! rows.

use super::Load;
use super::protocol::{JobProtocol, JobState};
use salesforce_contract::bindings::{Fault, FaultKind};

/// Rows of which fingerprints are kept, of 16 bytes each, before another job is begun. One job has at most a million rows more, and another
/// 140 bytes per row are taken while its results are put in order: together they fit into an instance of 256 MiB.
const MOST_OPEN_ROWS: u64 = 2_000_000;

/// Bytes of records that are not sent, with the reasons, that are kept before another part is begun; parts that are open have no more than
/// [`LocalRejections`](super::local_rejection::LocalRejections) allow each.
const MOST_KEPT_BYTES: usize = 16 << 20;

/// Longest wait for room within one call, in milliseconds: a host that hears nothing for long could take the load for dead.
const CALL_WAIT_MS: u64 = 20_000;

/// How much is kept, since when a load waits, and who reads outcomes.
pub struct Backpressure {
    /// Most rows that are kept.
    pub most_rows: u64,
    /// Most bytes of records that are kept.
    pub most_bytes: usize,
    since_ms: Option<u64>,
    /// Whether outcomes have been asked for since some were offered last.
    asked: bool,
    /// The part up to which outcomes have been offered in this life of the load.
    offered: Option<usize>,
    /// Whether rows were dropped because nobody asked for outcomes.
    forgot: bool,
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

impl<P: JobProtocol> Load<P> {
    /// Whether there is room for another part. Where there is none, the journal may say that outcomes can be fetched, which makes room.
    pub(super) fn has_room(&mut self) -> Result<bool, Fault> {
        let began = self.org.context().clock.monotonic_ms();
        while self.is_full() {
            if self.drop_unasked() {
                continue;
            }
            if self.offer() {
                return Ok(false);
            }
            let is_waited_for = self.backpressure.asked && self.state.borrow().known().is_empty();
            if !is_waited_for {
                self.backpressure.forgot = true;
                self.state.borrow_mut().forget();
                break;
            }
            if P::refresh_early(self)? {
                continue;
            }
            let clock = self.org.context().clock.as_ref();
            let now = clock.monotonic_ms();
            let since = *self.backpressure.since_ms.get_or_insert(now);
            if now.saturating_sub(since) >= self.plan.wait_ms {
                return Err(self.waited_out());
            }
            if now.saturating_sub(began) >= CALL_WAIT_MS {
                return Ok(false);
            }
            clock.sleep_ms(self.plan.poll_max_ms.min(CALL_WAIT_MS));
        }
        self.backpressure.since_ms = None;
        Ok(true)
    }

    fn is_full(&self) -> bool {
        let (rows, bytes) = self.state.borrow().kept();
        rows >= self.backpressure.most_rows || bytes >= self.backpressure.most_bytes
    }

    /// Drops records that were not saved, unless somebody has asked for them; false where there are none.
    fn drop_unasked(&self) -> bool {
        let mut state = self.state.borrow_mut();
        !state.head().wants_failed && state.drop_records()
    }

    /// Lets the journal say that outcomes are to be fetched, once at least, and whenever more of them are known; false where it has said so.
    fn offer(&mut self) -> bool {
        let mut state = self.state.borrow_mut();
        let known = state.known();
        let gives = state.head().wants_failed && state.keeps_records();
        let news = match self.backpressure.offered {
            None => true,
            Some(offered) => {
                self.backpressure.asked && (gives || known.end > offered.max(known.start))
            }
        };
        if news {
            state.head_mut().offers += 1;
            self.backpressure.offered = Some(known.end);
            self.backpressure.asked = false;
        }
        news
    }
}
