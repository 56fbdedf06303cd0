//! `GET /services/oauth2/authorize`: the administrator approves at once, and a code goes back by redirect.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header::LOCATION};
use axum::response::{IntoResponse, Response};

use super::{OAuthError, Parameters};
use crate::Shared;
use sandbox_core::org::{AuthorizationCode, CODE_LIFETIME_MS, Org, Session};

/// Sends the browser back with a code, or with an error if the request itself is at fault.
pub(super) async fn authorize(
    State(org): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let parameters = Parameters::read(query.as_deref(), &[], &headers);
    let app = match parameters.client(&org, false) {
        Ok(app) => app,
        Err(rejection) => return rejection.into_response(),
    };
    let Some(redirect) = parameters
        .get("redirect_uri")
        .filter(|url| app.may_redirect_to(url))
    else {
        return OAuthError::REDIRECT.into_response();
    };
    let Ok(mut url) = url::Url::parse(redirect) else {
        return OAuthError::REDIRECT.into_response();
    };
    let result = code(&org, &parameters, redirect, &app.client_id, &app.scope);
    {
        let mut query = url.query_pairs_mut();
        match result {
            Ok(code) => query.append_pair("code", &code),
            Err(rejection) => query
                .append_pair("error", rejection.error)
                .append_pair("error_description", rejection.description),
        };
        if let Some(state) = parameters.get("state") {
            query.append_pair("state", state);
        }
    }
    (StatusCode::FOUND, [(LOCATION, url.to_string())]).into_response()
}

fn code(
    org: &Org,
    parameters: &Parameters,
    redirect: &str,
    app: &str,
    scope: &str,
) -> Result<String, OAuthError> {
    if parameters.get("response_type") != Some("code") {
        return Err(OAuthError::new(
            "unsupported_response_type",
            "response type is not supported",
        ));
    }
    let challenge = parameters.get("code_challenge").map(str::to_owned);
    if challenge.is_some()
        && parameters
            .get("code_challenge_method")
            .is_some_and(|method| method != "S256")
    {
        return Err(OAuthError::new(
            "invalid_request",
            "code challenge method must be S256",
        ));
    }
    let now = org.clock().now();
    let session = Session::new(org.admin().clone(), Some(app.to_owned()), scope, now);
    let expires = now + CODE_LIFETIME_MS;
    Ok(org.sessions().issue_code(AuthorizationCode {
        session,
        redirect_uri: redirect.to_owned(),
        challenge,
        expires,
    }))
}
