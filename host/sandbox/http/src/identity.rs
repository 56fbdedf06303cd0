//! Who am I: `/services/oauth2/userinfo` and the identity URL `/id/{org}/{user}`.

use axum::Router;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value as Json, json};

use super::auth::{instance_url, session};
use super::response::ErrorResponse;
use super::{Shared, response};
use sandbox_core::org::Org;
use sandbox_core::write::Row;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::value::{Value, dates};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/services/oauth2/userinfo", get(userinfo).post(userinfo))
        .route("/id/{org}/{user}", get(identity))
}

/// OpenID Connect's user information.
async fn userinfo(
    State(org): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    match session(&org, &headers).and_then(|session| describe(&org, &session.user, &uri, &headers))
    {
        Ok(info) => response::ok(&info),
        Err(_) => (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response(),
    }
}

/// The same under the URL that token responses give as `id`.
async fn identity(
    State(org): State<Shared>,
    OriginalUri(uri): OriginalUri,
    Path((org_id, user)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Ok(session) = session(&org, &headers) else {
        return (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response();
    };
    let same = |id: &RecordId, text: &str| RecordId::parse(text).as_ref() == Some(id);
    if !same(org.id(), &org_id) || !same(&session.user, &user) {
        return (StatusCode::FORBIDDEN, "Wrong_Org").into_response();
    }
    describe(&org, &session.user, &uri, &headers).map_or_else(
        |error| ErrorResponse(error).into_response(),
        |mut info| {
            if let Some(info) = info.as_object_mut() {
                info.insert(
                    "id".into(),
                    json!(format!(
                        "{}/id/{}/{user}",
                        instance_url(&org, &uri, &headers),
                        org.id()
                    )),
                );
                info.insert("asserted_user".into(), json!(true));
                info.insert(
                    "username".into(),
                    info.get("preferred_username").cloned().unwrap_or_default(),
                );
            }
            response::ok(&info)
        },
    )
}

fn describe(org: &Org, user: &RecordId, uri: &Uri, headers: &HeaderMap) -> Result<Json, ApiError> {
    let object = org
        .schema()
        .object("User")
        .ok_or_else(ApiError::not_found)?;
    let row = org
        .store()
        .read(|connection| Row::load(connection, object, user.as_str()))?;
    let (row, _) = row.ok_or_else(ApiError::not_found)?;
    let text = |field: &str| row.get(field).as_str().map(str::to_owned);
    let base = instance_url(org, uri, headers);
    let changed = match row.get("LastModifiedDate") {
        Value::Int(ms) => dates::format_datetime(*ms),
        _ => String::new(),
    };
    Ok(json!({
        "sub": format!("{base}/id/{}/{user}", org.id()),
        "user_id": user.as_str(),
        "organization_id": org.id().as_str(),
        "preferred_username": text("Username"),
        "nickname": text("CommunityNickname"),
        "name": text("Name"),
        "display_name": text("Name"),
        "email": text("Email"),
        "email_verified": true,
        "given_name": text("FirstName"),
        "first_name": text("FirstName"),
        "family_name": text("LastName"),
        "last_name": text("LastName"),
        "zoneinfo": text("TimeZoneSidKey"),
        "timezone": text("TimeZoneSidKey"),
        "locale": text("LocaleSidKey"),
        "language": text("LanguageLocaleKey"),
        "user_type": "STANDARD",
        "active": true,
        "utcOffset": 0,
        "updated_at": changed,
        "last_modified_date": changed,
        "is_app_installed": true,
        "urls": {
            "enterprise": format!("{base}/services/Soap/c/{{version}}/{}", org.id().short()),
            "metadata": format!("{base}/services/Soap/m/{{version}}/{}", org.id().short()),
            "partner": format!("{base}/services/Soap/u/{{version}}/{}", org.id().short()),
            "rest": format!("{base}/services/data/v{{version}}/"),
            "sobjects": format!("{base}/services/data/v{{version}}/sobjects/"),
            "query": format!("{base}/services/data/v{{version}}/query/"),
            "search": format!("{base}/services/data/v{{version}}/search/"),
            "tooling_rest": format!("{base}/services/data/v{{version}}/tooling/"),
            "tooling_soap": format!("{base}/services/Soap/T/{{version}}/{}", org.id().short()),
            "profile": format!("{base}/{user}"),
            "recent": format!("{base}/services/data/v{{version}}/recent/"),
            "custom_domain": base,
        },
    }))
}
