//! From HTTP and Salesforce errors to `fault`: one table, by Salesforce's code first and HTTP status second.

mod codes;
pub mod details;
mod upstream_errors;

pub use codes::{Retry, is_listed};
pub use upstream_errors::upstream_error;

use crate::soap_fault as soap;
use crate::soap_fault::SoapFault;
use crate::transport::{Failure, TransportError};
use codes::{BAD_TOKEN, BULK_SESSION, REQUEST_LIMIT, by_code, by_status, sort};
use salesforce_contract::bindings::{Fault, FaultKind, UpstreamFault};
use upstream_errors::upstream_errors;

/// Bytes of an answer that is no error list, quoted in the fault: what an Apex class or a proxy says for itself.
const MAX_QUOTE: usize = 1000;

/// Bytes quoted of HTML and XML, and of an address: there is little to read in more.
const MAX_PAGE_QUOTE: usize = 200;

/// The fault for an answer with an error status, and what it means for retries.
pub fn from_answer(status: u16, body: &[u8]) -> (Fault, Retry) {
    if let Some(soap) = soap::read(body) {
        return from_soap(status, soap);
    }
    let upstream = upstream_errors(body);
    let (kind, retry) = sort(status, &upstream);
    let message = match upstream.first() {
        Some(first) => sentence(kind, status, first, upstream.len()),
        None => format!("The org answered HTTP {status}{}", quote(body)),
    };
    (
        Fault {
            status: Some(status),
            upstream,
            ..Fault::new(kind, message)
        },
        retry,
    )
}

/// As [`from_answer`], for a reply with a `Location`: the org, or a proxy before it, sends elsewhere. Redirects are not followed, since a
/// session must not travel to another host.
pub fn from_reply(status: u16, location: Option<&str>, body: &[u8]) -> (Fault, Retry) {
    match (status, location.and_then(place)) {
        (301 | 302 | 303 | 307 | 308, Some(place)) => {
            let message = format!(
                "The org answers at another address, `{place}` (HTTP {status}): set connection.url to the org's current My Domain"
            );
            let fault = Fault {
                status: Some(status),
                ..Fault::new(FaultKind::Config, message)
            };
            // What a 302 or 303 follows may have been acted on (RFC 9110, 15.4.4).
            let retry = match status {
                302 | 303 => Retry::InDoubt,
                _ => Retry::Never,
            };
            (fault, retry)
        }
        _ => from_answer(status, body),
    }
}

/// A `Location` without query and fragment, which may hold a session.
fn place(location: &str) -> Option<&str> {
    let place = location.split(['?', '#']).next().unwrap_or_default();
    (!place.is_empty() && place.len() <= MAX_PAGE_QUOTE).then_some(place)
}

/// What a server that asks to be asked later means by a limit: Salesforce names a used-up day and a rate by one code, but only what
/// passes has a `Retry-After`.
pub fn retry_as_asked(fault: &Fault, retry: Retry, asked_ms: Option<u64>) -> Retry {
    match (fault.kind, retry, asked_ms) {
        (FaultKind::LimitExceeded, Retry::Never, Some(_)) => Retry::Always,
        _ => retry,
    }
}

/// The fault for a SOAP fault. Its status is 500 whatever it says, so its code alone counts, and who is to blame for it.
fn from_soap(status: u16, soap: SoapFault) -> (Fault, Retry) {
    let upstream_error = soap.upstream_error;
    let (kind, retry) = match by_code(&upstream_error.code, &upstream_error.message) {
        Some(known) => known,
        None if soap.by_org || soap.by_client => (FaultKind::Invalid, Retry::Never),
        None => by_status(status),
    };
    let message = sentence(kind, status, &upstream_error, 1);
    let fault = Fault {
        status: Some(status),
        upstream: vec![upstream_error],
        ..Fault::new(kind, message)
    };
    (fault, retry)
}

/// The fault for an exchange that failed below HTTP, and what it means for retries.
pub fn from_transport(error: &TransportError) -> (Fault, Retry) {
    let (kind, retry) = match error.failure {
        Failure::NotSent => (FaultKind::Unavailable, Retry::Always),
        Failure::NoSuchHost => (FaultKind::Unavailable, Retry::Never),
        Failure::Denied => (FaultKind::EgressDenied, Retry::Never),
        Failure::Invalid => (FaultKind::Protocol, Retry::Never),
        Failure::Timeout => (FaultKind::Timeout, Retry::IfRepeatable),
        Failure::Lost => (FaultKind::Unavailable, Retry::IfRepeatable),
        Failure::Untrusted => (FaultKind::Unavailable, Retry::InDoubt),
        Failure::Protocol => (FaultKind::Protocol, Retry::InDoubt),
    };
    let fault = Fault {
        attempts: u32::from(!matches!(error.failure, Failure::Denied | Failure::Invalid)),
        ..Fault::new(kind, error.message.clone())
    };
    (fault, retry)
}

/// Whether the answer says that the session is no longer good.
pub fn session_is_invalid(fault: &Fault) -> bool {
    fault.status == Some(401)
        || fault.upstream.iter().any(|upstream_error| {
            matches!(
                upstream_error.code.as_str(),
                "INVALID_SESSION_ID" | BULK_SESSION | BAD_TOKEN
            )
        })
}

/// Whether the org has lost the place from which a read was to go on: its locator is gone, or belongs to a session that has ended
/// though another could be opened.
pub fn place_is_lost(fault: &Fault) -> bool {
    fault.kind == FaultKind::CheckpointLost || session_is_invalid(fault)
}

/// Whether Salesforce itself says that there is no such thing. The page of a proxy, or of an org that moved, says nothing of it.
pub fn is_absent(fault: &Fault) -> bool {
    fault.kind == FaultKind::NotFound && !fault.upstream.is_empty()
}

/// Whether a DELETE was refused because an attempt before it has deleted the thing and its answer was lost. Only Salesforce's
/// own word counts: the page of a proxy, or of an org that moved, says nothing of it.
pub fn deleted_before(fault: &Fault) -> bool {
    let gone = ["NOT_FOUND", "ENTITY_IS_DELETED"];
    fault.maybe_applied
        && fault
            .upstream
            .iter()
            .any(|upstream_error| gone.contains(&upstream_error.code.as_str()))
}

fn sentence(kind: FaultKind, status: u16, first: &UpstreamFault, count: usize) -> String {
    let more = if count > 1 {
        format!(" (and {} more)", count - 1)
    } else {
        String::new()
    };
    let hint = match (kind, first.code.as_str()) {
        (FaultKind::LimitExceeded, REQUEST_LIMIT)
            if status != 429 && !first.message.contains("Concurrent") =>
        {
            "; the org's API calls of the last 24 hours are used up: wait, or ask Salesforce for more"
        }
        _ => "",
    };
    format!(
        "Salesforce refused the request (HTTP {status}): {}: {}{more}{hint}",
        first.code,
        first.message.trim()
    )
}

/// The beginning of an answer that is no error list, when it is text.
fn quote(body: &[u8]) -> String {
    let limit = match body.trim_ascii_start().starts_with(b"<") {
        true => MAX_PAGE_QUOTE,
        false => MAX_QUOTE,
    };
    let text = String::from_utf8_lossy(body.get(..limit).unwrap_or(body)).into_owned();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        String::new()
    } else {
        format!(" with `{}`", line.trim_end_matches('\u{fffd}'))
    }
}

#[cfg(test)]
mod tests;
