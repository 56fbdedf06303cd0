//! The transport of the component: the host's `wasi:http`, through waki's bindings. waki's own client buffers bodies,
//! knows one time-out and waits for each answer; the bindings under it stream, know all three and let a request travel
//! while another is read.

use super::{
    Body, Failure, Headers, Method, Pending, Request, Response, Started, Timeouts, Transport,
    TransportError, Upload, Uploading,
};
use waki::ErrorCode;
use waki::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use waki::bindings::wasi::http::outgoing_handler;
use waki::bindings::wasi::http::types::{
    Fields, FutureIncomingResponse, FutureTrailers, IncomingBody, IncomingResponse, OutgoingBody,
    OutgoingRequest, RequestOptions, Scheme, http_error_code,
};
use waki::bindings::wasi::io::poll::poll;
use waki::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};

/// What is said of an upload that the other side does not take.
const STOPPED: &str = "The connection broke while the request was being sent";

/// Nanoseconds in a millisecond.
const NS_PER_MS: u64 = 1_000_000;

/// Sends through the host.
#[derive(Debug, Default)]
pub struct WasiTransport;

impl Transport for WasiTransport {
    fn start(&self, request: &Request) -> Result<Box<dyn Pending>, TransportError> {
        let outgoing = outgoing(request)?;
        let body = outgoing
            .body()
            .map_err(|()| broken("the request has no body"))?;
        let future = outgoing_handler::handle(outgoing, Some(options(request.timeouts)?))
            .map_err(|code| error(&code, false))?;
        // A server may answer before it has read the body: its answer matters more than the failed write.
        let written = write_body(body, &request.body);
        Ok(Box::new(Travelling { future, written }))
    }

    fn upload(&self, request: &Request) -> Uploading {
        let outgoing = outgoing(request)?;
        let no_body = |()| broken("the request has no body");
        let body = outgoing.body().map_err(no_body)?;
        let stream = body.write().map_err(no_body)?;
        let future = outgoing_handler::handle(outgoing, Some(options(request.timeouts)?))
            .map_err(|code| error(&code, false))?;
        Ok(Box::new(Sending {
            stream: Some(stream),
            body,
            future,
            broken: None,
        }))
    }
}

fn outgoing(request: &Request) -> Result<OutgoingRequest, TransportError> {
    let entries: Vec<(String, Vec<u8>)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
        .collect();
    let mut entries = entries;
    if !request.body.is_empty() {
        entries.push((
            "content-length".into(),
            request.body.len().to_string().into_bytes(),
        ));
    }
    let headers = Fields::from_list(&entries)
        .map_err(|error| broken(&format!("a header is not allowed: {error:?}")))?;
    let (scheme, authority, path) = split(&request.url)?;
    let outgoing = OutgoingRequest::new(headers);
    let set = outgoing.set_method(&method(request.method)).is_ok()
        && outgoing.set_scheme(Some(&scheme)).is_ok()
        && outgoing.set_authority(Some(authority)).is_ok()
        && outgoing.set_path_with_query(Some(path)).is_ok();
    if set {
        Ok(outgoing)
    } else {
        Err(broken("the URL is not one that HTTP can carry"))
    }
}

fn split(url: &str) -> Result<(Scheme, &str, &str), TransportError> {
    let (scheme, rest) = url
        .split_once("://")
        .ok_or_else(|| broken("the URL has no scheme"))?;
    let scheme = if scheme == "https" {
        Scheme::Https
    } else {
        Scheme::Http
    };
    let slash = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(slash);
    Ok((scheme, authority, if path.is_empty() { "/" } else { path }))
}

fn method(method: Method) -> waki::Method {
    match method {
        Method::Get => waki::Method::Get,
        Method::Head => waki::Method::Head,
        Method::Post => waki::Method::Post,
        Method::Put => waki::Method::Put,
        Method::Patch => waki::Method::Patch,
        Method::Delete => waki::Method::Delete,
    }
}

fn options(timeouts: Timeouts) -> Result<RequestOptions, TransportError> {
    let options = RequestOptions::new();
    let ns = |ms: u32| Some(u64::from(ms) * NS_PER_MS);
    let set = options.set_connect_timeout(ns(timeouts.connect_ms)).is_ok()
        && options
            .set_first_byte_timeout(ns(timeouts.first_byte_ms))
            .is_ok()
        && options
            .set_between_bytes_timeout(ns(timeouts.between_bytes_ms))
            .is_ok();
    if set {
        Ok(options)
    } else {
        Err(broken("the host knows no time-outs"))
    }
}

fn write_body(body: OutgoingBody, bytes: &[u8]) -> Result<(), String> {
    let stream = body
        .write()
        .map_err(|()| "the body cannot be written".to_owned())?;
    write_all(&stream, bytes)?;
    drop(stream);
    OutgoingBody::finish(body, None).map_err(|code| format!("{code:?}"))
}

/// A body on its way out. The stream is a child of the body and must go first.
struct Sending {
    stream: Option<OutputStream>,
    body: OutgoingBody,
    future: FutureIncomingResponse,
    /// Why the body could not be written to its end.
    broken: Option<String>,
}

