//! Waiting with a limit of our own.

use waki::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use waki::bindings::wasi::io::poll::{Pollable, poll};

/// Nanoseconds in a millisecond.
pub const NS_PER_MS: u64 = 1_000_000;

/// Waits for something up to a limit; false when the limit passed.
pub fn ready_within(ready: &Pollable, wait_ms: u64) -> bool {
    if ready.ready() {
        return true;
    }
    let time = subscribe_duration(wait_ms.saturating_mul(NS_PER_MS));
    poll(&[ready, &time]).contains(&0)
}
