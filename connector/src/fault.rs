//! From HTTP and Salesforce errors to `fault`: one table, by Salesforce's code first and HTTP status second.

pub mod details;

use crate::bindings::{Fault, FaultKind, UpstreamFault};
use crate::soap::fault::{self as soap, SoapFault};
use crate::transport::{Failure, TransportError};
use serde_json::Value;

/// What becomes of a request that failed with an answer of the org.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The org did not act on it: repeat it whatever it was.
    Always,
    /// The org may have acted on it: repeat it only if that does no harm.
    IfRepeatable,
    /// The org refused it and did not act on it, and would refuse it again.
    Never,
    /// The org may have acted on it, and repeating does not help.
    InDoubt,
}

impl Retry {
    /// Whether the org may have acted on the request.
    pub fn maybe_applied(self) -> bool {
        matches!(self, Self::IfRepeatable | Self::InDoubt)
    }
}

/// Salesforce's codes with the kind of fault and the consequence for retries. Codes that are not listed fall back to
/// the HTTP status. Sources: REST API Developer Guide "Status Codes and Error Responses", SOAP API Developer
/// Guide "ExceptionCode" and "StatusCode".
const CODES: &[(&str, FaultKind, Retry)] = &[
    (BAD_TOKEN, FaultKind::Unauthenticated, Retry::Never),
    (
        "INVALID_SESSION_ID",
        FaultKind::Unauthenticated,
        Retry::Never,
    ),
    (BULK_SESSION, FaultKind::Unauthenticated, Retry::Never),
    // An uncaught Apex exception comes with 500 and rolls the whole request back (Apex Developer Guide, "Exceptions in Apex").
    ("APEX_ERROR", FaultKind::Invalid, Retry::Never),
    ("InvalidVersion", FaultKind::Unsupported, Retry::Never),
    ("FeatureNotEnabled", FaultKind::Forbidden, Retry::Never),
    ("ExceededQuota", FaultKind::LimitExceeded, Retry::Never),
    (
        "ServerUnavailable",
        FaultKind::Unavailable,
        Retry::IfRepeatable,
    ),
    // OAuth's words for an authorization server that cannot answer now (RFC 6749, 4.1.2.1), and Salesforce's `retry your
    // request`, which comes with 400.
    ("server_error", FaultKind::Unavailable, Retry::IfRepeatable),
    (
        "temporarily_unavailable",
        FaultKind::Unavailable,
        Retry::IfRepeatable,
    ),
    ("unknown_error", FaultKind::Unavailable, Retry::IfRepeatable),
    // Logins are counted by the hour: no pause of a retry policy is long enough.
    (
        "rate_limit_exceeded",
        FaultKind::LimitExceeded,
        Retry::Never,
    ),
    (
        "INVALID_AUTH_HEADER",
        FaultKind::Unauthenticated,
        Retry::Never,
    ),
    ("INVALID_LOGIN", FaultKind::Unauthenticated, Retry::Never),
    (
        "LOGIN_MUST_USE_SECURITY_TOKEN",
        FaultKind::Unauthenticated,
        Retry::Never,
    ),
    ("PASSWORD_LOCKOUT", FaultKind::Unauthenticated, Retry::Never),
    (
        "LOGIN_DURING_RESTRICTED_DOMAIN",
        FaultKind::Unauthenticated,
        Retry::Never,
    ),
    (
        "LOGIN_DURING_RESTRICTED_TIME",
        FaultKind::Unauthenticated,
        Retry::Never,
    ),
    (
        "LOGIN_CHALLENGE_ISSUED",
        FaultKind::Unauthenticated,
        Retry::Never,
    ),
    (
        "LOGIN_CHALLENGE_PENDING",
        FaultKind::Unauthenticated,
        Retry::Never,
    ),
    (
        "MUTUAL_AUTHENTICATION_FAILED",
        FaultKind::Unauthenticated,
        Retry::Never,
    ),
    ("PORTAL_NO_ACCESS", FaultKind::Forbidden, Retry::Never),
    (
        "CLIENT_NOT_ACCESSIBLE_FOR_USER",
        FaultKind::Forbidden,
        Retry::Never,
    ),
    (
        "SSO_SERVICE_DOWN",
        FaultKind::Unavailable,
        Retry::IfRepeatable,
    ),
    ("INSUFFICIENT_ACCESS", FaultKind::Forbidden, Retry::Never),
    (
        "INSUFFICIENT_ACCESS_OR_READONLY",
        FaultKind::Forbidden,
        Retry::Never,
    ),
    (
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        FaultKind::Forbidden,
        Retry::Never,
    ),
    ("API_DISABLED_FOR_ORG", FaultKind::Forbidden, Retry::Never),
    ("API_CURRENTLY_DISABLED", FaultKind::Forbidden, Retry::Never),
    (
        "FUNCTIONALITY_NOT_ENABLED",
        FaultKind::Forbidden,
        Retry::Never,
    ),
    ("OPERATION_NOT_ALLOWED", FaultKind::Forbidden, Retry::Never),
    ("NOT_FOUND", FaultKind::NotFound, Retry::Never),
    ("ENTITY_IS_DELETED", FaultKind::NotFound, Retry::Never),
    (
        "INVALID_QUERY_LOCATOR",
        FaultKind::CheckpointLost,
        Retry::Never,
    ),
    ("DUPLICATE_VALUE", FaultKind::Conflict, Retry::Never),
    ("DUPLICATES_DETECTED", FaultKind::Conflict, Retry::Never),
    ("DUPLICATE_EXTERNAL_ID", FaultKind::Conflict, Retry::Never),
    ("ENTITY_IS_LOCKED", FaultKind::Conflict, Retry::Never),
    // A row lock rolls the whole request back.
    ("UNABLE_TO_LOCK_ROW", FaultKind::Conflict, Retry::Always),
    (
        "STORAGE_LIMIT_EXCEEDED",
        FaultKind::LimitExceeded,
        Retry::Never,
    ),
    ("LIMIT_EXCEEDED", FaultKind::LimitExceeded, Retry::Never),
    ("EXCEEDED_QUOTA", FaultKind::LimitExceeded, Retry::Never),
    ("QUERY_TIMEOUT", FaultKind::Timeout, Retry::Never),
    ("REQUEST_RUNNING_TOO_LONG", FaultKind::Timeout, Retry::Never),
    (
        "SERVER_UNAVAILABLE",
        FaultKind::Unavailable,
        Retry::IfRepeatable,
    ),
    (
        "UNKNOWN_EXCEPTION",
        FaultKind::Unavailable,
        Retry::IfRepeatable,
    ),
    (
        "INTERNAL_SERVER_ERROR",
        FaultKind::Unavailable,
        Retry::IfRepeatable,
    ),
    (
        "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE",
        FaultKind::Unavailable,
        Retry::Always,
    ),
    ("ORG_IN_MAINTENANCE", FaultKind::Unavailable, Retry::Always),
    ("ORG_LOCKED", FaultKind::Unavailable, Retry::Never),
    (
        "EXCEEDED_MAX_SIZE_REQUEST",
        FaultKind::LimitExceeded,
        Retry::Never,
    ),
    (
        "EXCEEDED_LEAD_CONVERT_LIMIT",
        FaultKind::LimitExceeded,
        Retry::Never,
    ),
    ("TRIAL_EXPIRED", FaultKind::Forbidden, Retry::Never),
    (
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
        FaultKind::Unauthenticated,
        Retry::Never,
    ),
    ("GONE", FaultKind::Unsupported, Retry::Never),
    (
        "UNSUPPORTED_API_VERSION",
        FaultKind::Unsupported,
        Retry::Never,
    ),
    ("METHOD_NOT_ALLOWED", FaultKind::Unsupported, Retry::Never),
];

