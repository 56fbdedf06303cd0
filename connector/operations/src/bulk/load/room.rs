//! Room for rows whose outcomes have not been fetched. Where outcomes are wanted, a load that runs ahead of Salesforce waits for it; where nobody
//! asks for them, nothing is kept of rows.

use super::Load;
use salesforce_contract::bindings::Fault;

/// Rows of which marks are kept, of 16 bytes each, before another job is begun. One job has at most a million rows more, and another 140
/// bytes per row are taken while its results are put in order: together they fit into an instance of 256 MiB.
const MOST_OPEN_ROWS: u64 = 2_000_000;

/// Bytes of records that are not sent, with the reasons, that are kept before another part is begun; parts that are open have no more than
/// [`PART_UNFIT_BYTES`](super::fill::PART_UNFIT_BYTES) each.
const MOST_UNFIT_BYTES: usize = 16 << 20;

/// Longest wait for room within one call, in milliseconds: a host that hears nothing for long could take the load for dead.
const CALL_WAIT_MS: u64 = 20_000;

/// How much room there is, and since when a load waits for some.
pub(super) struct Room {
    /// Most rows that are kept.
    pub most_rows: u64,
    /// Most bytes of records that are kept.
    pub most_bytes: usize,
    since_ms: Option<u64>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            most_rows: MOST_OPEN_ROWS,
            most_bytes: MOST_UNFIT_BYTES,
            since_ms: None,
        }
    }
}

impl Load {
    /// Whether there is room for another part. Where there is none, the journal may say that outcomes can be fetched, which makes room.
    pub(super) fn has_room(&mut self) -> Result<bool, Fault> {
        let began = self.org.context().clock.monotonic_ms();
        while self.is_full() {
            if self.load_state.borrow_mut().drop_unasked() {
                continue;
            }
            if self.load_state.borrow_mut().offer() {
                return Ok(false);
            }
            if !self.load_state.borrow().is_waited_for() {
                self.load_state.borrow_mut().forget();
                break;
            }
            if self.refresh()? {
                continue;
            }
            let clock = self.org.context().clock.as_ref();
            let now = clock.monotonic_ms();
            let since = *self.room.since_ms.get_or_insert(now);
            if now.saturating_sub(since) >= self.plan.wait_ms {
                return Err(self.waited_out());
            }
            if now.saturating_sub(began) >= CALL_WAIT_MS {
                return Ok(false);
            }
            clock.sleep_ms(self.plan.poll_max_ms.min(CALL_WAIT_MS));
        }
        self.room.since_ms = None;
        Ok(true)
    }

    fn is_full(&self) -> bool {
        let load_state = self.load_state.borrow();
        load_state.kept.open_rows() >= self.room.most_rows
            || load_state.kept.bytes() >= self.room.most_bytes
    }
}
