//! `POST /services/oauth2/token`: a grant in, a token out.

use axum::body::Bytes;
use axum::extract::{OriginalUri, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;
use serde_json::{Value as Json, json};

use super::flows::{self, Grant};
use super::{OAuthError, Parameters};
use crate::auth::instance_url;
use crate::{Shared, response};
use sandbox_core::org::Org;

/// Gives a token for a grant, or Salesforce's reason why not.
pub(super) async fn token(
    State(org): State<Shared>,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters = Parameters::read(query.as_deref(), &body, &headers);
    let base = instance_url(&org, &uri, &headers);
    match grant(&org, &parameters, &base) {
        Ok(grant) => (
            [(CACHE_CONTROL, "no-cache, no-store")],
            response::ok(&token_json(&org, &grant, &base)),
        )
            .into_response(),
        Err(rejection) => rejection.into_response(),
    }
}

fn grant(org: &Org, parameters: &Parameters, base: &str) -> Result<Grant, OAuthError> {
    // Scopes are chosen in the app and in the authorization request: in a token request Salesforce refuses them, whatever the grant is.
    if parameters.get("scope").is_some() {
        return Err(OAuthError::SCOPE);
    }
    match parameters.get("grant_type") {
        Some("client_credentials") => flows::client_credentials(org, parameters),
        Some("password") => flows::password(org, parameters),
        Some("refresh_token" | "hybrid_refresh") => flows::refresh_token(org, parameters),
        Some("authorization_code" | "hybrid_auth_code") => {
            flows::authorization_code(org, parameters)
        }
        Some("urn:ietf:params:oauth:grant-type:jwt-bearer") => {
            flows::jwt_bearer(org, parameters, base)
        }
        _ => Err(OAuthError::GRANT_TYPE),
    }
}

/// Salesforce never says when a token ends: there is no `expires_in`.
fn token_json(org: &Org, grant: &Grant, base: &str) -> Json {
    let id = format!("{base}/id/{}/{}", org.id(), grant.session.user);
    let issued_at = org.clock().now().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, grant.secret.as_bytes());
    let signature = hmac::sign(&key, format!("{id}{issued_at}").as_bytes());
    let mut response = json!({
        "access_token": grant.access_token,
        "signature": BASE64.encode(signature.as_ref()),
        "scope": grant.session.scope,
        "instance_url": base,
        "id": id,
        "token_type": "Bearer",
        "issued_at": issued_at,
    });
    if let (Some(refresh), Some(response)) = (&grant.refresh_token, response.as_object_mut()) {
        response.insert("refresh_token".into(), json!(refresh));
    }
    response
}
