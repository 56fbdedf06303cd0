//! Room for records that were not sent, and whose outcomes have not been fetched.

use super::Load;
use salesforce_contract::bindings::{Fault, FaultKind};

/// Bytes of records that are not sent, with the reasons, that are kept before another batch is begun.
const MOST_UNFIT_BYTES: usize = 16 << 20;

/// Bytes of the input that go into one batch: those of records that are given back from it are held in memory.
const MOST_INPUT_BYTES: u64 = 32 << 20;

/// Longest wait for room within one call, in milliseconds: a host that hears nothing for long could take the load for dead.
const CALL_WAIT_MS: u64 = 20_000;

/// How much room there is, and who reads outcomes.
pub(super) struct Room {
    /// Most bytes that are kept.
    pub most_bytes: usize,
    /// Most bytes of the input that go into one batch.
    pub most_input: u64,
    /// Whether outcomes have been asked for since they were offered last.
    asked: bool,
    /// Whether they have been offered.
    offered: bool,
    /// Whether records were let go because nobody asked for outcomes.
    forgot: bool,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            most_bytes: MOST_UNFIT_BYTES,
            most_input: MOST_INPUT_BYTES,
            asked: false,
            offered: false,
            forgot: false,
        }
    }
}

impl Room {
    /// Outcomes are wanted.
    pub(super) fn ask(&mut self, which: &str) -> Result<(), Fault> {
        if self.forgot && which == "all" {
            return Err(Fault::new(
                FaultKind::Conflict,
                "Nobody asked for outcomes while this load took its input, and too many of its records were not fit to be sent: open the load again with its journal, write the input again, and ask for all outcomes from the beginning on (`--outcomes`)",
            ));
        }
        self.asked = true;
        Ok(())
    }
}

impl Load {
    /// Whether there is room for another batch. Where there is none, the journal may say that outcomes can be fetched, which makes room.
    pub(super) fn has_room(&mut self) -> Result<bool, Fault> {
        let began = self.org.context().clock.monotonic_ms();
        while self.journal.borrow().kept_bytes() >= self.room.most_bytes {
            let unasked = !self.journal.borrow().wants_failed;
            if unasked && self.journal.borrow_mut().forget(true) {
                continue;
            }
            if !self.room.offered {
                return Ok(self.offer());
            }
            if !self.room.asked {
                self.room.forgot = true;
                self.journal.borrow_mut().forget(false);
                break;
            }
            if self.refresh_if_due()? {
                return Ok(self.offer());
            }
            let clock = self.org.context().clock.as_ref();
            let waited = clock.monotonic_ms().saturating_sub(began);
            if waited >= CALL_WAIT_MS {
                return Ok(self.offer());
            }
            clock.sleep_ms(self.pace.until_due(clock).clamp(1, CALL_WAIT_MS - waited));
        }
        self.room.offered = false;
        Ok(true)
    }

    /// Lets the journal say that outcomes are to be fetched; there is no room before.
    fn offer(&mut self) -> bool {
        self.room.offered = true;
        self.room.asked = false;
        self.journal.borrow_mut().offers += 1;
        false
    }
}