impl Upload for Sending {
    fn write(&mut self, piece: &[u8]) -> Result<(), TransportError> {
        let Some(stream) = &self.stream else {
            return Err(TransportError::new(Failure::Lost, STOPPED));
        };
        if let Err(error) = write_all(stream, piece) {
            self.stream = None;
            self.broken = Some(error);
            return Err(TransportError::new(Failure::Lost, STOPPED));
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Started {
        drop(self.stream.take());
        let finished = OutgoingBody::finish(self.body, None).map_err(|code| format!("{code:?}"));
        Ok(Box::new(Travelling {
            future: self.future,
            written: self.broken.map_or(finished, Err),
        }))
    }
}

/// Writes as much at a time as the stream takes without waiting, and waits where it takes nothing.
fn write_all(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), String> {
    let ready = stream.subscribe();
    while !bytes.is_empty() {
        let room = stream.check_write().map_err(|error| format!("{error:?}"))?;
        let take = usize::try_from(room).map_or(bytes.len(), |room| room.min(bytes.len()));
        if take == 0 {
            ready.block();
            continue;
        }
        let (now, later) = bytes.split_at(take);
        stream.write(now).map_err(|error| format!("{error:?}"))?;
        bytes = later;
    }
    Ok(())
}

struct Travelling {
    future: FutureIncomingResponse,
    written: Result<(), String>,
}

impl Pending for Travelling {
    fn ready_within(&mut self, wait_ms: u64) -> bool {
        let answer = self.future.subscribe();
        let time = subscribe_duration(wait_ms.saturating_mul(NS_PER_MS));
        poll(&[&answer, &time]).contains(&0)
    }

    fn wait(self: Box<Self>) -> Result<Response, TransportError> {
        self.future.subscribe().block();
        let answer = match self.future.get() {
            Some(Ok(answer)) => answer,
            _ => return Err(broken("the host lost the answer")),
        };
        let response = answer.map_err(|code| error(&code, true));
        let response = match (response, self.written) {
            (Err(error), Err(written)) => {
                return Err(TransportError {
                    message: format!("{} (while sending: {written})", error.message),
                    ..error
                });
            }
            (response, _) => response?,
        };
        Ok(Response {
            status: response.status(),
            headers: headers(&response),
            body: Box::new(Arriving::of(&response)?),
        })
    }
}

fn headers(response: &IncomingResponse) -> Headers {
    let entries = response.headers().entries();
    entries
        .into_iter()
        .map(|(name, value)| {
            (
                name.to_ascii_lowercase(),
                String::from_utf8_lossy(&value).into_owned(),
            )
        })
        .collect()
}

/// A body on its way. The stream is a child of the body and must go first.
struct Arriving {
    stream: Option<InputStream>,
    body: Option<IncomingBody>,
}

impl Arriving {
    fn of(response: &IncomingResponse) -> Result<Self, TransportError> {
        let body = response
            .consume()
            .map_err(|()| broken("the answer has no body"))?;
        let stream = body
            .stream()
            .map_err(|()| broken("the answer's body cannot be read"))?;
        Ok(Self {
            stream: Some(stream),
            body: Some(body),
        })
    }

    /// A body that was cut short says so in its trailers.
    fn end(&mut self) -> Result<(), TransportError> {
        self.stream = None;
        let Some(body) = self.body.take() else {
            return Ok(());
        };
        let trailers: FutureTrailers = IncomingBody::finish(body);
        trailers.subscribe().block();
        match trailers.get() {
            Some(Ok(Err(code))) => Err(error(&code, true)),
            _ => Ok(()),
        }
    }
}

impl Body for Arriving {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, TransportError> {
        let Some(stream) = &self.stream else {
            return Ok(None);
        };
        match stream.blocking_read(max as u64) {
            Ok(piece) => Ok(Some(piece)),
            Err(StreamError::Closed) => self.end().map(|()| None),
            Err(StreamError::LastOperationFailed(reason)) => {
                let failure = match http_error_code(&reason) {
                    Some(code) => error(&code, true).failure,
                    None => Failure::Lost,
                };
                Err(TransportError::new(
                    failure,
                    format!("The answer was cut short: {}", reason.to_debug_string()),
                ))
            }
        }
    }
}

fn broken(what: &str) -> TransportError {
    TransportError::new(
        Failure::Protocol,
        format!("The request cannot be sent: {what}"),
    )
}

/// Sorts the host's error codes by what they mean for repeating.
fn error(code: &ErrorCode, sent: bool) -> TransportError {
    let failure = match code {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => Failure::Denied,
        ErrorCode::DnsTimeout
        | ErrorCode::DnsError(_)
        | ErrorCode::DestinationNotFound
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpUnroutable
        | ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionLimitReached
        | ErrorCode::TlsProtocolError
        | ErrorCode::TlsCertificateError
        | ErrorCode::TlsAlertReceived(_) => Failure::NotSent,
        ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => Failure::Timeout,
        ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestUriTooLong
        | ErrorCode::HttpRequestHeaderSectionSize(_)
        | ErrorCode::HttpRequestHeaderSize(_)
        | ErrorCode::ConfigurationError => Failure::Protocol,
        _ if sent => Failure::Lost,
        _ => Failure::NotSent,
    };
    TransportError::new(failure, sentence(failure, code))
}

fn sentence(failure: Failure, code: &ErrorCode) -> String {
    let what = match failure {
        Failure::NotSent => "The org could not be reached",
        Failure::Timeout => "The org did not answer in time",
        Failure::Lost => "The connection to the org broke",
        Failure::Denied => "The host's policy does not allow this address",
        Failure::Protocol => "The request or its answer is not valid HTTP",
    };
    format!("{what} ({code:?})")
}