/// What the identity endpoints answer as plain text, with 403, where the REST API says `INVALID_SESSION_ID` with 401
/// (Salesforce Help, "The UserInfo Endpoint"). Its letters' case has varied.
const BAD_TOKEN: &str = "Bad_OAuth_Token";

/// What Bulk API 1.0 says of a session that has ended, with 400 (Bulk API Developer Guide, "Errors").
const BULK_SESSION: &str = "InvalidSessionId";

/// The code by which Salesforce names both a used-up day and too many requests at once.
const REQUEST_LIMIT: &str = "REQUEST_LIMIT_EXCEEDED";

/// Bytes of an answer that is no error list, quoted in the fault.
const MAX_QUOTE: usize = 200;

impl Fault {
    /// A fault of this kind that nothing was sent for.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            status: None,
            upstream: Vec::new(),
            retry_after_ms: None,
            maybe_applied: false,
            attempts: 0,
            elapsed_ms: 0,
        }
    }

    /// The caller's config or connection is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Config, message)
    }

    /// The answer broke the protocol's rules.
    pub fn protocol(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Protocol, message)
    }
}

/// The fault for an answer with an error status, and what it means for retries.
pub fn from_answer(status: u16, body: &[u8]) -> (Fault, Retry) {
    if let Some(soap) = soap::read(body) {
        return from_soap(status, soap);
    }
    let upstream = complaints(body);
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
    (!place.is_empty() && place.len() <= MAX_QUOTE).then_some(place)
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
    let complaint = soap.complaint;
    let (kind, retry) = match by_code(&complaint.code, &complaint.message) {
        Some(known) => known,
        None if soap.by_org || soap.by_client => (FaultKind::Invalid, Retry::Never),
        None => by_status(status),
    };
    let message = sentence(kind, status, &complaint, 1);
    let fault = Fault {
        status: Some(status),
        upstream: vec![complaint],
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
        || fault.upstream.iter().any(|complaint| {
            matches!(
                complaint.code.as_str(),
                "INVALID_SESSION_ID" | BULK_SESSION | BAD_TOKEN
            )
        })
}

/// Whether the org has lost the place from which a read was to go on: its locator is gone, or belongs to a session that has ended
/// though another could be opened.
pub fn place_is_lost(fault: &Fault) -> bool {
    fault.kind == FaultKind::CheckpointLost || session_is_invalid(fault)
}

/// Whether a DELETE was refused because an attempt before it has deleted the thing and its answer was lost. Only Salesforce's
/// own word counts: the page of a proxy, or of an org that moved, says nothing of it.
pub fn deleted_before(fault: &Fault) -> bool {
    let gone = ["NOT_FOUND", "ENTITY_IS_DELETED"];
    fault.maybe_applied
        && fault
            .upstream
            .iter()
            .any(|complaint| gone.contains(&complaint.code.as_str()))
}

/// Reads Salesforce's error lists: `[{errorCode, message, fields}]`, one such object, or OAuth's `{error, error_description}`.
fn complaints(body: &[u8]) -> Vec<UpstreamFault> {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Array(items)) => items.iter().filter_map(complaint).collect(),
        Ok(item) => complaint(&item).into_iter().collect(),
        Err(_) => bad_token(body)
            .or_else(|| bulk_exception(body))
            .into_iter()
            .collect(),
    }
}

