//! Why an exchange failed, in the terms that decide whether the request may be sent again.

use std::error::Error;
use std::io;
use std::time::Duration;

/// Why an exchange failed.
///
/// A connector repeats a request that changes something only if the first one certainly was not received; so the failures
/// before anything was sent are told apart from those after it.
///
/// | failure | `wasi:http` error code | was the request received? |
/// |---|---|---|
/// | `Denied` | `HTTP-request-denied` | no |
/// | `BadUri` | `HTTP-request-URI-invalid` | no |
/// | `BadMethod` | `HTTP-request-method-invalid` | no |
/// | `QueueFull` | `connection-limit-reached` | no |
/// | `Configuration` | `configuration-error` | no |
/// | `Dns` | `DNS-error` | no |
/// | `Refused` | `connection-refused` | no |
/// | `Unreachable` | `destination-unavailable` | no |
/// | `ConnectTimeout` | `connection-timeout` | no |
/// | `TlsProtocol` | `TLS-protocol-error` | no |
/// | `TlsCertificate` | `TLS-certificate-error` | no |
/// | `TlsAlert` | `TLS-alert-received` | no |
/// | `Terminated` | `connection-terminated` | perhaps |
/// | `ReadTimeout`, `TooSlow`, `TooLong` | `connection-read-timeout` | perhaps |
/// | `Incomplete` | `HTTP-response-incomplete` | yes, the answer was cut |
/// | `Protocol` | `HTTP-protocol-error` | perhaps |
/// | `ContentCoding` | `HTTP-response-content-coding` | yes, the answer cannot be unpacked |
/// | `RequestBody` | `HTTP-protocol-error` | in part: the instance aborted its own request |
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The policy keeps the address out of reach; see [`Egress::denials`](super::Egress::denials).
    #[error("the host's policy refused the address")]
    Denied,
    /// The address cannot be read.
    #[error("the address cannot be read")]
    BadUri,
    /// The method is not offered: `CONNECT` would open a tunnel.
    #[error("the method is not offered")]
    BadMethod,
    /// Too many exchanges were under way for too long.
    #[error("too many exchanges were under way")]
    QueueFull,
    /// The HTTP client could not be set up, for the reason given.
    #[error("the HTTP client could not be set up: {0}")]
    Configuration(String),
    /// The name has no address, for the reason given.
    #[error("the name has no address: {0}")]
    Dns(String),
    /// Nobody listens there.
    #[error("the connection was refused")]
    Refused,
    /// There is no way there, or the proxy did not open one.
    #[error("there is no way to the destination")]
    Unreachable,
    /// The connection was not there in time.
    #[error("connecting took too long")]
    ConnectTimeout,
    /// The two sides did not agree on TLS.
    #[error("the TLS handshake failed")]
    TlsProtocol,
    /// The certificate of the other side is not trusted, or is for another name.
    #[error("the certificate is not trusted")]
    TlsCertificate,
    /// The other side refused the handshake, by the alert given.
    #[error("the other side refused the TLS handshake: {0}")]
    TlsAlert(String),
    /// The connection was cut before an answer.
    #[error("the connection was cut")]
    Terminated,
    /// The answer, or its next bytes, did not come in time.
    #[error("the answer did not come in time")]
    ReadTimeout,
    /// Fewer bytes of the answer came in this time than [`MIN_BYTES`](super::MIN_BYTES).
    #[error("fewer than {} bytes of the answer came in {} s", super::MIN_BYTES, .0.as_secs_f32())]
    TooSlow(Duration),
    /// All waiting for the exchange together took this long.
    #[error("the exchange took longer than {} s", .0.as_secs_f32())]
    TooLong(Duration),
    /// The answer was cut in the middle of its body.
    #[error("the answer was cut")]
    Incomplete,
    /// The answer is no HTTP.
    #[error("the answer is not HTTP")]
    Protocol,
    /// The body of the answer is not packed as it says.
    #[error("the answer is not packed as it says")]
    ContentCoding,
    /// The body of the request ended before its end.
    #[error("the request was aborted half-way")]
    RequestBody,
}

impl Failure {
    /// Tells whether the other side certainly has not received the request.
    #[must_use]
    pub const fn certainly_not_sent(&self) -> bool {
        !matches!(
            self,
            Self::Terminated
                | Self::ReadTimeout
                | Self::TooSlow(_)
                | Self::TooLong(_)
                | Self::Incomplete
                | Self::Protocol
                | Self::ContentCoding
                | Self::RequestBody
        )
    }
}

