//! Findings that are delivered together: once so many are there, or so long after the first of them came.
//!
//! Until they are delivered their checkpoint is not kept: after a crash they are found again.

use std::time::Duration;

use tokio::time::Instant;

use super::{GAP, Output};
use crate::contract::Batch;

/// Most findings that can be asked for at once.
pub const MAX_AT_LEAST: usize = 10_000;
/// Longest time for which findings can wait for others.
pub const MAX_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);
/// Bytes of findings beyond which nothing more is waited for.
const MAX_BYTES: u64 = 64 << 20;

/// When findings are delivered.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Gather {
    /// So many findings are enough.
    pub at_least: usize,
    /// So long after the first of them all are delivered that came.
    pub within: Duration,
}

impl Gather {
    /// Makes a threshold within its bounds: 1 to 10,000 findings, and at most 24 hours.
    #[must_use]
    pub fn new(at_least: usize, within: Duration) -> Self {
        Self {
            at_least: at_least.clamp(1, MAX_AT_LEAST),
            within: within.min(MAX_WITHIN),
        }
    }
}

/// Findings that wait for others.
#[derive(Debug, Default)]
pub(super) struct Held {
    batch: Option<Batch>,
    /// When the first of them came.
    since: Option<Instant>,
    bytes: u64,
}

impl Held {
    /// Returns the checkpoint after what is held.
    pub(super) fn checkpoint(&self) -> Option<&str> {
        self.batch.as_ref().map(|batch| batch.checkpoint.as_str())
    }

    /// Adds findings.
    pub(super) fn add(&mut self, found: Batch, now: Instant) {
        self.bytes += Output::size(&found.messages);
        if !found.messages.is_empty() {
            self.since.get_or_insert(now);
        }
        match &mut self.batch {
            None => self.batch = Some(found),
            Some(batch) => {
                batch.messages.extend(found.messages);
                batch.checkpoint = found.checkpoint;
                batch.more = found.more;
            }
        }
    }

    /// Returns how long there is left until what is held is due; zero where it is, and forever where nothing is held.
    pub(super) fn left(&self, gather: Option<Gather>, now: Instant) -> Duration {
        let (Some(gather), Some(batch)) = (gather, &self.batch) else {
            return self
                .batch
                .as_ref()
                .map_or(Duration::MAX, |_| Duration::ZERO);
        };
        let messages = &batch.messages;
        let is_enough = messages.len() >= gather.at_least || self.bytes >= MAX_BYTES;
        // A report of findings that are missing does not wait.
        if is_enough || messages.iter().any(|one| one.metadata.extra(GAP).is_some()) {
            return Duration::ZERO;
        }
        let waited = self.since.map(|since| now.saturating_duration_since(since));
        waited.map_or(Duration::ZERO, |waited| {
            gather.within.saturating_sub(waited)
        })
    }

    /// Takes what is held, if it is due. A checkpoint without findings has nothing to wait for.
    pub(super) fn take_due(&mut self, gather: Option<Gather>, now: Instant) -> Option<Batch> {
        if self.left(gather, now).is_zero() {
            self.take()
        } else {
            None
        }
    }

    /// Takes what is held.
    pub(super) fn take(&mut self) -> Option<Batch> {
        std::mem::take(self).batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Message;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn batch(count: usize, checkpoint: &str) -> Batch {
        Batch {
            messages: (0..count)
                .map(|_| Message::new("text/plain", "a"))
                .collect(),
            checkpoint: checkpoint.into(),
            more: false,
        }
    }

    #[test]
    fn findings_wait_until_enough_are_there_or_the_time_is_over() {
        let gather = Some(Gather::new(3, HOUR));
        let now = Instant::now();
        let later = now + HOUR / 2;
        let mut held = Held::default();
        assert_eq!(held.left(gather, now), Duration::MAX);
        held.add(batch(0, "1"), now);
        let alone = held
            .take_due(gather, now)
            .expect("a checkpoint alone does not wait");
        assert_eq!(alone.checkpoint, "1");
        held.add(batch(1, "2"), now);
        assert_eq!(
            (held.left(None, now), held.left(gather, now)),
            (Duration::ZERO, HOUR)
        );
        assert!(held.take_due(gather, now).is_none());
        held.add(batch(1, "3"), later);
        assert_eq!(
            (held.left(gather, later), held.checkpoint()),
            (HOUR / 2, Some("3"))
        );
        held.add(batch(1, "4"), later);
        let taken = held.take_due(gather, later).expect("enough");
        assert_eq!((taken.messages.len(), &*taken.checkpoint), (3, "4"));
        held.add(batch(1, "5"), later);
        assert!(held.take_due(gather, later + HOUR).is_some(), "in time");
        assert!(held.checkpoint().is_none());
    }

    #[test]
    fn reports_of_missing_findings_do_not_wait() {
        let (gather, now) = (Some(Gather::new(9, HOUR)), Instant::now());
        let mut held = Held::default();
        held.add(batch(1, "1"), now);
        let mut gap = batch(1, "2");
        gap.messages[0]
            .metadata
            .extras
            .push((GAP.into(), "replay-lost".into()));
        held.add(gap, now);
        assert_eq!(held.left(gather, now), Duration::ZERO);
    }

    #[test]
    fn thresholds_have_bounds() {
        let gather = Gather::new(usize::MAX, Duration::MAX);
        assert_eq!((gather.at_least, gather.within), (MAX_AT_LEAST, MAX_WITHIN));
        assert_eq!(Gather::new(0, HOUR).at_least, 1);
    }
}
