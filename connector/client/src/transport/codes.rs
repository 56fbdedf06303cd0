//! The host's `wasi:http` error codes: what each means for repeating the request, in words for people.

use super::{Failure, TransportError};

/// A `wasi:http` error code: its name in the WIT, and what the host adds in its own words.
#[derive(Clone, Debug)]
pub struct Code {
    /// The name, for example `connection-refused`.
    pub name: &'static str,
    /// A response code, an alert, a text.
    pub detail: Option<String>,
}

/// What a failure means that the host reports under a code once the request was handed to it, with words that follow the host's name.
/// Codes that are not listed leave open whether the request was sent.
///
/// Hosts map their clients' errors to these codes as well as they can. jco's reports a slow answer as `connection-timeout`; a client
/// that reconnects may report the second connection's TLS error; a proxy may lose what it has passed on. So only codes that
/// by definition come before any connection (RFC 9209, from which `wasi:http` took them) prove that nothing was sent.
const CODES: &[(&str, Failure, &str)] = &[
    (
        "DNS-timeout",
        Failure::NotSent,
        "the name service did not answer",
    ),
    ("DNS-error", Failure::NotSent, "its name has no address"),
    (
        "destination-not-found",
        Failure::NoSuchHost,
        "there is no such host",
    ),
    (
        "destination-unavailable",
        Failure::Lost,
        "it is not available",
    ),
    (
        "destination-IP-prohibited",
        Failure::Denied,
        "its address is not allowed",
    ),
    (
        "destination-IP-unroutable",
        Failure::Lost,
        "there is no route to it",
    ),
    (
        "connection-refused",
        Failure::NotSent,
        "the connection was refused",
    ),
    (
        "connection-terminated",
        Failure::Lost,
        "the connection was closed before the answer",
    ),
    (
        "connection-timeout",
        Failure::Timeout,
        "the time limit of the connection passed",
    ),
    (
        "connection-read-timeout",
        Failure::Timeout,
        "the time limit of the answer passed",
    ),
    (
        "connection-write-timeout",
        Failure::Timeout,
        "the time limit of sending passed",
    ),
    (
        "connection-limit-reached",
        Failure::NotSent,
        "too many requests are under way",
    ),
    ("TLS-protocol-error", Failure::Lost, "TLS failed"),
    (
        "TLS-certificate-error",
        Failure::Untrusted,
        "its TLS certificate is not trusted, or is for another name",
    ),
    ("TLS-alert-received", Failure::Lost, "TLS was refused"),
    (
        "HTTP-request-denied",
        Failure::Denied,
        "it is not among the allowed hosts",
    ),
    (
        "HTTP-request-method-invalid",
        Failure::Invalid,
        "the method is not offered",
    ),
    (
        "HTTP-request-URI-invalid",
        Failure::Invalid,
        "the URL is not valid",
    ),
    (
        "HTTP-request-URI-too-long",
        Failure::Invalid,
        "the URL is too long",
    ),
    (
        "HTTP-response-incomplete",
        Failure::Lost,
        "the answer was cut short",
    ),
    (
        "HTTP-response-content-coding",
        Failure::Lost,
        "the answer cannot be decompressed",
    ),
    (
        "HTTP-response-transfer-coding",
        Failure::Lost,
        "the answer cannot be decoded",
    ),
    (
        "HTTP-response-timeout",
        Failure::Timeout,
        "the time limit of the answer passed",
    ),
    (
        "HTTP-protocol-error",
        Failure::Lost,
        "it broke the rules of HTTP, or closed the connection",
    ),
    (
        "configuration-error",
        Failure::Invalid,
        "the host's HTTP client is not set up",
    ),
    ("internal-error", Failure::Lost, "the host failed"),
];

/// What is said of a code that is not listed.
const OTHER: &str = "the request or the answer exceeds a limit of the host";

/// Resolvers' words for a name that does not exist, as opposed to a resolver that does not answer: RFC 8020, `getaddrinfo` of
/// glibc and musl, Node.
const NO_SUCH_NAME: [&str; 5] = [
    "NXDOMAIN",
    "ENOTFOUND",
    "Name or service not known",
    "Name does not resolve",
    "No address associated",
];

/// Most characters of a host's own words.
const MAX_DETAIL: usize = 200;

/// The error of a request to `authority` that was handed to the host.
pub fn error(code: &Code, authority: &str) -> TransportError {
    let listed = CODES.iter().find(|(name, ..)| *name == code.name);
    let (failure, words) = match listed {
        Some(_) if is_no_such_name(code) => (Failure::NoSuchHost, "its name has no address"),
        Some((_, failure, words)) => (*failure, *words),
        None => (Failure::Lost, OTHER),
    };
    let what = match failure {
        Failure::Denied => "The host's policy does not allow requests to",
        Failure::Invalid => "The host cannot send this request to",
        Failure::NotSent | Failure::NoSuchHost | Failure::Untrusted => "No connection to",
        Failure::Timeout => "No answer in time from",
        Failure::Lost | Failure::Protocol => "The connection broke to",
    };
    let detail: String = code
        .detail
        .iter()
        .flat_map(|text| text.chars())
        .take(MAX_DETAIL)
        .collect();
    let detail = if detail.is_empty() {
        detail
    } else {
        format!(" ({detail})")
    };
    TransportError::new(failure, format!("{what} {authority}: {words}{detail}"))
}

fn is_no_such_name(code: &Code) -> bool {
    code.name == "DNS-error"
        && code
            .detail
            .as_deref()
            .is_some_and(|text| NO_SUCH_NAME.iter().any(|known| text.contains(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &'static str, detail: Option<&str>) -> TransportError {
        let detail = detail.map(str::to_owned);
        error(&Code { name, detail }, "acme.my.salesforce.com")
    }

    #[test]
    fn only_codes_from_before_any_connection_prove_that_nothing_was_sent() {
        let unsent = [
            "connection-refused",
            "DNS-timeout",
            "DNS-error",
            "destination-not-found",
            "connection-limit-reached",
            "HTTP-request-denied",
            "destination-IP-prohibited",
            "HTTP-request-method-invalid",
            "HTTP-request-URI-invalid",
            "HTTP-request-URI-too-long",
            "configuration-error",
        ];
        for (name, failure, _) in CODES {
            assert_eq!(failure.maybe_delivered(), !unsent.contains(name), "{name}");
        }
        assert!(
            named("HTTP-response-body-size", None)
                .failure
                .maybe_delivered()
        );
    }

    #[test]
    fn a_name_that_does_not_exist_is_told_from_a_resolver_that_fails() {
        let failure = |detail| named("DNS-error", Some(detail)).failure;
        assert_eq!(failure("ENOTFOUND"), Failure::NoSuchHost);
        assert_eq!(failure("EAI_AGAIN"), Failure::NotSent);
    }

    #[test]
    fn errors_name_the_host_in_plain_words() {
        assert_eq!(
            named("DNS-error", Some("NXDOMAIN")).message,
            "No connection to acme.my.salesforce.com: its name has no address (NXDOMAIN)"
        );
    }
}
