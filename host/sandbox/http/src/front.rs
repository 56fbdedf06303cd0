//! What every request goes through first: faults on demand, the journal, size limits, the draining of its body.

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

use super::answer::Refusal;
use super::form::{self, Form};
use super::{body, gzip, play, refusal};
use sandbox_core::bulk::blob::Blob;
use sandbox_core::bulk::limits::UPLOAD_BYTES;
use sandbox_core::faults::Seen;
use sandbox_core::journal::Entry;
use sandbox_core::org::Org;
use sandbox_model::problem::Problem;
use sandbox_model::value::dates;

/// Longest URI, and longest URI with headers, in bytes (Salesforce Developer Limits, "API Request Limits": 16,384).
const LONGEST_HEAD: usize = 16_384;

/// Longest body that rules for faults look into.
const MOST_VISIBLE: usize = 1024 * 1024;

/// Marks a response that never reaches the client: the connection is reset in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aborted;

/// Where a request on a port came from; not there in process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub SocketAddr);

/// The org and its API.
#[derive(Debug, Clone)]
pub(super) struct Front {
    org: Arc<Org>,
    api: Router,
}

impl Front {
    pub(super) fn new(org: Arc<Org>, api: Router) -> Self {
        Self { org, api }
    }
}

/// Answers a request, or fails to in the way that a fault demands.
pub(super) async fn handle(State(front): State<Front>, request: Request<Body>) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let (parts, received) = request.into_parts();
    let (body, request_bytes) = front.receive(&parts, received).await;
    let fault = front.org.faults().strike(Seen {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query(),
        body: visible(&body),
    });
    let kind = fault.as_ref().map(|fault| fault.kind().to_owned());
    let asked = Asked { parts, body };
    let mut response = match fault {
        None => front.perform(asked).await,
        Some(fault) => play::play(&front, fault, asked).await,
    };
    date(&front.org, &mut response);
    front.org.journal().add(Entry {
        number: 0,
        method: method.to_string(),
        path: journal_path(&uri),
        request_bytes,
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
pub(super) struct Asked {
    pub parts: http::request::Parts,
    pub body: Result<Received, Problem>,
}

/// What rules for faults see of a body.
pub(super) fn visible(body: &Result<Received, Problem>) -> &[u8] {
    match body {
        Ok(Received::Document(bytes)) if bytes.len() <= MOST_VISIBLE => bytes,
        _ => &[],
    }
}

/// Dates an answer by the org's clock, also in process, where no server would.
fn date(org: &Org, response: &mut Response) {
    if let Ok(now) = HeaderValue::try_from(dates::format_http(org.clock().now())) {
        response.headers_mut().entry(DATE).or_insert(now);
    }
}

/// A request's body, read to its end.
pub(super) enum Received {
    /// All of it, in memory.
    Document(Bytes),
    /// The data of a bulk job, on disk if it is large.
    Upload(Blob),
    /// A form with files, which are on disk.
    Form(Form),
}

impl Front {
    /// The body and its length in bytes.
    async fn receive(
        &self,
        head: &http::request::Parts,
        received: Body,
    ) -> (Result<Received, Problem>, usize) {
        let path = head.uri.path().trim_end_matches('/');
        if path.contains("/jobs/ingest/") && path.ends_with("/batches") {
            let spooled = body::spool(received, UPLOAD_BYTES).await;
            let bytes = spooled.as_ref().map_or(0, Blob::len);
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
            return (spooled.map(Received::Upload), bytes);
        }
        // The forms that make bulk jobs are small, and end their lines as they like.
        let boundary = form::boundary(&head.headers).filter(|_| !path.ends_with("/jobs/ingest"));
        if let Some(boundary) = boundary {
            let (form, bytes) = form::receive(self.org.files(), received, &boundary).await;
            return (Ok(Received::Form(form)), bytes);
        }
        let drained = body::drain(received, body::LARGEST).await;
        let bytes = drained.as_ref().map_or(0, Bytes::len);
        (drained.map(Received::Document), bytes)
    }

    /// The org behind it.
    pub(super) fn org(&self) -> &Org {
        &self.org
    }

    /// Does what is asked, and answers.
    pub(super) async fn perform(&self, asked: Asked) -> Response {
        let mut request = Request::from_parts(asked.parts, Body::empty());
        match asked.body {
            Ok(Received::Document(bytes)) => *request.body_mut() = Body::from(bytes),
            Ok(Received::Upload(data)) => drop(request.extensions_mut().insert(data)),
            Ok(Received::Form(form)) => drop(request.extensions_mut().insert(form)),
            Err(problem) => return refusal::of(&request, &problem),
        }
        self.answer(request).await
    }

    async fn answer(&self, mut request: Request<Body>) -> Response {
        if let Some(refused) = check_head(&request) {
            return Refusal(refused).into_response();
        }
        rewrite(&mut request);
        if names_a_barred_file(request.uri().path()) {
            return Refusal(Problem::not_found()).into_response();
        }
        let gzip_wanted = gzip::is_wanted(request.headers());
        let response = self.api.clone().oneshot(request).await.into_response();
        let response = super::answer::tell_allowed(response);
        if gzip_wanted {
            gzip::compress(response).await
        } else {
            response
        }
    }
}

/// Salesforce's web servers take what ends so for a file that nobody may have, also where it ends a record's key (REST API guide,
/// "sObject Rows by External ID": an e-mail address below `.inc`). What is within a body, as a part of a composite request, they do not see.
const BARRED: &str = ".inc";

fn names_a_barred_file(path: &str) -> bool {
    let end = path.len().saturating_sub(BARRED.len());
    path.get(end..)
        .is_some_and(|end| end.eq_ignore_ascii_case(BARRED))
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

fn check_head(request: &Request<Body>) -> Option<Problem> {
    let uri = request
        .uri()
        .path_and_query()
        .map_or(0, |path| path.as_str().len());
    if uri > LONGEST_HEAD {
        let message = format!("The length of the URI exceeds the {LONGEST_HEAD} byte limit");
        return Some(Problem::new("URI_TOO_LONG", message));
    }
    let headers: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    (uri + headers > LONGEST_HEAD).then(|| {
        let message = format!(
            "The combined length of the URI and headers exceeds the {LONGEST_HEAD} byte limit"
        );
        Problem::new("HEADERS_TOO_LARGE", message)
    })
}

/// Takes `_HttpMethod=PATCH` at its word, and slashes that are doubled or at the end for nothing: the `sf` command joins
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

/// The path without slashes that say nothing, if it has any.
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
