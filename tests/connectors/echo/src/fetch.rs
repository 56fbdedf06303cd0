//! `echo/fetch` and `echo/prefetch`: HTTP through the raw `wasi:http` bindings, to see what the host makes of it.

use crate::bindings::exports::mediation::connector::types::{
    Body, Fault, FaultKind, Message, Metadata, UpstreamFault,
};
use crate::{bytes, fault, no_metadata};
use serde::Deserialize;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody,
    OutgoingRequest, RequestOptions, Scheme, http_error_code,
};
use wasip2::io::streams::{InputStream, StreamError};

const CHUNK: u64 = 64 * 1024;

/// One request.
#[derive(Deserialize)]
pub struct Fetch {
    scheme: String,
    authority: String,
    path: String,
    #[serde(default)]
    post: bool,
    /// How many bytes of body to send.
    #[serde(default)]
    body_bytes: usize,
    /// Whether the length of the body is told beforehand.
    #[serde(default)]
    announce_length: bool,
    /// Sleeps this long before each chunk of the body.
    #[serde(default)]
    body_pause_ms: u64,
    connect_ms: Option<u64>,
    first_byte_ms: Option<u64>,
    between_bytes_ms: Option<u64>,
}

impl Fetch {
    /// Makes a GET.
    pub fn get(authority: &str) -> Self {
        Self {
            scheme: "https".into(),
            authority: authority.into(),
            path: "/".into(),
            post: false,
            body_bytes: 0,
            announce_length: false,
            body_pause_ms: 0,
            connect_ms: None,
            first_byte_ms: None,
            between_bytes_ms: None,
        }
    }
}

/// Two GETs.
#[derive(Deserialize)]
pub struct Prefetch {
    first: Fetch,
    second: Fetch,
}

/// Sends the request, reads the answer to its end.
pub fn fetch(config: &Fetch) -> Result<Message, Fault> {
    finish(start(config)?)
}

/// Starts both requests, then reads the first answer, then the second.
pub fn prefetch(config: &Prefetch) -> Result<Message, Fault> {
    let first = start(&config.first)?;
    let second = start(&config.second)?;
    let page = finish(first)?;
    let mut body = bytes(&page.body).to_vec();
    body.extend_from_slice(bytes(&finish(second)?.body));
    let body = Body::Binary(body);
    Ok(Message { body, ..page })
}

fn start(config: &Fetch) -> Result<FutureIncomingResponse, Fault> {
    let headers = Fields::new();
    if config.announce_length {
        let length = config.body_bytes.to_string().into_bytes();
        let _ = headers.set("content-length", &[length]);
    }
    let request = OutgoingRequest::new(headers);
    let scheme = if config.scheme == "http" {
        Scheme::Http
    } else {
        Scheme::Https
    };
    let set = request
        .set_scheme(Some(&scheme))
        .and_then(|()| request.set_authority(Some(&config.authority)))
        .and_then(|()| request.set_path_with_query(Some(&config.path)))
        .and_then(|()| {
            request.set_method(if config.post {
                &Method::Post
            } else {
                &Method::Get
            })
        });
    set.map_err(|()| fault(FaultKind::Config, "the URL cannot be used"))?;
    let body = request
        .body()
        .map_err(|()| fault(FaultKind::Other, "no body"))?;
    let response = outgoing_handler::handle(request, Some(options(config))).map_err(failed)?;
    // An early answer may close the body: the answer then tells more than the failed write.
    if send(&body, config).is_ok() {
        let _ = OutgoingBody::finish(body, None);
    }
    Ok(response)
}

fn send(body: &OutgoingBody, config: &Fetch) -> Result<(), StreamError> {
    let Ok(stream) = body.write() else {
        return Ok(());
    };
    let mut left = config.body_bytes;
    while left > 0 {
        if config.body_pause_ms > 0 {
            std::thread::sleep(std::time::Duration::from_millis(config.body_pause_ms));
        }
        let part = left.min(4096);
        stream.blocking_write_and_flush(&vec![b'x'; part])?;
        left -= part;
    }
    Ok(())
}

fn options(config: &Fetch) -> RequestOptions {
    let nanos = |ms: Option<u64>| ms.map(|ms| ms * 1_000_000);
    let options = RequestOptions::new();
    let _ = options.set_connect_timeout(nanos(config.connect_ms));
    let _ = options.set_first_byte_timeout(nanos(config.first_byte_ms));
    let _ = options.set_between_bytes_timeout(nanos(config.between_bytes_ms));
    options
}

fn finish(future: FutureIncomingResponse) -> Result<Message, Fault> {
    let pollable = future.subscribe();
    pollable.block();
    let answer = future
        .get()
        .and_then(Result::ok)
        .ok_or_else(|| fault(FaultKind::Other, "no answer"))?;
    drop(pollable);
    message(answer.map_err(failed)?)
}

fn message(response: IncomingResponse) -> Result<Message, Fault> {
    let status = Some(response.status());
    let headers = response.headers().entries().into_iter();
    let headers = headers.map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()));
    let metadata = Metadata {
        status,
        headers: headers.collect(),
        ..no_metadata()
    };
    let body = response
        .consume()
        .map_err(|()| fault(FaultKind::Other, "no body"))?;
    let stream = body
        .stream()
        .map_err(|()| fault(FaultKind::Other, "no stream"))?;
    Ok(Message {
        media_type: "application/octet-stream".into(),
        body: Body::Binary(read(&stream)?),
        metadata,
    })
}

fn read(stream: &InputStream) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    loop {
        match stream.blocking_read(CHUNK) {
            Ok(chunk) => body.extend(chunk),
            Err(StreamError::Closed) => return Ok(body),
            Err(StreamError::LastOperationFailed(error)) => {
                let code = http_error_code(&error);
                return Err(
                    code.map_or_else(|| fault(FaultKind::Other, error.to_debug_string()), failed)
                );
            }
        }
    }
}

fn failed(code: ErrorCode) -> Fault {
    let mut fault = fault(FaultKind::Unavailable, format!("{code:?}"));
    fault.upstream.push(UpstreamFault {
        code: format!("{code:?}"),
        message: String::new(),
        fields: Vec::new(),
    });
    fault
}
