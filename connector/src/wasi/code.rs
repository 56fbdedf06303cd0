//! The bindings' error codes by name.

use salesforce_client::transport::codes::Code;
use waki::ErrorCode as E;

/// A code as its name in the WIT, with what the host adds to it.
pub fn named(code: E) -> Code {
    let (name, detail) = match code {
        E::DnsTimeout => ("DNS-timeout", None),
        E::DnsError(payload) => ("DNS-error", payload.rcode),
        E::DestinationNotFound => ("destination-not-found", None),
        E::DestinationUnavailable => ("destination-unavailable", None),
        E::DestinationIpProhibited => ("destination-IP-prohibited", None),
        E::DestinationIpUnroutable => ("destination-IP-unroutable", None),
        E::ConnectionRefused => ("connection-refused", None),
        E::ConnectionTerminated => ("connection-terminated", None),
        E::ConnectionTimeout => ("connection-timeout", None),
        E::ConnectionReadTimeout => ("connection-read-timeout", None),
        E::ConnectionWriteTimeout => ("connection-write-timeout", None),
        E::ConnectionLimitReached => ("connection-limit-reached", None),
        E::TlsProtocolError => ("TLS-protocol-error", None),
        E::TlsCertificateError => ("TLS-certificate-error", None),
        E::TlsAlertReceived(payload) => ("TLS-alert-received", payload.alert_message),
        E::HttpRequestDenied => ("HTTP-request-denied", None),
        E::HttpRequestMethodInvalid => ("HTTP-request-method-invalid", None),
        E::HttpRequestUriInvalid => ("HTTP-request-URI-invalid", None),
        E::HttpRequestUriTooLong => ("HTTP-request-URI-too-long", None),
        E::HttpResponseIncomplete => ("HTTP-response-incomplete", None),
        E::HttpResponseContentCoding(coding) => ("HTTP-response-content-coding", coding),
        E::HttpResponseTransferCoding(coding) => ("HTTP-response-transfer-coding", coding),
        E::HttpResponseTimeout => ("HTTP-response-timeout", None),
        E::HttpProtocolError => ("HTTP-protocol-error", None),
        E::ConfigurationError => ("configuration-error", None),
        E::InternalError(text) => ("internal-error", text),
        // Sizes, lengths, loops and upgrades: all of them leave open what was sent.
        _ => ("other", None),
    };
    Code { name, detail }
}
