//! Passwords: `/sobjects/User/{id}/password`, `/sobjects/SelfServiceUser/{id}/password`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::get;
use serde_json::json;

use super::records::{find_id, find_object};
use super::response::{self, HandlerResult};
use super::{Shared, body};
use sandbox_core::org::{Logins, Org, random_token};
use sandbox_core::write::Row;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::json::Body;

/// Shortest password (Salesforce help, "Set Password Policies": 8 characters unless set otherwise).
const MIN_LENGTH: usize = 8;
/// Random bytes of a password that the org makes up.
const MADE_UP: usize = 9;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(
        "/sobjects/{object}/{id}/password",
        get(state).post(set).put(set).delete(reset),
    )
}

/// Version, object, id.
type UserPath = Path<(String, String, String)>;

/// Says whether the password has to be changed.
async fn state(State(org): State<Shared>, Path((_, object, id)): UserPath) -> HandlerResult {
    let user = find(&org, &object, &id)?;
    Ok(response::ok(
        &json!({"isExpired": user.logins.is_expired(&user.id)}),
    ))
}

/// Gives the user the password in `NewPassword`: 204.
async fn set(
    State(org): State<Shared>,
    Path((_, object, id)): UserPath,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    let user = find(&org, &object, &id)?;
    let members = Body::new(&bytes)?.members()?;
    let password: Option<String> = members
        .0
        .iter()
        .find(|(name, _)| name == "NewPassword")
        .and_then(|(_, raw)| serde_json::from_str(raw.get()).ok());
    let password = password.ok_or_else(|| {
        ApiError::new(
            "INVALID_NEW_PASSWORD",
            "NewPassword is missing: the password as text",
        )
    })?;
    if user.logins.verify(&user.name, &password).is_some() {
        return Err(rejected("invalid repeated password").into());
    }
    reject_weak(&password)?;
    user.logins.set_password(&user.id, &user.name, &password);
    Ok(response::no_content())
}

/// Gives the user a generated password, and shows it.
async fn reset(State(org): State<Shared>, Path((_, object, id)): UserPath) -> HandlerResult {
    let user = find(&org, &object, &id)?;
    let password = format!("{}a1", random_token(MADE_UP));
    user.logins.set_password(&user.id, &user.name, &password);
    user.logins.expire(&user.id);
    Ok(response::ok(&json!({"NewPassword": password})))
}

struct User<'o> {
    logins: &'o Logins,
    id: RecordId,
    name: String,
}

fn find<'o>(org: &'o Org, object: &str, id: &str) -> Result<User<'o>, ApiError> {
    let object = find_object(org, object)?;
    let logins = match object.name.as_str() {
        "User" => org.logins(),
        "SelfServiceUser" => org.self_service_logins(),
        _ => return Err(ApiError::not_found()),
    };
    let id = find_id(object, id)?;
    let row = org
        .store()
        .read(|connection| Row::load(connection, object, id.as_str()))?;
    let row = row
        .filter(|(_, deleted)| !deleted)
        .ok_or_else(ApiError::not_found)?;
    let name = row
        .0
        .get("Username")
        .as_str()
        .unwrap_or_default()
        .to_owned();
    Ok(User { logins, id, name })
}

fn reject_weak(password: &str) -> Result<(), ApiError> {
    if password.chars().count() < MIN_LENGTH {
        return Err(rejected(
            "Your password must be at least 8 characters long.",
        ));
    }
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    if !has(char::is_alphabetic) || !has(char::is_numeric) {
        return Err(rejected("Your password must include letters and numbers"));
    }
    Ok(())
}

fn rejected(message: &str) -> ApiError {
    ApiError::new("INVALID_NEW_PASSWORD", message)
}
