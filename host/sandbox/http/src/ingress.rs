//! Ingress middleware: what every request passes first: faults on demand, the journal, size limits, the draining of its body.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, State};
use axum::http::header::DATE;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Method, Request, Uri};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt as _;

use super::form::{self, Form};
use super::response::ErrorResponse;
use super::{body, compression, fault_injection, native_error};
use sandbox_core::bulk::blob::Blob;
use sandbox_core::bulk::limits::UPLOAD_BYTES;
use sandbox_core::faults::RequestView;
use sandbox_core::journal::Entry;
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::value::dates;

/// Longest URI, and longest URI with headers, in bytes (Salesforce Developer Limits, "API Request Limits": 16,384).
const MAX_HEAD_BYTES: usize = 16_384;

/// Longest body that rules for faults look into.
const MAX_VISIBLE_BYTES: usize = 1024 * 1024;

/// Marks a response that never reaches the client: the connection is reset in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aborted;

/// Where a request on a port came from; not there in process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub SocketAddr);

/// The org and its API.
#[derive(Debug, Clone)]
pub(super) struct Ingress {
    org: Arc<Org>,
    api: Router,
}

impl Ingress {
    pub(super) fn new(org: Arc<Org>, api: Router) -> Self {
        let api = api.layer(compression::layer());
        Self { org, api }
    }
}

/// Responds to a request, or fails in the way that a fault specifies.
pub(super) async fn handle(State(ingress): State<Ingress>, request: Request<Body>) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let (parts, received) = request.into_parts();
    // The body is read before anything else: a server that responds earlier hides its response from many clients.
    let (body, request_bytes) = ingress.receive(&parts, received).await;
    let fault = ingress.org.faults().next_fault(RequestView {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query(),
        body: visible(&body),
    });
    let kind = fault.as_ref().map(|fault| fault.kind().to_owned());
    let incoming = IncomingRequest { parts, body };
    let mut response = match fault {
        None => ingress.perform(incoming).await,
        Some(fault) => fault_injection::inject(&ingress, fault, incoming).await,
    };
    date(&ingress.org, &mut response);
    ingress.org.journal().add(Entry {
        number: 0,
        method: method.to_string(),
        path: journal_path(&uri),
        request_bytes,
        // No client sees the status of a connection that is reset.
        status: if response.extensions().get::<Aborted>().is_some() {
            0
        } else {
            response.status().as_u16()
        },
        fault: kind,
    });
    response
}

/// A request whose body was read to its end.
pub(super) struct IncomingRequest {
    pub parts: http::request::Parts,
    pub body: Result<RequestBody, ApiError>,
}

/// Returns what rules for faults see of a body.
pub(super) fn visible(body: &Result<RequestBody, ApiError>) -> &[u8] {
    match body {
        Ok(RequestBody::Document(bytes)) if bytes.len() <= MAX_VISIBLE_BYTES => bytes,
        _ => &[],
    }
}

/// Dates a response by the org's clock, also in process, where no server would.
fn date(org: &Org, response: &mut Response) {
    if let Ok(now) = HeaderValue::try_from(dates::format_http(org.clock().now())) {
        response.headers_mut().entry(DATE).or_insert(now);
    }
}

/// A request's body, read to its end.
pub(super) enum RequestBody {
    /// All of it, in memory.
    Document(Bytes),
    /// The data of a bulk job, on disk if it is large.
    Upload(Blob),
    /// A form with files, which are on disk.
    Form(Form),
}

impl Ingress {
    /// The body and its length in bytes.
    async fn receive(
        &self,
        head: &http::request::Parts,
        received: Body,
    ) -> (Result<RequestBody, ApiError>, usize) {
        let path = head.uri.path().trim_end_matches('/');
        if path.contains("/jobs/ingest/") && path.ends_with("/batches") {
            let spooled = body::spool(received, UPLOAD_BYTES).await;
            let bytes = spooled.as_ref().map_or(0, Blob::len);
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
            return (spooled.map(RequestBody::Upload), bytes);
        }
        // The forms that make bulk jobs are small, and end their lines as they like.
        let boundary = form::boundary(&head.headers).filter(|_| !path.ends_with("/jobs/ingest"));
        if let Some(boundary) = boundary {
            let (form, bytes) = form::receive(self.org.files(), received, &boundary).await;
            return (Ok(RequestBody::Form(form)), bytes);
        }
        let drained = body::drain(received, body::MAX_BYTES).await;
        let bytes = drained.as_ref().map_or(0, Bytes::len);
        (drained.map(RequestBody::Document), bytes)
    }

