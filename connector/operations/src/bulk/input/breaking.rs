//! An input that cannot be read any further. Where its records end is not known from there on, so that the rest is passed over; what is said
//! of it waits for its end, to tell how much it is.

use super::fingerprint::Fingerprint;
use super::{Buffer, InputPosition, Row};

/// How the reading of an input goes.
#[derive(Debug, Default)]
pub(super) enum Reading {
    /// Records come.
    #[default]
    On,
    /// It broke, and the rest has not come to its end.
    Stopped(Break),
    /// It broke, and that has been told.
    Over,
}

/// Where an input breaks.
#[derive(Debug)]
pub(super) struct Break {
    what: String,
    /// The line of the place.
    line: u64,
    /// Bytes of the input before it.
    at: u64,
    /// Bytes from there on, as far as they have come.
    rest: u64,
}

impl Reading {
    /// Returns the reading of an input from a place on.
    pub fn from(position: Option<&InputPosition>) -> Self {
        match position {
            Some(position) if position.broken => Self::Over,
            _ => Self::On,
        }
    }

    /// Returns whether no more records come, and that has been told.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Over)
    }

    /// Returns whether records still come.
    pub fn goes_on(&self) -> bool {
        matches!(self, Self::On)
    }

    /// Ends it where the buffer stands.
    pub fn stop(&mut self, buffer: &Buffer, what: impl std::fmt::Display) {
        *self = Self::Stopped(Break {
            what: what.to_string(),
            line: buffer.line,
            at: buffer.offset(),
            rest: buffer.rest().len() as u64,
        });
    }

    /// Returns whether a piece of the input is not to be read; it is counted.
    pub fn passes_over(&mut self, piece: &[u8]) -> bool {
        if let Self::Stopped(found) = self {
            found.rest += piece.len() as u64;
        }
        !self.goes_on()
    }

    /// Makes a row stand for the rest of the input, once all of that has come. The row ends behind every record before it.
    pub fn tell(&mut self, ended: bool, row: &mut Row) -> bool {
        let Self::Stopped(found) = self else {
            return false;
        };
        if !ended {
            return false;
        }
        let Break {
            what,
            line,
            at,
            rest,
        } = found;
        let left = match *rest {
            0 => format!("the input ends at line {line} (byte {at})"),
            rest => format!(
                "the rest of the input, {rest} bytes from line {line} (byte {at}) on, was not read, and nothing of it was sent"
            ),
        };
        row.field_error = Some(format!("Line {line}: {what}: {left}"));
        row.line = *line;
        row.end = *at + 1;
        row.fingerprint = Fingerprint::default();
        *self = Self::Over;
        true
    }
}
