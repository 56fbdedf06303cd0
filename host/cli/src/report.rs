//! Prints a failure: a sentence, then what is known about it, then what to do.

use std::time::Duration;

use serde_json::{Value, json};

use super::console::Console;
use super::failure::Failure;
use mediate::contract::{Fault, FaultKind, UpstreamFault};
use mediate::egress::Denial;
use mediate::text;

/// Prints a failure on stderr, as people or, with `--json-errors`, programs read it.
pub(super) fn report(failure: &Failure, console: &Console) {
    match failure {
        Failure::OutputClosed => {}
        _ if console.json_errors => console.json(as_json(failure)),
        _ => {
            console.error(&sentence(failure));
            details(failure)
                .iter()
                .for_each(|line| console.plain(&format!("  {line}")));
        }
    }
}

/// Gives the sentence. Where the remote system's words begin a line of their own, so that a mark below them stands at the right
/// position, they do so here.
pub(super) fn sentence(failure: &Failure) -> String {
    let mut text = failure.to_string();
    for error_text in failure.fault().iter().flat_map(|fault| &fault.upstream) {
        let words = error_text.message.trim();
        if error_text.message.starts_with('\n') && !text.contains(&error_text.message) {
            text = text.replacen(words, &format!("\n{words}"), 1);
        }
    }
    text
}

/// Gives a failure as programs read it.
pub(super) fn as_json(failure: &Failure) -> Value {
    let mut document = match failure.fault() {
        Some(fault) => serde_json::to_value(fault).unwrap_or_default(),
        None => json!({"kind": failure.kind(), "message": failure.to_string()}),
    };
    if let Some(members) = document.as_object_mut() {
        members.insert("level".into(), json!("error"));
        members.insert("exit-code".into(), json!(failure.exit_code()));
        let hints = hints(failure);
        if !hints.is_empty() {
            members.insert("hints".into(), json!(hints));
        }
        if let Failure::OneOf { what, .. } = failure {
            members.insert("of".into(), json!(what));
        }
        if failure.may_be_applied() {
            members.insert("maybe-applied".into(), json!(true));
        }
        if let Failure::Unfinished { journal, .. } = failure {
            members.insert("journal".into(), json!(journal));
        }
        if let Some(load_status) = failure.load_status() {
            members.insert("load".into(), load_status.to_json());
        }
        let refused: Vec<&str> = denials(failure)
            .iter()
            .map(|refusal| refusal.origin.as_str())
            .collect();
        if !refused.is_empty() {
            members.insert("refused-origins".into(), json!(refused));
        }
    }
    document
}

/// Lists what to do, without the word before each.
fn hints(failure: &Failure) -> Vec<String> {
    details(failure)
        .iter()
        .filter_map(|line| line.strip_prefix("hint: "))
        .map(str::to_owned)
        .collect()
}

pub(super) fn details(failure: &Failure) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(fault) = failure.fault() {
        lines.extend(fault.upstream.iter().filter_map(|one| upstream(one, fault)));
        lines.extend(sending(fault, failure.sent_nothing()));
    }
    if failure.may_be_applied() {
        lines.push("it may have been applied: check before you run it again".into());
    }
    match (failure, failure.load_status()) {
        (Failure::SomeFailed { .. }, Some(load_status)) => {
            lines.extend(load_status.reasons());
        }
        (_, Some(load_status)) => lines.extend(load_status.so_far()),
        _ => {}
    }
    if let Some(fault) = failure.fault() {
        lines.extend(hint(fault, failure).map(|hint| format!("hint: {hint}")));
    }
    lines.extend(denials(failure).iter().flat_map(refusal));
    if let Failure::Unfinished { journal, .. } = failure {
        let journal = journal.display();
        lines.push(format!("hint: continue with `mediate resume {journal}`"));
        lines.push(format!(
            "hint: abort it with `mediate resume {journal} --abort`"
        ));
    }
    lines
}

fn denials(failure: &Failure) -> &[Denial] {
    match failure {
        Failure::Session { denials, .. } => denials,
        Failure::Unfinished { why, .. } | Failure::Tested(why) | Failure::OneOf { why, .. } => {
            self::denials(why)
        }
        _ => &[],
    }
}

/// Gives what the remote system said, as far as the sentence above does not.
fn upstream(error_text: &UpstreamFault, fault: &Fault) -> Option<String> {
    let UpstreamFault {
        code,
        message,
        fields,
    } = error_text;
    let is_told = fault.message.contains(code) && fault.message.contains(message.trim());
    let fields = (!fields.is_empty()).then(|| format!("fields: {}", fields.join(", ")));
    if is_told {
        return fields;
    }
    let separator = if code.is_empty() || message.is_empty() {
        ""
    } else {
        ": "
    };
    let fields = fields
        .map(|fields| format!(" ({fields})"))
        .unwrap_or_default();
    Some(format!("{code}{separator}{message}{fields}"))
}

/// Says how often and for how long a request was tried. A fault knows of its last step only: whether anything was sent at all, the
/// whole run says.
fn sending(fault: &Fault, sent_nothing: bool) -> Option<String> {
    let status = fault.status.map(|status| format!("HTTP status {status}"));
    let attempts = match fault.attempts {
        0 => sent_nothing.then(|| "nothing was sent".to_owned()),
        1 => Some("1 attempt".to_owned()),
        many => Some(format!(
            "{many} attempts in {}",
            time(Duration::from_millis(fault.elapsed_ms))
        )),
    };
    let known: Vec<String> = status.into_iter().chain(attempts).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

fn hint(fault: &Fault, failure: &Failure) -> Option<String> {
    let session = match failure {
        Failure::Unfinished { why, .. } | Failure::Tested(why) | Failure::OneOf { why, .. } => why,
        _ => failure,
    };
    let connection = match session {
        Failure::Session { connection, .. } if !connection.is_empty() => {
            format!("the connection {connection}")
        }
        _ => "the connection".to_owned(),
    };
    if let Some(wait) = fault.retry_after_ms {
        return Some(format!(
            "try again in {}",
            time(Duration::from_millis(wait))
        ));
    }
    match fault.kind {
        FaultKind::Unauthenticated if matches!(failure, Failure::Tested(_)) => {
            Some(format!("correct the credentials of {connection}"))
        }
        FaultKind::Unauthenticated => Some(format!(
            "check the credentials of {connection} with `mediate test`"
        )),
        FaultKind::Forbidden => Some(format!(
            "the user of {connection} needs a permission that an administrator gives"
        )),
        _ => None,
    }
}

fn refusal(refusal: &Denial) -> Vec<String> {
    let mut lines = vec![format!("denied: {}: {}", refusal.origin, refusal.reason)];
    if let Some(remedy) = &refusal.remedy {
        lines.push(format!(
            "hint: to allow it, write under [host] in the connection file: {remedy}"
        ));
    }
    lines
}

/// Writes a time as people say it.
pub(super) fn time(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..60 => format!("{seconds}.{} s", time.subsec_millis() / 100),
        seconds => format!("{} min {} s", text::thousands(seconds / 60), seconds % 60),
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
