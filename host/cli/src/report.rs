//! Prints a failure: a sentence, then what is known about it, then what to do.

use std::time::Duration;

use serde_json::{Value, json};

use super::console::Console;
use super::failure::Failure;
use mediate::contract::{Fault, FaultKind, UpstreamFault};
use mediate::egress::Denial;
use mediate::text;
use mediate::transfer::Standing;

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
/// place, they do so here.
fn sentence(failure: &Failure) -> String {
    let mut text = failure.to_string();
    for complaint in failure.fault().iter().flat_map(|fault| &fault.upstream) {
        let words = complaint.message.trim();
        if complaint.message.starts_with('\n') && !text.contains(&complaint.message) {
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
        if let Some(standing) = standing(failure) {
            members.insert("load".into(), standing.to_json());
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

fn details(failure: &Failure) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(fault) = failure.fault() {
        lines.extend(fault.upstream.iter().filter_map(|one| upstream(one, fault)));
        lines.extend(sending(fault, failure.sent_nothing()));
    }
    if failure.may_be_applied() {
        lines.push("it may have been applied all the same: look before you run it again".into());
    }
    match (failure, standing(failure)) {
        (Failure::SomeFailed { .. }, Some(standing)) => {
            lines.extend(standing.reasons());
        }
        (_, Some(standing)) => lines.extend(standing.so_far()),
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
            "hint: give it up with `mediate resume {journal} --abort`"
        ));
    }
    lines
}

fn standing(failure: &Failure) -> Option<&Standing> {
    match failure {
        Failure::SomeFailed { standing, .. } | Failure::Unfinished { standing, .. } => {
            standing.as_deref()
        }
        _ => None,
    }
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

/// What Salesforce said, as far as the sentence above does not.
fn upstream(complaint: &UpstreamFault, fault: &Fault) -> Option<String> {
    let UpstreamFault {
        code,
        message,
        fields,
    } = complaint;
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

/// A fault knows of its last step only: whether anything was sent at all, the whole run says.
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
    let mut lines = vec![format!(
        "kept from reaching {}: {}",
        refusal.origin, refusal.reason
    )];
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
mod tests {
    use super::*;
    use mediate::error::HostError;
    use mediate::session::SessionError;

    fn fault(kind: FaultKind) -> Fault {
        Fault {
            kind,
            message: "the record was refused".into(),
            status: Some(400),
            upstream: vec![UpstreamFault {
                code: "REQUIRED_FIELD_MISSING".into(),
                message: "Required fields are missing: [Name]".into(),
                fields: vec!["Name".into()],
            }],
            retry_after_ms: None,
            maybe_applied: false,
            attempts: 1,
            elapsed_ms: 20,
        }
    }

    fn failure(fault: Fault, denials: Vec<Denial>) -> Failure {
        Failure::Session {
            error: Box::new(SessionError::Host(HostError::from(fault))),
            denials,
            connection: "`acme`".into(),
            sent: Some(0),
            in_doubt: false,
        }
    }

    #[test]
    fn a_fault_is_told_with_the_remote_system_s_words() {
        let failure = failure(fault(FaultKind::Invalid), vec![]);
        assert_eq!(failure.to_string(), "the record was refused");
        assert_eq!(
            details(&failure),
            [
                "REQUIRED_FIELD_MISSING: Required fields are missing: [Name] (fields: Name)",
                "HTTP status 400, 1 attempt"
            ]
        );
    }

    #[test]
    fn a_mark_below_a_query_stands_at_its_place_and_is_told_once() {
        let told = Fault {
            message: "refused: MALFORMED_QUERY: SELECT Nam\n       ^\nNo such column".into(),
            upstream: vec![UpstreamFault {
                code: "MALFORMED_QUERY".into(),
                message: "\nSELECT Nam\n       ^\nNo such column".into(),
                fields: vec![],
            }],
            ..fault(FaultKind::Invalid)
        };
        let failure = failure(told, vec![]);
        let expected = "refused: MALFORMED_QUERY: \nSELECT Nam\n       ^\nNo such column";
        assert_eq!(sentence(&failure), expected);
        assert_eq!(details(&failure), ["HTTP status 400, 1 attempt"]);
    }

    #[test]
    fn retries_and_doubts_are_told() {
        let failure = failure(
            Fault {
                attempts: 5,
                elapsed_ms: 2500,
                maybe_applied: true,
                status: None,
                upstream: vec![],
                ..fault(FaultKind::Unavailable)
            },
            vec![],
        );
        assert_eq!(
            details(&failure),
            [
                "5 attempts in 2.5 s",
                "it may have been applied all the same: look before you run it again"
            ]
        );
    }

    #[test]
    fn nothing_sent_is_told() {
        let failure = failure(
            Fault {
                attempts: 0,
                status: None,
                upstream: vec![],
                ..fault(FaultKind::Config)
            },
            vec![],
        );
        assert_eq!(details(&failure), ["nothing was sent"]);
    }

    #[test]
    fn what_earlier_steps_sent_is_not_denied() {
        let last = Fault {
            attempts: 0,
            status: None,
            upstream: vec![],
            ..fault(FaultKind::Config)
        };
        let mut failure = failure(last, vec![]);
        if let Failure::Session { sent, .. } = &mut failure {
            *sent = Some(3);
        }
        assert_eq!(details(&failure), Vec::<String>::new());
        let unfinished = Failure::Unfinished {
            why: Box::new(failure),
            journal: "in.csv.journal".into(),
            standing: Some(Box::default()),
        };
        let lines = details(&unfinished);
        assert!(
            lines.iter().any(|line| line.starts_with("so far: ")),
            "{lines:?}"
        );
        assert!(!lines.contains(&"nothing was sent".into()), "{lines:?}");
    }

    #[test]
    fn an_instance_that_broke_off_in_a_write_leaves_doubt() {
        let trapped = Failure::Session {
            error: Box::new(SessionError::Host(HostError::InstanceEnded {
                reason: "trap".into(),
            })),
            denials: vec![],
            connection: "acme".into(),
            sent: Some(1),
            in_doubt: true,
        };
        assert_eq!(as_json(&trapped)["maybe-applied"], true);
        assert_eq!(details(&trapped).len(), 1);
    }

    #[test]
    fn a_refused_login_names_the_connection() {
        let failure = failure(
            Fault {
                upstream: vec![],
                ..fault(FaultKind::Unauthenticated)
            },
            vec![],
        );
        assert!(details(&failure).contains(
            &"hint: check the credentials of the connection `acme` with `mediate test`".into()
        ));
    }

    #[test]
    fn a_refused_origin_brings_the_line_that_allows_it() {
        let refused = Denial {
            origin: "https://x.example".into(),
            reason: "it is not on the list".into(),
            remedy: Some("allow = [\"https://x.example\"]".into()),
        };
        let failure = failure(
            Fault {
                status: None,
                upstream: vec![],
                ..fault(FaultKind::EgressDenied)
            },
            vec![refused],
        );
        let lines = details(&failure);
        assert!(
            lines.contains(&"kept from reaching https://x.example: it is not on the list".into()),
            "{lines:?}"
        );
        assert!(
            lines
                .last()
                .is_some_and(|line| line.ends_with("allow = [\"https://x.example\"]")),
            "{lines:?}"
        );
    }

    #[test]
    fn programs_get_the_fault_as_json() {
        let document = as_json(&failure(fault(FaultKind::Invalid), vec![]));
        assert_eq!(document["kind"], "invalid");
        assert_eq!(document["exit-code"], 4);
        assert_eq!(document["upstream"][0]["code"], "REQUIRED_FIELD_MISSING");
        let document = as_json(&Failure::usage("no"));
        assert_eq!(
            document,
            json!({"level": "error", "kind": "usage", "message": "no", "exit-code": 2})
        );
    }

    #[test]
    fn times_are_written_as_people_say_them() {
        assert_eq!(time(Duration::from_millis(40)), "40 ms");
        assert_eq!(time(Duration::from_millis(2540)), "2.5 s");
        assert_eq!(time(Duration::from_secs(90)), "1 min 30 s");
    }
}
