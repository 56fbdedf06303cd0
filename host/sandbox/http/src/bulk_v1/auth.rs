//! Authentication for Bulk API 1.0.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Request};
use axum::middleware::Next;
use axum::response::Response;

use super::document::BulkError;
use super::form;
use crate::auth::Caller;
use crate::{Shared, versions};
use sandbox_core::write::WriteOptions;

/// The header that carries the session id.
const SESSION: &str = "X-SFDC-Session";

/// Lets a request through; handlers take the caller as an `Extension`.
pub(super) async fn authenticate(
    State(org): State<Shared>,
    OriginalUri(uri): OriginalUri,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let version = uri.path().split('/').nth(3).unwrap_or_default();
    let form = form(request.headers(), None);
    match admit(&org, version, request.headers()) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.response(form),
    }
}

fn admit(org: &Shared, version: &str, headers: &HeaderMap) -> Result<Caller, BulkError> {
    let number = version
        .strip_suffix(".0")
        .and_then(|text| text.parse().ok());
    let number = number.filter(|number| (versions::OLDEST..=versions::NEWEST).contains(number));
    let number = number.ok_or_else(|| {
        BulkError::new(
            "InvalidVersion",
            format!("Api version {version} is not supported"),
        )
    })?;
    let token = headers.get(SESSION).and_then(|value| value.to_str().ok());
    let token = token.ok_or_else(|| {
        BulkError::new("InvalidSessionId", "Unable to find X-SFDC-Session header")
    })?;
    let now = org.clock().now();
    let session = org
        .sessions()
        .touch(token.trim(), now)
        .ok_or_else(|| BulkError::new("InvalidSessionId", "Invalid session id"))?;
    // Only requests with a live session count against the allowance.
    if !org.usage().count(now) {
        return Err(BulkError::new(
            "ExceededQuota",
            "TotalRequests Limit exceeded.",
        ));
    }
    Ok(Caller {
        user: session.user,
        session: session.number,
        version: number,
        options: WriteOptions::default(),
    })
}

/// Paths that are none.
pub(super) async fn no_such_path(headers: HeaderMap) -> Response {
    let message = "Destination URL not reset. The URL is invalid";
    BulkError::new("InvalidUrl", message).response(form(&headers, None))
}

/// Methods that a path does not take.
pub(super) async fn no_such_method(method: axum::http::Method, headers: HeaderMap) -> Response {
    let message = format!("HTTP Method '{method}' not allowed. Allowed are GET,POST");
    BulkError::new("MethodNotAllowed", message).response(form(&headers, None))
}
