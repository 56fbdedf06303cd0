//! Fault injection: the response to a request that a rule applies to.

mod change;
mod template;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;

use super::faulty_body::{Ending, FaultyBody, SlowBody};
use super::ingress::{Aborted, IncomingRequest, Ingress, RequestBody};
use super::{native_error, response};
use change::Change;
use sandbox_core::faults::{BodyForm, Fault, MAX_DELAY_MS};
use template::Template;

/// Responds to a request in the way that a fault specifies.
pub(super) async fn inject(ingress: &Ingress, fault: Fault, incoming: IncomingRequest) -> Response {
    match fault {
        Fault::Reset => aborted(),
        Fault::LostAnswer => {
            drop(ingress.perform(incoming).await);
            aborted()
        }
        Fault::ExpireSession => {
            ingress.org().sessions().expire_all();
            ingress.perform(incoming).await
        }
        Fault::Delay { ms, acted: true } => {
            let response = ingress.perform(incoming).await;
            pause(ms).await;
            response
        }
        Fault::Delay { ms, acted: false } => {
            pause(ms).await;
            ingress.perform(incoming).await
        }
        Fault::Truncate { bytes } => {
            cut(ingress.perform(incoming).await, bytes, Ending::Error).await
        }
        Fault::Stall { bytes } => {
            cut(ingress.perform(incoming).await, bytes, Ending::Silence).await
        }
        Fault::SlowBody { bytes, ms } => slow(ingress.perform(incoming).await, bytes, ms).await,
        Fault::Shorten {
            bytes,
            records,
            packed,
        } => rewritten(ingress, incoming, &Change::shorter(bytes, records, packed)).await,
        Fault::NoEffect { set, status } => {
            let template = Template::new(&incoming);
            let change = Change::set(template.fill_members(set), status);
            rewritten(ingress, instead_get(incoming), &change).await
        }
        Fault::Change {
            set,
            remove,
            replace,
            headers,
            twice,
            status,
        } => {
            let change = Change {
                set: Template::new(&incoming).fill_members(set),
                remove,
                replace,
                headers,
                twice,
                status,
                ..Change::default()
            };
            rewritten(ingress, incoming, &change).await
        }
        Fault::Status { .. } => rejected(ingress, fault, incoming).await,
    }
}

async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms.min(MAX_DELAY_MS))).await;
}

/// Reads a response's body to its end; `None` if that fails.
async fn collect(body: Body) -> Option<Bytes> {
    Some(body.collect().await.ok()?.to_bytes())
}

/// Returns the request as one that only reads.
fn instead_get(mut incoming: IncomingRequest) -> IncomingRequest {
    incoming.parts.method = Method::GET;
    incoming.body = Ok(RequestBody::Document(Bytes::new()));
    incoming
}

/// Responds with a body that is changed on its way; it goes uncompressed.
async fn rewritten(ingress: &Ingress, mut incoming: IncomingRequest, change: &Change) -> Response {
    incoming
        .parts
        .headers
        .remove(axum::http::header::ACCEPT_ENCODING);
    let (mut parts, body) = ingress.perform(incoming).await.into_parts();
    let Some(whole) = collect(body).await else {
        return aborted();
    };
    let body = change.body(&parts.headers, whole);
    parts.headers.remove(CONTENT_LENGTH);
    if change.packed && !body.is_empty() {
        parts
            .headers
            .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    set_headers(&mut parts.headers, &change.headers);
    if let Some(status) = change.status.and_then(|it| StatusCode::from_u16(it).ok()) {
        parts.status = status;
    }
    Response::from_parts(parts, Body::from(body))
}

/// Sets headers, or takes them out where they are empty.
fn set_headers(headers: &mut HeaderMap, given: &BTreeMap<String, String>) {
    for (name, value) in given {
        let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name),
            HeaderValue::from_bytes(value.as_bytes()),
        ) else {
            continue;
        };
        if value.is_empty() {
            headers.remove(name);
        } else {
            headers.insert(name, value);
        }
    }
}

/// Responds with a status in place of the org's response.
async fn rejected(ingress: &Ingress, fault: Fault, incoming: IncomingRequest) -> Response {
    let Fault::Status {
        status,
        error_code,
        message,
        headers,
        body,
        form,
        acted,
    } = fault
    else {
        return aborted();
    };
    let template = Template::new(&incoming);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = match body {
        Some(body) => of_text(status, template.fill(&body)),
        None if form == BodyForm::Native => {
            let (path, headers) = (incoming.parts.uri.path(), &incoming.parts.headers);
            native_error::native(status, path, headers, &error_code, &message)
        }
        None => native_error::rest(status, &error_code, &message),
    };
    let headers = headers
        .into_iter()
        .map(|(name, value)| (name, template.fill(&value)));
    set_headers(response.headers_mut(), &headers.collect());
    // The placeholders are filled from the request before the org consumes it.
    if acted {
        drop(ingress.perform(incoming).await);
    }
    response
}

/// Returns a body of text, with the media type that it looks like.
fn of_text(status: StatusCode, text: String) -> Response {
    let media_type = match text.trim_start() {
        "" => return status.into_response(),
        start if start.starts_with("<?xml") || start.starts_with("<soapenv") => {
            "text/xml;charset=UTF-8"
        }
        start if start.starts_with('<') => "text/html;charset=UTF-8",
        _ => return response::json_bytes(status, text),
    };
    (status, [(CONTENT_TYPE, media_type)], text).into_response()
}

pub(super) fn aborted() -> Response {
    let mut response = Response::new(Body::new(FaultyBody::new(Bytes::new(), Ending::Error)));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.extensions_mut().insert(Aborted);
    response
}

/// Announces the length of the whole body but sends only a part of it.
async fn cut(response: Response, keep: Option<usize>, after: Ending) -> Response {
    let (mut parts, received) = response.into_parts();
    let Some(whole) = collect(received).await else {
        return aborted();
    };
    let keep = keep
        .unwrap_or(whole.len() / 2)
        .min(whole.len().saturating_sub(1));
    parts
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    Response::from_parts(
        parts,
        Body::new(FaultyBody::new(whole.slice(..keep), after)),
    )
}

/// The whole body in pieces.
async fn slow(response: Response, bytes: usize, ms: u64) -> Response {
    let (parts, received) = response.into_parts();
    let Some(whole) = collect(received).await else {
        return aborted();
    };
    let every = Duration::from_millis(ms.min(MAX_DELAY_MS));
    Response::from_parts(parts, Body::new(SlowBody::new(whole, bytes, every)))
}
