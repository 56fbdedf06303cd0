//! What a checkpoint holds: how far changes have been delivered. Hosts keep it as a text that they do not read.

use super::dedup_set::DedupSet;
use super::instant::Instant;
use salesforce_contract::bindings::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

/// Version of the format of checkpoints.
const VERSION: u8 = 1;

/// How far a trigger has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollCursor {
    /// Version of the format.
    #[serde(rename = "v")]
    version: u8,
    /// What is watched, and in which order.
    #[serde(rename = "of")]
    watched: String,
    /// The first second, since 1970, from which on changes may still come; without one everything is ahead.
    #[serde(rename = "floor", default, skip_serializing_if = "Option::is_none")]
    pub low_watermark: Option<i64>,
    /// The pass that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Pass>,
    /// Stamp and id of the furthest change that was dealt with.
    #[serde(rename = "front", default, skip_serializing_if = "Option::is_none")]
    pub high_watermark: Option<Position>,
    /// When the last full pass ended, in seconds since 1970 by the org's clock; absent where another is due.
    #[serde(rename = "swept", default, skip_serializing_if = "Option::is_none")]
    pub last_full_pass: Option<i64>,
    /// Seconds of the longest span that the org could list at once, where it could not list all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<i64>,
    /// What has been delivered from the low watermark on.
    #[serde(rename = "seen", default, skip_serializing_if = "DedupSet::is_empty")]
    pub delivered: DedupSet,
}

/// Stamp and id of a change: where to continue after it.
pub type Position = (String, String);

/// One pass over the changes, up to a bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// The second before which changes are delivered.
    pub until: i64,
    /// The low watermark after this pass: what is older has certainly been committed before the pass began.
    #[serde(rename = "closes")]
    pub horizon: i64,
    /// Stamp and id of the last change that was dealt with.
    #[serde(rename = "at", default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Whether it began at the high watermark and not at the low one: it finds nothing that is committed late.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub short: bool,
}

impl PollCursor {
    /// The cursor of a first poll.
    pub fn first(watched: &str, low_watermark: Option<i64>) -> Self {
        Self {
            version: VERSION,
            watched: watched.to_owned(),
            low_watermark,
            pass: None,
            high_watermark: None,
            last_full_pass: None,
            span: None,
            delivered: DedupSet::default(),
        }
    }

    /// Reads a checkpoint of the same trigger.
    pub fn parse(text: &str, watched: &str) -> Result<Self, Fault> {
        let cursor: Self = serde_json::from_str(text).map_err(|error| {
            checkpoint_lost(format!(
                "This checkpoint was not written by this trigger ({error})"
            ))
        })?;
        if cursor.version != VERSION {
            return Err(checkpoint_lost(format!(
                "The checkpoint has format {}, and this version reads format {VERSION}",
                cursor.version
            )));
        }
        if cursor.watched != watched {
            return Err(Fault::config(format!(
                "The checkpoint is one of `{}`, and the config watches `{watched}`: give each watch a checkpoint of its own",
                cursor.watched
            )));
        }
        Ok(cursor)
    }

    /// Writes the checkpoint.
    pub fn write(&self) -> Result<String, Fault> {
        serde_json::to_string(self)
            .map_err(|error| Fault::protocol(format!("The checkpoint cannot be written: {error}")))
    }

    /// Ends the pass; `now` is the org's time, where it tells.
    pub fn end_pass(&mut self, now: Option<i64>) {
        let Some(pass) = self.pass.take() else {
            return;
        };
        if let Some(position) = pass.position
            && self
                .high_watermark
                .as_ref()
                .is_none_or(|high_watermark| is_before(high_watermark, &position))
        {
            self.high_watermark = Some(position);
        }
        if pass.short {
            return;
        }
        let low_watermark = self.low_watermark.map_or(pass.horizon, |low_watermark| {
            low_watermark.max(pass.horizon)
        });
        self.low_watermark = Some(low_watermark);
        self.last_full_pass = now;
        self.delivered.remove_before(low_watermark);
    }
}

/// Tells whether one position comes before another.
fn is_before(one: &Position, other: &Position) -> bool {
    let key = |position: &Position| Instant::read(&position.0).map(|stamp| stamp.ms);
    (key(one), &one.1) < (key(other), &other.1)
}

/// The fault for a checkpoint that leads nowhere.
pub fn checkpoint_lost(why: String) -> Fault {
    Fault::new(
        FaultKind::CheckpointLost,
        format!("{why}: remove the checkpoint and choose config.start"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_of_something_else_is_refused() {
        let text = PollCursor::first("Account by SystemModstamp", Some(5))
            .write()
            .unwrap();
        assert_eq!(
            PollCursor::parse(&text, "Account by SystemModstamp")
                .unwrap()
                .low_watermark,
            Some(5)
        );
        let fault = PollCursor::parse(&text, "Contact by SystemModstamp").unwrap_err();
        assert_eq!(fault.kind, FaultKind::Config);
        for text in ["", "{}", r#"{"v":9,"of":"x"}"#, "12"] {
            let fault = PollCursor::parse(text, "x").unwrap_err();
            assert_eq!(fault.kind, FaultKind::CheckpointLost, "{text}");
        }
    }

    fn pass(until: i64, stamp: &str, short: bool) -> Pass {
        Pass {
            until,
            horizon: until - 10,
            position: Some((stamp.into(), "a".into())),
            short,
        }
    }

    #[test]
    fn watermarks_never_sink() {
        let mut cursor = PollCursor::first("x", Some(100));
        let (early, late) = ("1970-01-01T00:00:40Z", "1970-01-01T00:00:45Z");
        for stamp in [late, early] {
            cursor.pass = Some(pass(50, stamp, false));
            cursor.end_pass(Some(7));
            assert_eq!(
                (cursor.low_watermark, cursor.last_full_pass),
                (Some(100), Some(7))
            );
            assert_eq!(cursor.high_watermark, Some((late.into(), "a".into())));
        }
    }

    #[test]
    fn a_short_pass_moves_the_high_watermark_alone() {
        let mut cursor = PollCursor::first("x", Some(5));
        cursor.pass = Some(pass(50, "1970-01-01T00:00:45Z", true));
        cursor.end_pass(Some(7));
        assert_eq!(
            (cursor.low_watermark, cursor.last_full_pass),
            (Some(5), None)
        );
        assert!(cursor.high_watermark.is_some());
    }
}
