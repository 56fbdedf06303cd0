//! Authentication for the REST API: supported version, live session, remaining allowance.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::header::{AUTHORIZATION, HOST, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Request, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::response::ErrorResponse;
use super::{Shared, versions};
use sandbox_core::events::{Api, ClientName, Origin};
use sandbox_core::org::Org;
use sandbox_core::write::WriteOptions;
use sandbox_core::write::{Assignment, DuplicateOptions};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;

/// Without `Sforce-Auto-Assign`, REST runs the active assignment rules over records that name no owner.
const DEFAULTS: WriteOptions = WriteOptions {
    allow_truncation: false,
    assignment: Assignment::Unowned,
    duplicates: DuplicateOptions {
        allow_save: false,
        include_record_details: false,
    },
    origin: Origin::NONE,
};

/// The caller: user, session and API version; handlers take it as an `Extension`.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The user.
    pub user: RecordId,
    /// The number of the session.
    pub session: u64,
    /// The version in the path, `62` for `v62.0`.
    pub version: u16,
    /// What the headers ask of writes.
    pub options: WriteOptions,
}

impl Caller {
    /// `/services/data/v62.0`.
    pub(super) fn base(&self) -> String {
        format!("/services/data/v{}.0", self.version)
    }
}

/// Lets a request through, and adds the share of the allowance that is used.
pub(super) async fn authenticate(
    State(org): State<Shared>,
    OriginalUri(uri): OriginalUri,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let mut response = match admit(&org, &uri, request.headers()) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) if error.code == "INVALID_SESSION_ID" => {
            ([(WWW_AUTHENTICATE, "Token")], ErrorResponse(error)).into_response()
        }
        Err(error) => return ErrorResponse(error).into_response(),
    };
    let used = format!("api-usage={}/{}", org.usage().used(), org.usage().limit());
    if let Ok(value) = HeaderValue::try_from(used) {
        response.headers_mut().insert("Sforce-Limit-Info", value);
    }
    response
}

fn admit(org: &Org, uri: &Uri, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let name = uri
        .path()
        .trim_start_matches("/services/data/")
        .split('/')
        .next()
        .unwrap_or_default();
    let version = versions::parse(name)?;
    let session = session(org, headers)?;
    if !org.usage().count(org.clock().now()) {
        return Err(ApiError::new(
            "REQUEST_LIMIT_EXCEEDED",
            "TotalRequests Limit exceeded.",
        ));
    }
    let origin = Origin::new(Api::Rest, version, ClientName::NONE);
    let known = WriteOptions { origin, ..DEFAULTS };
    Ok(Caller {
        user: session.user,
        session: session.number,
        version,
        options: write_options(headers, known)?,
    })
}

/// Returns what the headers ask of writes, beyond `known`.
///
/// # Errors
/// A `Sforce-Auto-Assign` that names no rule.
pub(super) fn write_options(
    headers: &HeaderMap,
    known: WriteOptions,
) -> Result<WriteOptions, ApiError> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let assignment = text("Sforce-Auto-Assign").map(Assignment::from_header);
    let duplicates = text("Sforce-Duplicate-Rule-Header").map(DuplicateOptions::from_header);
    let client = text("Sforce-Call-Options").map(ClientName::from_call_options);
    Ok(WriteOptions {
        origin: known.origin.of_client(client.unwrap_or_default()),
        assignment: assignment.transpose()?.unwrap_or(known.assignment),
        duplicates: duplicates.unwrap_or(known.duplicates),
        ..known
    })
}

/// Returns the session behind the `Authorization` header.
///
/// # Errors
/// 401 as Salesforce says it.
pub(super) fn session(
    org: &Org,
    headers: &HeaderMap,
) -> Result<sandbox_core::org::Session, ApiError> {
    let expired = || ApiError::new("INVALID_SESSION_ID", "Session expired or invalid");
    let header = headers.get(AUTHORIZATION).ok_or_else(expired)?;
    let header = header
        .to_str()
        .map_err(|_| ApiError::new("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"))?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("Bearer") && !scheme.eq_ignore_ascii_case("OAuth") {
        return Err(ApiError::new("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"));
    }
    org.sessions()
        .touch(token.trim(), org.clock().now())
        .ok_or_else(expired)
}

/// Returns the URL that the org is known by: as configured, else as the request came.
pub(super) fn instance_url(org: &Org, uri: &Uri, headers: &HeaderMap) -> String {
    if let Some(url) = org.instance_url() {
        return url.to_owned();
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = text("x-forwarded-proto")
        .or(uri.scheme_str())
        .unwrap_or("http");
    let host = uri
        .authority()
        .map(|authority| authority.as_str())
        .or(text(HOST.as_str()))
        .unwrap_or("localhost");
    format!("{scheme}://{host}")
}
