//! A channel that was subscribed to and has brought no event yet. There is no replay id to continue from; what is known is from when on
//! events count, and until when none was missed. Salesforce's answers to a subscription name no replay id (Streaming API Developer
//! Guide, "Subscribe"), so after a break everything that was kept is replayed and what is older is passed over.

use serde::{Deserialize, Serialize};

const HOUR_MS: i64 = 3_600_000;

/// How long Salesforce keeps platform events of standard volume, generic events and those of PushTopics (Streaming API Developer
/// Guide, "Message Durability": 24 hours). Whether a platform event has standard volume its channel does not tell.
const KEPT_MS: i64 = 24 * HOUR_MS;

/// How long it keeps change events and those of custom channels (Platform Events Developer Guide, "Event Message Durability":
/// 72 hours).
const KEPT_LONG_MS: i64 = 72 * HOUR_MS;

/// What is known of a quiet channel. Times are in milliseconds since 1970, by the org's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct QuietChannel {
    /// When it was subscribed to: events that are older do not count. 0 where all count.
    pub from: i64,
    /// Until when it was listened to, in whole hours, so that quiet polls do not write a checkpoint each.
    heard: i64,
    /// The newest event that was passed over as too old, so that it is not read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<String>,
}

/// The formats in checkpoints: at first there was only the time of the subscription.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Time(i64),
    Whole {
        from: i64,
        heard: i64,
        #[serde(default)]
        passed: Option<String>,
    },
}

impl From<Stored> for QuietChannel {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Time(from) => Self::new(from),
            Stored::Whole {
                from,
                heard,
                passed,
            } => Self {
                from,
                heard,
                passed,
            },
        }
    }
}

/// A stretch of time whose events may be gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Its first millisecond since 1970.
    pub from: i64,
    /// Its last.
    pub to: i64,
}

impl QuietChannel {
    /// A channel that was subscribed to at this time.
    pub fn new(now: i64) -> Self {
        Self {
            from: now,
            heard: now,
            passed: None,
        }
    }

    /// A channel of which everything counts that was kept at this time.
    pub fn with_everything_kept(now: i64) -> Self {
        Self {
            from: 0,
            ..Self::new(now)
        }
    }

    /// Records that it was listened to until this time.
    pub fn mark_heard(&mut self, now: i64) {
        self.heard = self.heard.max(now - now.rem_euclid(HOUR_MS));
    }

    /// The stretch that a replay at this time no longer brings.
    pub fn expired_gap(&self, channel: &str, now: i64) -> Option<Gap> {
        let to = now - kept_ms(channel);
        (self.heard < to).then_some(Gap {
            from: self.heard,
            to,
        })
    }

    /// The stretch that is gone where nothing is replayed.
    pub fn gap_without_replay(&self, now: i64) -> Gap {
        Gap {
            from: self.heard.min(now),
            to: now,
        }
    }
}

fn kept_ms(channel: &str) -> i64 {
    if channel.starts_with("/data/") || channel.ends_with("__chn") {
        KEPT_LONG_MS
    } else {
        KEPT_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_what_is_older_than_what_salesforce_keeps() {
        let day = 24 * HOUR_MS;
        let mut quiet = QuietChannel::new(10 * day + 5);
        assert_eq!(quiet.expired_gap("/event/X__e", 11 * day), None);
        let gap = Gap {
            from: 10 * day + 5,
            to: 11 * day,
        };
        assert_eq!(quiet.expired_gap("/event/X__e", 12 * day), Some(gap));
        assert_eq!(quiet.expired_gap("/data/ChangeEvents", 12 * day), None);
        quiet.mark_heard(12 * day + HOUR_MS + 1);
        assert_eq!(quiet.expired_gap("/u/x", 13 * day), None);
        assert_eq!(quiet.gap_without_replay(13 * day).from, 12 * day + HOUR_MS);
        assert_eq!(quiet.from, 10 * day + 5);
    }
}
