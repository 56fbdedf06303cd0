//! Heads and bodies of requests and answers, as the client and the connector want them.

use super::access_log::Access;
use super::body::{Body, Incoming, Outgoing};
use super::pace::Pace;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use std::time::Duration;

/// Prepares the headers. The client sets `Host` itself, from the address. A request that could have a body and has none says so: servers,
/// Salesforce's among them, answer 411 otherwise.
pub(super) fn headers(mut headers: HeaderMap, method: &Method, has_body: bool) -> HeaderMap {
    headers.remove(HOST);
    let may_have_body = [Method::POST, Method::PUT, Method::PATCH].contains(method);
    if may_have_body && !has_body {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    headers
}

/// Returns the body of a request; an empty one where there is none.
pub(super) fn boxed(body: Option<Outgoing>) -> Body {
    match body {
        Some(body) => body.boxed_unsync(),
        None => Empty::new()
            .map_err(|never: std::convert::Infallible| match never {})
            .boxed_unsync(),
    }
}

/// An answer, and what was asked: it decides whether there is a body.
pub(super) struct Answer {
    pub(super) method: Method,
    pub(super) response: Response<Body>,
}

/// Holds an answer's body to its promised length and its time limits.
pub(super) fn whole(answer: Answer, limit: Duration, pace: Pace, access: Access) -> Response<Body> {
    let expected = expected_length(&answer);
    answer
        .response
        .map(|body| Incoming::new(body, expected, limit, pace, access).boxed_unsync())
}

/// Returns the length that was promised. A `HEAD`, a 204 and a 304 tell the length of a body that does not come.
fn expected_length(answer: &Answer) -> Option<u64> {
    let status = answer.response.status();
    if answer.method == Method::HEAD
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED
    {
        return None;
    }
    answer
        .response
        .headers()
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}
