//! Generic streaming: `/sobjects/StreamingChannel/{id}/push` (Streaming API guide, "Streaming Channel Push").

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Extension, Router};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::auth::Caller;
use super::records::{find_id, find_object};
use super::response::{self, HandlerResult};
use super::{Shared, body};
use sandbox_core::events::{Push, Pushed, STREAMING_CHANNEL};
use sandbox_core::org::Org;
use sandbox_core::write::Row;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(
        "/sobjects/StreamingChannel/{id}/push",
        get(subscribers).post(push),
    )
}

/// What a push brings.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Events {
    push_events: Vec<Push>,
}

/// Version and id.
type ChannelPath = Path<(String, String)>;

/// Subscribers.
async fn subscribers(State(org): State<Shared>, Path((_, id)): ChannelPath) -> HandlerResult {
    let name = name(&org, &id)?;
    let users = org.events().clients().users_of(&name);
    Ok(response::ok(
        &json!({"OnlineUserIds": users, "ChannelName": name}),
    ))
}

/// Pushes events; returns for each how many subscribers got it.
async fn push(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): ChannelPath,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    let mut events: Events =
        serde_json::from_slice(&bytes).map_err(|error| ApiError::json(error.to_string()))?;
    for id in events
        .push_events
        .iter_mut()
        .flat_map(|it| &mut it.user_ids)
    {
        if let Some(known) = RecordId::parse(id) {
            *id = known.as_str().to_owned();
        }
    }
    let pushed = response::run_blocking(move || -> Result<Vec<Pushed>, ApiError> {
        let name = name(&org, &id)?;
        let listening = org.events().clients().users_of(&name);
        org.write(&caller.user, caller.options, |writer| {
            let mut events = events.push_events.iter();
            events.try_fold(Vec::new(), |mut done, event| {
                done.push(writer.push(&name, event, &listening)?);
                Ok(done)
            })
        })
    })
    .await??;
    let results: Vec<Json> = pushed
        .iter()
        .map(|it| json!({"fanoutCount": it.fanout, "userOnlineStatus": it.online}))
        .collect();
    Ok(response::ok(&Json::Array(results)))
}

/// Returns the name of the channel with this id.
fn name(org: &Org, id: &str) -> Result<String, ApiError> {
    let object = find_object(org, STREAMING_CHANNEL)?;
    let id = find_id(object, id)?;
    let load = |connection: &_| Row::load(connection, object, id.as_str());
    match org.store().read(load)? {
        Some((row, false)) => Ok(row.get("Name").as_str().unwrap_or_default().to_owned()),
        _ => Err(ApiError::not_found()),
    }
}
