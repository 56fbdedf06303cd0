//! The least pace of an answer's body. The limit between two pieces is met by a peer that sends a byte now and then; this one is not.

/// Length of one window of waiting, in milliseconds.
const WINDOW_MS: u64 = 60_000;

/// Fewest bytes that must arrive in a window of waiting: about 1 KiB a second, below the slowest line that carries HTTP and far
/// below what Salesforce sends.
const WINDOW_BYTES: u64 = 60 << 10;

/// Bytes and waiting time of the window under way. Only time spent waiting counts: a reader that takes its time is not the
/// peer's fault.
#[derive(Debug, Default)]
pub struct Pace {
    waited_ms: u64,
    bytes: u64,
}

impl Pace {
    /// Counts a piece of the body and the wait for it. False when the peer sends too slowly to go on.
    pub fn holds(&mut self, waited_ms: u64, bytes: usize) -> bool {
        self.waited_ms = self.waited_ms.saturating_add(waited_ms);
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.waited_ms < WINDOW_MS {
            return true;
        }
        let enough = self.bytes >= WINDOW_BYTES;
        *self = Self::default();
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces_until_stalled(wait_ms: u64, bytes: usize) -> Option<usize> {
        let mut pace = Pace::default();
        (1..=1_000).find(|_| !pace.holds(wait_ms, bytes))
    }

    #[test]
    fn a_byte_now_and_then_ends_after_one_window() {
        assert_eq!(pieces_until_stalled(500, 1), Some(120));
    }

    #[test]
    fn a_slow_line_and_a_slow_reader_go_on() {
        assert_eq!(pieces_until_stalled(1_000, 1 << 10), None);
        assert_eq!(pieces_until_stalled(0, 1), None);
    }
}
