//! What a checkpoint holds: how far changes have been handed out. Hosts keep it as a text that they do not read.

use super::instant::Instant;
use super::seen::Seen;
use salesforce_contract::bindings::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

/// The form of checkpoints that is written.
const FORM: u8 = 1;

/// How far a trigger has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The form of this text.
    #[serde(rename = "v")]
    form: u8,
    /// What is watched, and in which order.
    of: String,
    /// The first second, since 1970, from which on changes may still come; without one everything is ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<i64>,
    /// The way through the changes that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Pass>,
    /// Stamp and id of the furthest change that was dealt with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub front: Option<Mark>,
    /// When the last whole pass ended, in seconds since 1970 by the org's clock; absent where another is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swept: Option<i64>,
    /// Seconds of the longest span that the org could tell of at once, where it could not tell of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<i64>,
    /// What has been handed out from the floor on.
    #[serde(default, skip_serializing_if = "Seen::is_empty")]
    pub seen: Seen,
}

/// Stamp and id of a change: where to go on behind it.
pub type Mark = (String, String);

/// One way through the changes up to a bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// The second before which changes are handed out.
    pub until: i64,
    /// The floor after this pass: what is older has certainly been committed before the pass began.
    pub closes: i64,
    /// Stamp and id of the last change that was dealt with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Mark>,
    /// Whether it began at the front and not at the floor: it finds nothing that is committed late.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub short: bool,
}

impl Place {
    /// Where a first poll begins.
    pub fn first(of: &str, floor: Option<i64>) -> Self {
        Self {
            form: FORM,
            of: of.to_owned(),
            floor,
            pass: None,
            front: None,
            swept: None,
            span: None,
            seen: Seen::default(),
        }
    }

    /// Reads a checkpoint of the same trigger.
    pub fn read(text: &str, of: &str) -> Result<Self, Fault> {
        let place: Self = serde_json::from_str(text).map_err(|error| {
            lost(format!(
                "The checkpoint is none that this trigger has written ({error})"
            ))
        })?;
        if place.form != FORM {
            return Err(lost(format!(
                "The checkpoint has form {}, and this version reads form {FORM}",
                place.form
            )));
        }
        if place.of != of {
            return Err(Fault::config(format!(
                "The checkpoint is one of `{}`, and the config watches `{of}`: give each watch a checkpoint of its own",
                place.of
            )));
        }
        Ok(place)
    }

    /// The text to keep.
    pub fn write(&self) -> Result<String, Fault> {
        serde_json::to_string(self)
            .map_err(|error| Fault::protocol(format!("The checkpoint cannot be written: {error}")))
    }

    /// Ends the pass; `now` is the org's time, where it tells.
    pub fn close(&mut self, now: Option<i64>) {
        let Some(pass) = self.pass.take() else {
            return;
        };
        if let Some(at) = pass.at
            && self
                .front
                .as_ref()
                .is_none_or(|front| is_before(front, &at))
        {
            self.front = Some(at);
        }
        if pass.short {
            return;
        }
        let floor = self
            .floor
            .map_or(pass.closes, |floor| floor.max(pass.closes));
        self.floor = Some(floor);
        self.swept = now;
        self.seen.forget_before(floor);
    }
}

/// Whether one mark comes before another.
fn is_before(one: &Mark, other: &Mark) -> bool {
    let key = |mark: &Mark| Instant::read(&mark.0).map(|stamp| stamp.ms);
    (key(one), &one.1) < (key(other), &other.1)
}

/// The fault for a checkpoint that leads nowhere.
pub fn lost(why: String) -> Fault {
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
        let text = Place::first("Account by SystemModstamp", Some(5))
            .write()
            .unwrap();
        assert_eq!(
            Place::read(&text, "Account by SystemModstamp")
                .unwrap()
                .floor,
            Some(5)
        );
        let fault = Place::read(&text, "Contact by SystemModstamp").unwrap_err();
        assert_eq!(fault.kind, FaultKind::Config);
        for text in ["", "{}", r#"{"v":9,"of":"x"}"#, "12"] {
            let fault = Place::read(text, "x").unwrap_err();
            assert_eq!(fault.kind, FaultKind::CheckpointLost, "{text}");
        }
    }

    fn pass(until: i64, stamp: &str, short: bool) -> Pass {
        Pass {
            until,
            closes: until - 10,
            at: Some((stamp.into(), "a".into())),
            short,
        }
    }

    #[test]
    fn floor_and_front_never_sink() {
        let mut place = Place::first("x", Some(100));
        let (early, late) = ("1970-01-01T00:00:40Z", "1970-01-01T00:00:45Z");
        for stamp in [late, early] {
            place.pass = Some(pass(50, stamp, false));
            place.close(Some(7));
            assert_eq!((place.floor, place.swept), (Some(100), Some(7)));
            assert_eq!(place.front, Some((late.into(), "a".into())));
        }
    }

    #[test]
    fn a_short_pass_moves_the_front_alone() {
        let mut place = Place::first("x", Some(5));
        place.pass = Some(pass(50, "1970-01-01T00:00:45Z", true));
        place.close(Some(7));
        assert_eq!((place.floor, place.swept), (Some(5), None));
        assert!(place.front.is_some());
    }
}
