//! From an API session into the browser: `/services/oauth2/singleaccess` gives a URL that opens the org once, and
//! `/secur/frontdoor.jsp` is where it leads.

use axum::body::Bytes;
use axum::extract::{OriginalUri, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Parameters;
use crate::auth::{instance_url, session};
use crate::{Shared, response};
use sandbox_core::org::AuthorizationCode;

/// Validity of the URL (Salesforce help, "Generate a Frontdoor URL to Bridge Into UI Sessions": one minute).
const LIFETIME_MS: i64 = 60 * 1_000;
/// Where the one-time password leads; no app may redirect there, so that it has no other use.
const PURPOSE: &str = "/secur/frontdoor.jsp";

/// Gives the URL.
pub(super) async fn give(
    State(org): State<Shared>,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters = Parameters::read(query.as_deref(), &body, &headers);
    let now = org.clock().now();
    let named = parameters
        .get("access_token")
        .and_then(|token| org.sessions().touch(token, now));
    let Some(session) = named.or_else(|| session(&org, &headers).ok()) else {
        return (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response();
    };
    let once = org.sessions().issue_code(AuthorizationCode {
        session,
        redirect_uri: PURPOSE.to_owned(),
        challenge: None,
        expires: now + LIFETIME_MS,
    });
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("otp", &once);
    if let Some(start) = parameters.get("redirect_uri") {
        query.append_pair("startURL", start);
    }
    let url = format!(
        "{}{PURPOSE}?{}",
        instance_url(&org, &uri, &headers),
        query.finish()
    );
    (
        [(CACHE_CONTROL, "no-cache, no-store")],
        response::ok(&json!({"frontdoor_uri": url})),
    )
        .into_response()
}

/// Lets the bearer of a valid one-time password, or of a session's id, through to where they want to go: a path of this
/// org, never another host.
pub(super) async fn open(
    State(org): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let parameters = Parameters::read(query.as_deref(), &[], &headers);
    let now = org.clock().now();
    let once = parameters
        .get("otp")
        .and_then(|text| org.sessions().take_code(text))
        .filter(|code| code.redirect_uri == PURPOSE && code.expires > now);
    let by_id = parameters
        .get("sid")
        .and_then(|token| org.sessions().touch(token, now));
    if once.is_none() && by_id.is_none() {
        return (
            StatusCode::FOUND,
            [(LOCATION, "/?ec=302&startURL=%2Fsecur%2Ffrontdoor.jsp")],
        )
            .into_response();
    }
    let wanted = parameters.get("startURL").or(parameters.get("retURL"));
    let path = wanted.filter(|path| path.starts_with('/') && !path.starts_with("//"));
    let start = path.unwrap_or("/").to_owned();
    (StatusCode::FOUND, [(LOCATION, start)]).into_response()
}
