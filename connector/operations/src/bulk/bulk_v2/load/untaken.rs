//! Jobs that took none of the records that were sent to them, though their uploads were answered: the records go into another one.

use super::journal::{Part, Stage};
use crate::bulk::jobs::State;

/// Most jobs that the same records go into.
pub const MOST_JOBS: u32 = 3;

/// Settles a part whose job has come to its end: one that processed nothing after an unclear answer has taken nothing.
pub fn settle(part: &mut Part) {
    let ended = matches!(part.stage, Stage::Final(State::JobComplete | State::Failed));
    let nothing = part.processed == 0 && part.failed == 0 && part.sent() > 0;
    if part.unclear.is_some() && ended && nothing {
        leave(part, None);
    }
}

/// The job of a part has none of its data, and never will: its records go into another one, unless too many had none.
pub fn leave(part: &mut Part, why: Option<&str>) {
    part.untaken += 1;
    if part.untaken < MOST_JOBS {
        part.stage = Stage::Lost;
        return;
    }
    let said = part.unclear.as_deref().unwrap_or_default();
    let why = why.or(part.reason.as_deref());
    let why = why.map_or_else(String::new, |why| format!(", {why}"));
    part.reason = Some(format!(
        "{MOST_JOBS} jobs took none of these records; of the last one, {}: {said}{why}",
        part.job
    ));
}
