//! Playing faults: how a request ends that a rule struck.

mod change;
mod template;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;

use super::broken::{After, Broken, Slow};
use super::front::{Aborted, Asked, Front, Received};
use super::{answer, refusal};
use change::Change;
use sandbox_core::faults::{BodyForm, Fault, LONGEST_DELAY_MS};
use template::Template;

/// Answers a request in the way that a fault demands.
pub(super) async fn play(front: &Front, fault: Fault, asked: Asked) -> Response {
    match fault {
        Fault::Reset => aborted(),
        Fault::LostAnswer => {
            drop(front.perform(asked).await);
            aborted()
        }
        Fault::ExpireSession => {
            front.org().sessions().expire_all();
            front.perform(asked).await
        }
        Fault::Delay { ms, acted: true } => {
            let response = front.perform(asked).await;
            pause(ms).await;
            response
        }
        Fault::Delay { ms, acted: false } => {
            pause(ms).await;
            front.perform(asked).await
        }
        Fault::Truncate { bytes } => cut(front.perform(asked).await, bytes, After::Error).await,
        Fault::Stall { bytes } => cut(front.perform(asked).await, bytes, After::Silence).await,
        Fault::SlowBody { bytes, ms } => slow(front.perform(asked).await, bytes, ms).await,
        Fault::Shorten {
            bytes,
            records,
            packed,
        } => rewritten(front, asked, &Change::shorter(bytes, records, packed)).await,
        Fault::NoEffect { set, status } => {
            let template = Template::of(&asked);
            let change = Change::set(template.fill_members(set), status);
            rewritten(front, instead_get(asked), &change).await
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
                set: Template::of(&asked).fill_members(set),
                remove,
                replace,
                headers,
                twice,
                status,
                ..Change::default()
            };
            rewritten(front, asked, &change).await
        }
        Fault::Status { .. } => refused(front, fault, asked).await,
    }
}

async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms.min(LONGEST_DELAY_MS))).await;
}

/// The request as one that only asks.
fn instead_get(mut asked: Asked) -> Asked {
    asked.parts.method = Method::GET;
    asked.body = Ok(Received::Document(Bytes::new()));
    asked
}

/// Answers with a body that is changed on its way; it goes uncompressed.
async fn rewritten(front: &Front, mut asked: Asked, change: &Change) -> Response {
    asked
        .parts
        .headers
        .remove(axum::http::header::ACCEPT_ENCODING);
    let (mut parts, body) = front.perform(asked).await.into_parts();
    let Ok(whole) = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
    else {
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

/// Answers with a status in the place of what the org says.
async fn refused(front: &Front, fault: Fault, asked: Asked) -> Response {
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
    let template = Template::of(&asked);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = match body {
        Some(body) => of_text(status, template.fill(&body)),
        None if form == BodyForm::Native => {
            let (path, headers) = (asked.parts.uri.path(), &asked.parts.headers);
            refusal::native(status, path, headers, &error_code, &message)
        }
        None => refusal::rest(status, &error_code, &message),
    };
    let headers = headers
        .into_iter()
        .map(|(name, value)| (name, template.fill(&value)));
    set_headers(response.headers_mut(), &headers.collect());
    if acted {
        drop(front.perform(asked).await);
    }
    response
}

/// A body of text, with the media type that it looks like.
fn of_text(status: StatusCode, text: String) -> Response {
    let media_type = match text.trim_start() {
        "" => return status.into_response(),
        start if start.starts_with("<?xml") || start.starts_with("<soapenv") => {
            "text/xml;charset=UTF-8"
        }
        start if start.starts_with('<') => "text/html;charset=UTF-8",
        _ => return answer::json_bytes(status, text),
    };
    (status, [(CONTENT_TYPE, media_type)], text).into_response()
}

pub(super) fn aborted() -> Response {
    let mut response = Response::new(Body::new(Broken::new(Bytes::new(), After::Error)));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.extensions_mut().insert(Aborted);
    response
}

/// Promises the whole body, and breaks the promise.
async fn cut(response: Response, keep: Option<usize>, after: After) -> Response {
    let (mut parts, received) = response.into_parts();
    let Ok(whole) = received
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
    else {
        return aborted();
    };
    let keep = keep
        .unwrap_or(whole.len() / 2)
        .min(whole.len().saturating_sub(1));
    parts
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    Response::from_parts(parts, Body::new(Broken::new(whole.slice(..keep), after)))
}

/// The whole body in pieces.
async fn slow(response: Response, bytes: usize, ms: u64) -> Response {
    let (parts, received) = response.into_parts();
    let Ok(whole) = received
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
    else {
        return aborted();
    };
    let every = Duration::from_millis(ms.min(LONGEST_DELAY_MS));
    Response::from_parts(parts, Body::new(Slow::new(whole, bytes, every)))
}