/// Sorts a failure to connect: nothing was sent.
pub(super) fn of_connecting(error: &(dyn Error + 'static)) -> Failure {
    for cause in causes(error) {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.clone();
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return of_tls(tls);
        }
        if let Some(failure) = cause.downcast_ref::<io::Error>().and_then(of_connect_io) {
            return failure;
        }
    }
    Failure::Unreachable
}

fn of_connect_io(error: &io::Error) -> Option<Failure> {
    // What a custom error holds is the next cause, and says more.
    if error.get_ref().is_some() {
        return None;
    }
    Some(match error.kind() {
        io::ErrorKind::ConnectionRefused => Failure::Refused,
        io::ErrorKind::TimedOut => Failure::ConnectTimeout,
        // Cut during the handshake: no request has gone out.
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => Failure::TlsProtocol,
        _ => Failure::Unreachable,
    })
}

fn of_tls(error: &rustls::Error) -> Failure {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            Failure::TlsCertificate
        }
        rustls::Error::AlertReceived(_) => Failure::TlsAlert(alert(error).unwrap_or_default()),
        _ => Failure::TlsProtocol,
    }
}

/// Sorts a failure after connecting and before the answer's head.
pub(super) fn of_sending(error: &reqwest::Error) -> Failure {
    if error.is_connect() {
        return of_connecting(error);
    }
    for cause in causes(error) {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.clone();
        }
        if let Some(failure) = of_late_tls(cause) {
            return failure;
        }
        if cause
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_parse)
        {
            return Failure::Protocol;
        }
    }
    Failure::Terminated
}

/// With TLS 1.3 a server judges the client's certificate after the handshake, and before it reads a request. Its alerts
/// about that are the only ones that still mean "not received".
const CERTIFICATE_ALERTS: [&str; 9] = [
    "BadCertificate",
    "UnsupportedCertificate",
    "CertificateRevoked",
    "CertificateExpired",
    "CertificateUnknown",
    "UnknownCA",
    "AccessDenied",
    "CertificateRequired",
    "HandshakeFailure",
];

/// Reads the name of the alert out of the error's sentence, its only public form.
fn alert(error: &dyn Error) -> Option<String> {
    const TEXT: &str = "received fatal alert: ";
    let sentence = error.to_string();
    let name = sentence.strip_prefix(TEXT)?.split([' ', ':', ',']).next()?;
    Some(name.to_owned())
}

/// Finds such an alert. HTTP/2 keeps only the text of the errors that end its connection.
fn of_late_tls(cause: &(dyn Error + 'static)) -> Option<Failure> {
    let alert = match cause.downcast_ref::<rustls::Error>() {
        Some(error) => alert(error)?,
        None => alert(cause.downcast_ref::<io::Error>()?)?,
    };
    CERTIFICATE_ALERTS
        .contains(&alert.as_str())
        .then_some(Failure::TlsAlert(alert))
}

/// Sorts a failure in the middle of the answer's body.
pub(super) fn of_receiving(error: &reqwest::Error) -> Failure {
    for cause in causes(error) {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.clone();
        }
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(
            kind,
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
        ) && !of_network(error)
        {
            return Failure::ContentCoding;
        }
    }
    Failure::Incomplete
}

fn of_network(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.is::<hyper::Error>() || cause.is::<rustls::Error>())
}

/// Walks from an error to its causes.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

/// Returns the cause of an error. An `io::Error` wraps an error and hides it: its `source` is already that error's cause.
fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    wrapped
        .map(|inner| inner as &(dyn Error + 'static))
        .or_else(|| error.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_connection_is_certainly_not_sent() {
        let failure = of_connecting(&io::Error::from(io::ErrorKind::ConnectionRefused));
        assert_eq!(failure, Failure::Refused);
        assert!(failure.certainly_not_sent());
    }

    #[test]
    fn a_certificate_error_is_found_inside_io_errors() {
        let tls = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        let error = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, tls));
        assert_eq!(of_connecting(&error), Failure::TlsCertificate);
    }

    #[test]
    fn an_alert_about_the_client_certificate_means_not_received() {
        let alert = |description| of_late_tls(&rustls::Error::AlertReceived(description));
        let certificate = alert(rustls::AlertDescription::CertificateRequired);
        assert!(certificate.is_some_and(|failure| failure.certainly_not_sent()));
        assert_eq!(alert(rustls::AlertDescription::InternalError), None);
        let told = io::Error::other("received fatal alert: UnknownCA");
        assert_eq!(
            of_late_tls(&told),
            Some(Failure::TlsAlert("UnknownCA".into()))
        );
    }

    #[test]
    fn a_cut_connection_may_have_been_received() {
        assert!(!Failure::Terminated.certainly_not_sent());
        assert!(!Failure::ReadTimeout.certainly_not_sent());
    }
}
