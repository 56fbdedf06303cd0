//! The host's `wasi:http` error codes: what each means for repeating the request, in words for people.

use super::{Failure, TransportError};
use waki::ErrorCode;

/// Resolvers' words for a name that does not exist, as opposed to a resolver that does not answer: RFC 8020, `getaddrinfo` of
/// glibc and musl, Node.
const NO_SUCH_NAME: [&str; 5] = [
    "NXDOMAIN",
    "ENOTFOUND",
    "Name or service not known",
    "Name does not resolve",
    "No address associated",
];

/// What a failure means that the host reports under this code once the request was handed to it.
///
/// Hosts map their clients' errors to these codes as well as they can. jco's reports a slow answer as `connection-timeout`; a client
/// that reconnects may report the second connection's TLS error; a proxy may lose what it has passed on. So only codes that
/// by definition come before any connection (RFC 9209, from which `wasi:http` took them) prove that nothing was sent.
pub fn failure(code: &ErrorCode) -> Failure {
    match code {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => Failure::Denied,
        ErrorCode::DestinationNotFound => Failure::NoSuchHost,
        ErrorCode::DnsError(payload) if is_no_such_name(payload.rcode.as_deref()) => {
            Failure::NoSuchHost
        }
        ErrorCode::DnsError(_)
        | ErrorCode::DnsTimeout
        | ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionLimitReached => Failure::NotSent,
        ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestUriTooLong
        | ErrorCode::ConfigurationError => Failure::Invalid,
        ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => Failure::Timeout,
        ErrorCode::TlsCertificateError => Failure::Untrusted,
        _ => Failure::Lost,
    }
}

/// The error of a request to `authority` that was handed to the host.
pub fn error(code: &ErrorCode, authority: &str) -> TransportError {
    let failure = failure(code);
    let what = match failure {
        Failure::Denied => "The host's policy does not allow requests to",
        Failure::Invalid => "The host cannot send this request to",
        Failure::NotSent | Failure::NoSuchHost | Failure::Untrusted => "No connection to",
        Failure::Timeout => "No answer in time from",
        Failure::Lost | Failure::Protocol => "The connection broke to",
    };
    TransportError::new(failure, format!("{what} {authority}: {}", words(code)))
}

fn is_no_such_name(rcode: Option<&str>) -> bool {
    rcode.is_some_and(|text| NO_SUCH_NAME.iter().any(|known| text.contains(known)))
}

/// The code in words. What the host adds in its own words is cut.
pub fn words(code: &ErrorCode) -> String {
    let text = match code {
        ErrorCode::DnsTimeout => "the name service did not answer",
        ErrorCode::DnsError(payload) => {
            return with("its name has no address", payload.rcode.as_deref());
        }
        ErrorCode::DestinationNotFound => "no such host",
        ErrorCode::DestinationUnavailable => "it is not available",
        ErrorCode::DestinationIpProhibited => "its address is not allowed",
        ErrorCode::DestinationIpUnroutable => "no route to it",
        ErrorCode::ConnectionRefused => "the connection was refused",
        ErrorCode::ConnectionTerminated => "the connection was closed before the answer",
        ErrorCode::ConnectionTimeout => "the time limit of the connection passed",
        ErrorCode::ConnectionReadTimeout | ErrorCode::HttpResponseTimeout => {
            "the time limit of the answer passed"
        }
        ErrorCode::ConnectionWriteTimeout => "the time limit of sending passed",
        ErrorCode::ConnectionLimitReached => "too many requests are under way",
        ErrorCode::TlsProtocolError => "TLS failed",
        ErrorCode::TlsCertificateError => {
            "its TLS certificate is not trusted, or is for another name"
        }
        ErrorCode::TlsAlertReceived(payload) => {
            return with("TLS was refused", payload.alert_message.as_deref());
        }
        ErrorCode::HttpRequestDenied => "not among the allowed hosts",
        ErrorCode::HttpRequestMethodInvalid => "the method is not offered",
        ErrorCode::HttpRequestUriInvalid => "the URL is not valid",
        ErrorCode::HttpRequestUriTooLong => "the URL is too long",
        ErrorCode::HttpResponseIncomplete => "the answer was cut short",
        ErrorCode::HttpResponseContentCoding(coding) => {
            return with("the answer cannot be decompressed", coding.as_deref());
        }
        ErrorCode::HttpResponseTransferCoding(coding) => {
            return with("the answer cannot be decoded", coding.as_deref());
        }
        ErrorCode::HttpProtocolError => "it broke the rules of HTTP, or closed the connection",
        ErrorCode::ConfigurationError => "the host's HTTP client is not configured",
        ErrorCode::InternalError(text) => return with("the host failed", text.as_deref()),
        _ => "the request or the answer exceeds a limit of the host",
    };
    text.to_owned()
}

/// Most characters of a host's own words.
const MAX_WORDS: usize = 200;

fn with(text: &str, more: Option<&str>) -> String {
    match more {
        Some(more) => format!(
            "{text} ({})",
            more.chars().take(MAX_WORDS).collect::<String>()
        ),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waki::bindings::wasi::http::types::{DnsErrorPayload, TlsAlertReceivedPayload};

    fn dns(rcode: &str) -> ErrorCode {
        ErrorCode::DnsError(DnsErrorPayload {
            rcode: Some(rcode.to_owned()),
            info_code: None,
        })
    }

    #[test]
    fn only_codes_from_before_any_connection_prove_that_nothing_was_sent() {
        let unsent = [
            ErrorCode::ConnectionRefused,
            ErrorCode::DnsTimeout,
            dns("SERVFAIL"),
            dns("NXDOMAIN"),
            ErrorCode::DestinationNotFound,
            ErrorCode::ConnectionLimitReached,
            ErrorCode::HttpRequestDenied,
            ErrorCode::DestinationIpProhibited,
            ErrorCode::ConfigurationError,
        ];
        for code in unsent {
            assert!(!failure(&code).maybe_delivered(), "{}", words(&code));
        }
        let in_doubt = [
            ErrorCode::ConnectionTimeout,
            ErrorCode::ConnectionTerminated,
            ErrorCode::ConnectionReadTimeout,
            ErrorCode::DestinationUnavailable,
            ErrorCode::DestinationIpUnroutable,
            ErrorCode::TlsProtocolError,
            ErrorCode::TlsCertificateError,
            ErrorCode::TlsAlertReceived(TlsAlertReceivedPayload {
                alert_id: None,
                alert_message: None,
            }),
            ErrorCode::HttpProtocolError,
            ErrorCode::HttpResponseBodySize(Some(1)),
            ErrorCode::HttpRequestBodySize(Some(1)),
            ErrorCode::LoopDetected,
            ErrorCode::InternalError(None),
        ];
        for code in in_doubt {
            assert!(failure(&code).maybe_delivered(), "{}", words(&code));
        }
    }

    #[test]
    fn a_name_that_does_not_exist_is_told_from_a_resolver_that_fails() {
        assert_eq!(failure(&dns("ENOTFOUND")), Failure::NoSuchHost);
        assert_eq!(failure(&dns("EAI_AGAIN")), Failure::NotSent);
    }

    #[test]
    fn errors_name_the_host_in_plain_words() {
        let error = error(&dns("NXDOMAIN"), "acme.my.salesforce.com");
        assert_eq!(
            error.message,
            "No connection to acme.my.salesforce.com: its name has no address (NXDOMAIN)"
        );
    }
}