fn bad_token(body: &[u8]) -> Option<UpstreamFault> {
    body.trim_ascii()
        .eq_ignore_ascii_case(BAD_TOKEN.as_bytes())
        .then(|| UpstreamFault {
            code: BAD_TOKEN.to_owned(),
            message: "the session has expired or is invalid".to_owned(),
            fields: Vec::new(),
        })
}

/// The `exceptionCode` of Bulk API 1.0 in XML (Bulk API Developer Guide, "Errors").
fn bulk_exception(body: &[u8]) -> Option<UpstreamFault> {
    let text = std::str::from_utf8(body).ok()?;
    let element = |name: &str| {
        let (_, after) = text.split_once(&format!("<{name}>"))?;
        let (inner, _) = after.split_once(&format!("</{name}>"))?;
        let inner = quick_xml::escape::unescape(inner).ok()?;
        Some(inner.into_owned())
    };
    Some(UpstreamFault {
        code: element("exceptionCode")?,
        message: element("exceptionMessage").unwrap_or_default(),
        fields: Vec::new(),
    })
}

/// One entry of such a list.
pub fn complaint(item: &Value) -> Option<UpstreamFault> {
    let text = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| item.get(*name)?.as_str())
            .map(str::to_owned)
    };
    let fields = item.get("fields").and_then(Value::as_array);
    Some(UpstreamFault {
        code: text(&["errorCode", "statusCode", "error", "exceptionCode"])?,
        message: details::with_details(
            text(&["message", "error_description", "exceptionMessage"]).unwrap_or_default(),
            item,
        ),
        fields: fields
            .into_iter()
            .flatten()
            .filter_map(|field| Some(field.as_str()?.to_owned()))
            .collect(),
    })
}

/// Whether the complaint has a kind of its own, whatever the HTTP status.
pub fn is_listed(complaint: &UpstreamFault) -> bool {
    by_code(&complaint.code, &complaint.message).is_some()
}

fn sort(status: u16, upstream: &[UpstreamFault]) -> (FaultKind, Retry) {
    // "Too Many Requests" is about the rate, whatever code comes with it (RFC 6585, 4).
    if status == 429 {
        return by_status(status);
    }
    let known = upstream
        .iter()
        .find_map(|complaint| by_code(&complaint.code, &complaint.message));
    known.unwrap_or_else(|| by_status(status))
}

fn by_code(code: &str, message: &str) -> Option<(FaultKind, Retry)> {
    if code == REQUEST_LIMIT {
        // "ConcurrentRequests (...) Limit exceeded" passes in seconds; "TotalRequests Limit exceeded" lasts hours.
        let retry = if message.contains("Concurrent") {
            Retry::Always
        } else {
            Retry::Never
        };
        return Some((FaultKind::LimitExceeded, retry));
    }
    CODES
        .iter()
        .find(|(known, ..)| *known == code)
        .map(|(_, kind, retry)| (*kind, *retry))
}

fn by_status(status: u16) -> (FaultKind, Retry) {
    match status {
        401 => (FaultKind::Unauthenticated, Retry::Never),
        403 => (FaultKind::Forbidden, Retry::Never),
        404 => (FaultKind::NotFound, Retry::Never),
        300 | 409 | 412 => (FaultKind::Conflict, Retry::Never),
        302 | 303 => (FaultKind::Protocol, Retry::InDoubt),
        405 | 410 => (FaultKind::Unsupported, Retry::Never),
        408 => (FaultKind::Timeout, Retry::IfRepeatable),
        429 => (FaultKind::LimitExceeded, Retry::Always),
        500..=599 => (FaultKind::Unavailable, Retry::IfRepeatable),
        400..=499 => (FaultKind::Invalid, Retry::Never),
        _ => (FaultKind::Protocol, Retry::Never),
    }
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
    let text = String::from_utf8_lossy(body.get(..MAX_QUOTE).unwrap_or(body)).into_owned();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        String::new()
    } else {
        format!(" with `{}`", line.trim_end_matches('\u{fffd}'))
    }
}

#[cfg(test)]
mod tests;
