//! `wasi:http` for connectors: every request goes to the way out, every failure comes back under its own code.

use super::state::State;
use crate::egress::{Egress, Failure, TimeLimits};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use wasmtime::component::{Linker, Resource};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::p2::IoError;
use wasmtime_wasi::{WasiCtxView, WasiView};
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, HostOutgoingRequest};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, WasiHttpView};

/// The names under which the engine's own bindings define what is replaced here.
const TYPES: &str = "wasi:http/types@0.2.12";
const OUTGOING_HANDLER: &str = "wasi:http/outgoing-handler@0.2.12";

/// Ties `wasi:http`, with two functions of our own.
///
/// - The engine's `http-error-code` does not know the errors of response bodies, and a guest could not tell a time-out in
///   the middle of a body from a cut connection. Ours does.
/// - The engine's `handle` takes the options of a request over and never frees them (wasmtime-wasi-http 48), so that the table of an
///   instance is full after some thousand requests. Ours frees them.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    linker.allow_shadowing(true);
    linker
        .instance(TYPES)?
        .func_wrap("http-error-code", http_error_code)?;
    linker
        .instance(OUTGOING_HANDLER)?
        .func_wrap("handle", handle)?;
    linker.allow_shadowing(false);
    Ok(())
}

type Handled = std::result::Result<Resource<HostFutureIncomingResponse>, ErrorCode>;

fn handle(
    mut store: StoreContextMut<'_, State>,
    (request, options): (
        Resource<HostOutgoingRequest>,
        Option<Resource<RequestOptions>>,
    ),
) -> Result<(Handled,)> {
    let mut view = store.data_mut().http();
    let owned = options.as_ref().map(Resource::rep);
    let handled = outgoing_handler::Host::handle(&mut view, request, options);
    if let Some(rep) = owned {
        view.table
            .delete(Resource::<RequestOptions>::new_own(rep))?;
    }
    Ok((match handled {
        Ok(future) => Ok(future),
        Err(error) => Err(error.downcast()?),
    },))
}

fn http_error_code(
    mut store: StoreContextMut<'_, State>,
    (error,): (Resource<IoError>,),
) -> Result<(Option<ErrorCode>,)> {
    let WasiCtxView { table, .. } = store.data_mut().ctx();
    let error = table.get(&error)?;
    let of_body = error.downcast_ref::<Error>().map(body_error_code);
    Ok((of_body.or_else(|| error.downcast_ref::<ErrorCode>().cloned()),))
}

/// Returns the code that [`error`] gives to a failure of a body.
fn body_error_code(error: &Error) -> ErrorCode {
    match error {
        Error::ConnectionReadTimeout => ErrorCode::ConnectionReadTimeout,
        Error::ConnectionTerminated => ErrorCode::ConnectionTerminated,
        Error::HttpResponseIncomplete => ErrorCode::HttpResponseIncomplete,
        Error::HttpProtocolError => ErrorCode::HttpProtocolError,
        Error::HttpResponseContentCoding(coding) => {
            ErrorCode::HttpResponseContentCoding(coding.clone())
        }
        other => ErrorCode::InternalError(Some(other.to_string())),
    }
}

/// Gives a failure its `wasi:http` code. Connectors decide by it whether a request may be sent again; the table is at
/// [`Failure`].
fn error(failure: Failure) -> Error {
    match failure {
        Failure::Denied => Error::HttpRequestDenied,
        Failure::BadUri => Error::HttpRequestUriInvalid,
        Failure::BadMethod => Error::HttpRequestMethodInvalid,
        Failure::QueueFull => Error::ConnectionLimitReached,
        Failure::Configuration(_) => Error::ConfigurationError,
        Failure::Dns(reason) => Error::DnsError {
            rcode: Some(reason),
            info_code: None,
        },
        Failure::Refused => Error::ConnectionRefused,
        Failure::Unreachable => Error::DestinationUnavailable,
        Failure::ConnectTimeout => Error::ConnectionTimeout,
        Failure::TlsProtocol => Error::TlsProtocolError,
        Failure::TlsCertificate => Error::TlsCertificateError,
        Failure::TlsAlert(name) => Error::TlsAlertReceived {
            alert_id: None,
            alert_message: Some(name),
        },
        Failure::Terminated => Error::ConnectionTerminated,
        Failure::ReadTimeout | Failure::TooSlow(_) | Failure::TooLong(_) => {
            Error::ConnectionReadTimeout
        }
        Failure::Incomplete => Error::HttpResponseIncomplete,
        Failure::Protocol | Failure::RequestBody => Error::HttpProtocolError,
        Failure::ContentCoding => Error::HttpResponseContentCoding(None),
    }
}

/// Hands an instance's requests to its way out.
pub(super) struct Hooks {
    egress: Arc<Egress>,
    alive: Arc<AtomicBool>,
}

impl Hooks {
    pub(super) fn new(egress: Arc<Egress>, alive: Arc<AtomicBool>) -> Self {
        Self { egress, alive }
    }
}

type Sent = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        let egress = Arc::clone(&self.egress);
        let alive = Arc::clone(&self.alive);
        let request = request.map(|body| GuestBody { body, alive }.boxed_unsync());
        Box::new(async move {
            let response = egress.send(request, limits(options)).await.map_err(error)?;
            let response = response.map(|body| body.map_err(error).boxed_unsync());
            Ok((response, Box::new(std::future::ready(Ok(()))) as _))
        })
    }
}

fn limits(options: Option<RequestOptions>) -> TimeLimits {
    let asked = options.unwrap_or_default();
    let default = TimeLimits::default();
    TimeLimits {
        connect: asked.connect_timeout.unwrap_or(default.connect),
        first_byte: asked.first_byte_timeout.unwrap_or(default.first_byte),
        between_bytes: asked.between_bytes_timeout.unwrap_or(default.between_bytes),
    }
}

/// The body of a request. The engine ends it cleanly when its instance dies half-way; here that is a failure, and the
/// remote system sees a cut connection instead of a short, complete body.
struct GuestBody {
    body: WasiBody,
    alive: Arc<AtomicBool>,
}

impl Body for GuestBody {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Failure>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
        let died = frame.is_none() && !self.alive.load(Ordering::Acquire);
        Poll::Ready(match frame {
            _ if died => Some(Err(Failure::RequestBody)),
            Some(frame) => Some(frame.map_err(|_| Failure::RequestBody)),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
