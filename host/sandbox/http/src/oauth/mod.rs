//! OAuth 2.0 as Salesforce implements it: `/services/oauth2/{authorize,token,revoke,introspect}`.

mod authorize;
mod flows;
mod jwt;
mod single_access;
mod token;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use super::{Shared, response};
use sandbox_core::org::{ConnectedApp, Org};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/services/oauth2/authorize", get(authorize::authorize))
        .route("/services/oauth2/token", post(token::token).get(must_post))
        .route("/services/oauth2/revoke", post(revoke).get(revoke))
        .route("/services/oauth2/introspect", post(introspect))
        .route(
            "/services/oauth2/singleaccess",
            post(single_access::give).get(single_access::give),
        )
        .route("/secur/frontdoor.jsp", get(single_access::open))
}

/// An error: `{"error", "error_description"}` with status 400.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OAuthError {
    error: &'static str,
    description: &'static str,
}

impl OAuthError {
    const fn new(error: &'static str, description: &'static str) -> Self {
        Self { error, description }
    }

    const SCOPE: Self = Self::new("invalid_request", "scope parameter not supported");
    const CLIENT_ID: Self = Self::new("invalid_client_id", "client identifier invalid");
    const CLIENT: Self = Self::new("invalid_client", "invalid client credentials");
    const FAILURE: Self = Self::new("invalid_grant", "authentication failure");
    const EXPIRED_TOKEN: Self = Self::new("invalid_grant", "expired access/refresh token");
    const NOT_APPROVED: Self = Self::new("invalid_grant", "user hasn't approved this consumer");
    const GRANT_TYPE: Self = Self::new("unsupported_grant_type", "grant type not supported");
    const CODE: Self = Self::new("invalid_grant", "invalid authorization code");
    const EXPIRED_CODE: Self = Self::new("invalid_grant", "expired authorization code");
    const VERIFIER: Self = Self::new("invalid_grant", "invalid code verifier");
    const REDIRECT: Self = Self::new(
        "redirect_uri_mismatch",
        "redirect_uri must match configuration",
    );
    const ASSERTION: Self = Self::new("invalid_grant", "invalid assertion");
    const AUDIENCE: Self = Self::new("invalid_grant", "audience is invalid");
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({"error": self.error, "error_description": self.description});
        (
            [(CACHE_CONTROL, "no-cache, no-store")],
            response::json_with(StatusCode::BAD_REQUEST, &body),
        )
            .into_response()
    }
}

async fn must_post() -> OAuthError {
    OAuthError::new("invalid_request", "must use HTTP POST")
}

/// The parameters of a call: those of the query and those of the form, and the client from Basic authentication.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn read(query: Option<&str>, body: &[u8], headers: &HeaderMap) -> Self {
        let form = url::form_urlencoded::parse(body);
        let query = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let mut all: Vec<_> = form
            .chain(query)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        all.extend(basic(headers).into_iter().flatten());
        Self(all)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Returns the app that asks; its secret must be right if `secret_needed`, or if it is given.
    fn client<'o>(
        &self,
        org: &'o Org,
        secret_needed: bool,
    ) -> Result<&'o ConnectedApp, OAuthError> {
        let app = self
            .get("client_id")
            .and_then(|id| org.app(id))
            .ok_or(OAuthError::CLIENT_ID)?;
        match self.get("client_secret") {
            Some(secret) if app.has_secret(secret) => Ok(app),
            None if !secret_needed => Ok(app),
            _ => Err(OAuthError::CLIENT),
        }
    }
}

fn basic(headers: &HeaderMap) -> Option<[(String, String); 2]> {
    let encoded = headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Basic ")?;
    let decoded = String::from_utf8(BASE64.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some([
        ("client_id".to_owned(), id.to_owned()),
        ("client_secret".to_owned(), secret.to_owned()),
    ])
}

/// Ends a token.
async fn revoke(
    State(org): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters = Parameters::read(query.as_deref(), &body, &headers);
    if parameters
        .get("token")
        .is_some_and(|token| org.sessions().revoke(token))
    {
        return StatusCode::OK.into_response();
    }
    OAuthError::new("unsupported_token_type", "this token type is not supported").into_response()
}

/// Returns the state of a token.
async fn introspect(
    State(org): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters = Parameters::read(query.as_deref(), &body, &headers);
    if let Err(rejection) = parameters.client(&org, true) {
        return rejection.into_response();
    }
    let now = org.clock().now();
    let session = parameters
        .get("token")
        .and_then(|token| org.sessions().touch(token, now));
    let Some(session) = session else {
        return response::ok(&json!({"active": false}));
    };
    response::ok(&json!({
        "active": true,
        "scope": session.scope,
        "client_id": session.app,
        "sub": format!("https://login.salesforce.com/id/{}/{}", org.id(), session.user),
        "token_type": "access_token",
        "exp": (now + sandbox_core::org::IDLE_LIMIT_MS) / 1_000,
    }))
}
