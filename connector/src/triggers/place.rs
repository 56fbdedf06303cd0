//! What a checkpoint holds: how far changes have been handed out. Hosts keep it as a text that they do not read.

use super::seen::Seen;
use crate::bindings::{Fault, FaultKind};
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
    /// What has been handed out from the floor on.
    #[serde(default, skip_serializing_if = "Seen::is_empty")]
    pub seen: Seen,
}

/// One way through all changes from the floor to a bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// The second before which changes are handed out.
    pub until: i64,
    /// The floor after this pass: what is older has certainly been committed before the pass began.
    pub closes: i64,
    /// Stamp and id of the last change that was dealt with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<(String, String)>,
}

impl Place {
    /// Where a first poll begins.
    pub fn first(of: &str, floor: Option<i64>) -> Self {
        Self {
            form: FORM,
            of: of.to_owned(),
            floor,
            pass: None,
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

    /// Ends the pass.
    pub fn close(&mut self) {
        if let Some(pass) = self.pass.take() {
            let floor = self
                .floor
                .map_or(pass.closes, |floor| floor.max(pass.closes));
            self.floor = Some(floor);
            self.seen.forget_before(floor);
        }
    }
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

    #[test]
    fn the_floor_never_sinks() {
        let mut place = Place::first("x", Some(100));
        place.pass = Some(Pass {
            until: 50,
            closes: 40,
            at: None,
        });
        place.close();
        assert_eq!((place.floor, place.pass), (Some(100), None));
    }
}
