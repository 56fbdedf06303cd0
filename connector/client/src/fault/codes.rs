//! What Salesforce's codes and HTTP's statuses mean: the kind of the fault, and whether the request is sent again.

use salesforce_contract::bindings::{FaultKind, UpstreamFault};

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
pub(super) const BAD_TOKEN: &str = "Bad_OAuth_Token";

/// What Bulk API 1.0 says of a session that has ended, with 400 (Bulk API Developer Guide, "Errors").
pub(super) const BULK_SESSION: &str = "InvalidSessionId";

/// The code by which Salesforce names both a used-up day and too many requests at once.
pub(super) const REQUEST_LIMIT: &str = "REQUEST_LIMIT_EXCEEDED";

/// Whether the error has a kind of its own, whatever the HTTP status.
pub fn is_listed(upstream_error: &UpstreamFault) -> bool {
    by_code(&upstream_error.code, &upstream_error.message).is_some()
}

/// The kind of a fault, by its errors first.
pub(super) fn sort(status: u16, upstream: &[UpstreamFault]) -> (FaultKind, Retry) {
    // "Too Many Requests" is about the rate, whatever code comes with it (RFC 6585, 4).
    if status == 429 {
        return by_status(status);
    }
    let known = upstream
        .iter()
        .find_map(|upstream_error| by_code(&upstream_error.code, &upstream_error.message));
    known.unwrap_or_else(|| by_status(status))
}

/// What a code means, if it is listed.
pub(super) fn by_code(code: &str, message: &str) -> Option<(FaultKind, Retry)> {
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

/// What a status means.
pub(super) fn by_status(status: u16) -> (FaultKind, Retry) {
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
