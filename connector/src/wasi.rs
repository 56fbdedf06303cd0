//! The transport of the component: the host's `wasi:http`, through waki's bindings. waki's own client buffers bodies,
//! knows one time-out and waits for each answer; the bindings under it stream and let a request travel while another is read.
//!
//! Time limits are kept here, by polling, and not by the host's `request-options`: the options are handed over with a request, and
//! wasmtime's `outgoing-handler` never frees them, so that a host's table fills after some thousand requests; jco takes the
//! connect limit for one of the whole exchange; some hosts know none. Only a connect limit that the connection
//! itself sets goes to the host, which alone can keep it.

mod clock;
mod code;
mod incoming;
mod outgoing;
mod pending;

use clock::NS_PER_MS;
use code::named;
use outgoing::{Sending, write_body};
use pending::{Travelling, authority, invalid};
use salesforce_client::transport::codes;
use salesforce_client::transport::{
    Failure, HttpRequest, Method, Started, Timeouts, Transport, TransportError, Uploading,
};
use waki::bindings::wasi::http::outgoing_handler;
use waki::bindings::wasi::http::types::{
    Fields, FutureIncomingResponse, OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
};

/// Sends through the host.
#[derive(Debug, Default)]
pub struct WasiTransport;

impl Transport for WasiTransport {
    fn start(&self, request: &HttpRequest) -> Started {
        let (future, body) = hand_over(request)?;
        // A server may answer before it has read the body: its answer matters more than the failed write.
        let written = write_body(body, &request.body, request.timeouts);
        Ok(Box::new(Travelling {
            future,
            written,
            timeouts: request.timeouts,
            authority: authority(&request.url).to_owned(),
        }))
    }

    fn upload(&self, request: &HttpRequest) -> Uploading {
        let (future, body) = hand_over(request)?;
        Ok(Box::new(Sending::new(future, body, request)?))
    }
}

/// Hands the head of a request to the host. What fails here was not sent.
fn hand_over(
    request: &HttpRequest,
) -> Result<(FutureIncomingResponse, OutgoingBody), TransportError> {
    let outgoing = outgoing(request)?;
    let body = outgoing
        .body()
        .map_err(|()| invalid("the request has no body"))?;
    let options = connect_limit(request.timeouts);
    let future = outgoing_handler::handle(outgoing, options).map_err(|code| {
        let reason = codes::error(&named(code), authority(&request.url));
        match reason.failure {
            known if !known.maybe_delivered() => reason,
            // The host did not take the request.
            _ => TransportError::new(Failure::NotSent, reason.message),
        }
    })?;
    Ok((future, body))
}

fn outgoing(request: &HttpRequest) -> Result<OutgoingRequest, TransportError> {
    let mut entries: Vec<(String, Vec<u8>)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
        .collect();
    if !request.body.is_empty() {
        let length = request.body.len().to_string();
        entries.push(("content-length".into(), length.into_bytes()));
    }
    let headers = Fields::from_list(&entries)
        .map_err(|_| invalid("the host does not allow a header of it"))?;
    let (scheme, rest) = split(&request.url)?;
    let authority = authority(&request.url);
    let path = rest.get(authority.len()..).unwrap_or_default();
    let path = if path.is_empty() { "/" } else { path };
    let outgoing = OutgoingRequest::new(headers);
    let set = outgoing.set_method(&method(request.method)).is_ok()
        && outgoing.set_scheme(Some(&scheme)).is_ok()
        && outgoing.set_authority(Some(authority)).is_ok()
        && outgoing.set_path_with_query(Some(path)).is_ok();
    if set {
        Ok(outgoing)
    } else {
        Err(invalid("the URL is not one that HTTP can carry"))
    }
}

fn split(url: &str) -> Result<(Scheme, &str), TransportError> {
    match url.split_once("://") {
        Some(("https", rest)) => Ok((Scheme::Https, rest)),
        Some((_, rest)) => Ok((Scheme::Http, rest)),
        None => Err(invalid("the URL has no scheme")),
    }
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

/// Options with the connect limit, where the connection sets one. A host that knows no such limit keeps its own.
fn connect_limit(timeouts: Timeouts) -> Option<RequestOptions> {
    let limit = u64::from(timeouts.connect_ms?) * NS_PER_MS;
    let options = RequestOptions::new();
    options.set_connect_timeout(Some(limit)).ok()?;
    Some(options)
}
