//! What a fault must look like.

use crate::contract::{Fault, FaultKind};
use crate::terminal::is_hidden;

/// Length of a message, in characters.
const MAX_MESSAGE: usize = 4_000;

/// Returns what is wrong with a fault.
pub(super) fn flaw(fault: &Fault) -> Option<String> {
    let Fault { kind, message, .. } = fault;
    let length = message.chars().count();
    if message.trim().is_empty() {
        return Some(format!("a `{kind}` fault has no message"));
    }
    if length > MAX_MESSAGE {
        return Some(format!(
            "the message of a `{kind}` fault has {length} characters, and {MAX_MESSAGE} are plenty"
        ));
    }
    if message.chars().any(is_hidden) {
        return Some(format!(
            "the message of a `{kind}` fault holds a control character"
        ));
    }
    numbers(fault).map(|problem| format!("the `{kind}` fault `{message}` {problem}"))
}

fn numbers(fault: &Fault) -> Option<&'static str> {
    let nothing_sent = fault.attempts == 0;
    if nothing_sent && fault.maybe_applied {
        return Some("may have been applied, and nothing was sent (`attempts` is 0)");
    }
    if nothing_sent && fault.status.is_some() {
        return Some("has an HTTP status, and nothing was sent (`attempts` is 0)");
    }
    if fault.kind == FaultKind::Config && fault.retry_after_ms.is_some() {
        return Some("names a time to try again, which does not help");
    }
    None
}

/// Demands a fault of one of these kinds; of any, where none is named.
pub(super) fn expected(fault: &Fault, kinds: &[FaultKind]) -> Option<String> {
    if kinds.is_empty() || kinds.contains(&fault.kind) {
        return None;
    }
    Some(format!(
        "it was refused with a fault of kind `{}`: {}",
        fault.kind, fault.message
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault() -> Fault {
        Fault {
            kind: FaultKind::Config,
            message: "The member `x` is missing.".into(),
            status: None,
            upstream: Vec::new(),
            retry_after_ms: None,
            maybe_applied: false,
            attempts: 0,
            elapsed_ms: 0,
        }
    }

    #[test]
    fn a_sound_fault_has_no_flaw() {
        assert_eq!(flaw(&fault()), None);
    }

    #[test]
    fn each_flaw_is_found() {
        let changes: [fn(&mut Fault); 5] = [
            |fault| fault.message = " ".into(),
            |fault| fault.message = "\u{1b}[2J".into(),
            |fault| fault.maybe_applied = true,
            |fault| fault.status = Some(400),
            |fault| fault.retry_after_ms = Some(1),
        ];
        for change in changes {
            let mut wrong = fault();
            change(&mut wrong);
            assert!(flaw(&wrong).is_some(), "{wrong:?}");
        }
    }
}