    /// Returns the org behind it.
    pub(super) fn org(&self) -> &Org {
        &self.org
    }

    /// Handles the request and returns the response.
    pub(super) async fn perform(&self, incoming: IncomingRequest) -> Response {
        let mut request = Request::from_parts(incoming.parts, Body::empty());
        match incoming.body {
            Ok(RequestBody::Document(bytes)) => *request.body_mut() = Body::from(bytes),
            Ok(RequestBody::Upload(data)) => drop(request.extensions_mut().insert(data)),
            Ok(RequestBody::Form(form)) => drop(request.extensions_mut().insert(form)),
            Err(error) => return native_error::respond(&request, &error),
        }
        self.respond(request).await
    }

    async fn respond(&self, mut request: Request<Body>) -> Response {
        if let Some(rejected) = check_head(&request) {
            return ErrorResponse(rejected).into_response();
        }
        rewrite(&mut request);
        if is_blocked_file(request.uri().path()) {
            return ErrorResponse(ApiError::not_found()).into_response();
        }
        let response = self.api.clone().oneshot(request).await.into_response();
        super::response::list_allowed_methods(response)
    }
}

/// Salesforce's web servers block paths with this suffix, also where it ends a record's key (REST API guide,
/// "sObject Rows by External ID": an e-mail address below `.inc`). Paths in a body, as parts of a composite request, are not checked.
const BLOCKED_SUFFIX: &str = ".inc";

fn is_blocked_file(path: &str) -> bool {
    let end = path.len().saturating_sub(BLOCKED_SUFFIX.len());
    path.get(end..)
        .is_some_and(|end| end.eq_ignore_ascii_case(BLOCKED_SUFFIX))
}

/// OAuth calls may carry secrets in the query.
fn journal_path(uri: &Uri) -> String {
    if uri.path().starts_with("/services/oauth2")
        || uri.path().starts_with("/secur/")
        || uri.path() == "/"
    {
        return uri.path().to_owned();
    }
    uri.path_and_query()
        .map_or_else(String::new, ToString::to_string)
}

fn check_head(request: &Request<Body>) -> Option<ApiError> {
    let uri = request
        .uri()
        .path_and_query()
        .map_or(0, |path| path.as_str().len());
    if uri > MAX_HEAD_BYTES {
        let message = format!("The length of the URI exceeds the {MAX_HEAD_BYTES} byte limit");
        return Some(ApiError::new("URI_TOO_LONG", message));
    }
    let headers: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    (uri + headers > MAX_HEAD_BYTES).then(|| {
        let message = format!(
            "The combined length of the URI and headers exceeds the {MAX_HEAD_BYTES} byte limit"
        );
        ApiError::new("HEADERS_TOO_LARGE", message)
    })
}

/// Applies `_HttpMethod=PATCH`, and removes slashes that are doubled or at the end: the `sf` command joins
/// `https://host/` and `/services/...`.
pub(super) fn rewrite(request: &mut Request<Body>) {
    let uri = request.uri();
    let wanted = uri.query().and_then(|query| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "_HttpMethod")
            .map(|(_, value)| value)
    });
    if let Some(method) =
        wanted.and_then(|name| Method::from_bytes(name.to_uppercase().as_bytes()).ok())
        && request.method() == Method::POST
    {
        *request.method_mut() = method;
    }
    if let Some(path) = plain(request.uri().path())
        && let Some(uri) = with_path(request.uri(), &path)
    {
        // Else handlers that ask for the whole path are given the one from before.
        request.extensions_mut().insert(OriginalUri(uri.clone()));
        *request.uri_mut() = uri;
    }
}

/// Returns the path without slashes that say nothing, if it has any.
fn plain(path: &str) -> Option<String> {
    let is_plain = path == "/" || !path.ends_with('/');
    if is_plain && !path.starts_with("//") {
        return None;
    }
    Some(format!("/{}", path.trim_matches('/')))
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let text = uri
        .query()
        .map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}
