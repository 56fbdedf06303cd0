//! Bayeux's meta channels but for connect.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::reply::Reply;
use super::{BROWSER, Call};
use crate::response;
use sandbox_core::events::{Channel, Client, EventFault, TooManyClients, log};
use sandbox_model::api_error::ApiError;

/// The one way to connect that Salesforce offers.
const LONG_POLLING: &str = "long-polling";
/// Replay id for new events only.
const ONLY_NEW: i64 = -1;
/// Replay id for all kept events.
const ALL_RETAINED: i64 = -2;

/// Returns the client that a message names, if it is known and sent its cookie; else the response.
pub(super) fn client(call: &Call, message: &Json) -> Result<Arc<Client>, Reply> {
    let reply = Reply::to(message);
    let id = message
        .get("clientId")
        .and_then(Json::as_str)
        .unwrap_or_default();
    let settings = call.org.events().settings();
    let now = call.org.clock().now();
    let Some(client) = call.org.events().clients().find(id, now, &settings) else {
        return Err(reply.unknown_client());
    };
    if settings.cookies && call.browser.as_ref() != Some(&client.browser) {
        let error =
            format!("400::Client {id} has established a session, but no {BROWSER} cookie present");
        return Err(reply.reject(error));
    }
    Ok(client)
}

/// Starts a client; `cookie` is set to what it has to send from then on.
pub(super) fn handshake(call: &Call, message: &Json, cookie: &mut Option<String>) -> Reply {
    let reply = Reply::to(message).without("clientId");
    let ext = json!({"replay": true, "payload.format": true});
    let Some(session) = call.session() else {
        let mut ext = ext;
        if let Some(ext) = ext.as_object_mut() {
            ext.insert("sfdc".into(), json!({"failureReason": call.rejection()}));
        }
        return reply
            .with("ext", ext)
            .with("advice", json!({"reconnect": "none"}))
            .reject("403::Handshake denied");
    };
    let offered = message
        .get("supportedConnectionTypes")
        .and_then(Json::as_array);
    if let Some(types) = offered
        && !types.iter().any(|it| it == LONG_POLLING)
    {
        let named = Json::Array(types.clone());
        return reply
            .with("supportedConnectionTypes", json!([LONG_POLLING]))
            .with("advice", json!({"reconnect": "none"}))
            .reject(format!("400::Invalid connection type {named}"));
    }
    let (now, settings) = (call.org.clock().now(), call.org.events().settings());
    let clients = call.org.events().clients();
    match clients.add(
        session.user.as_str(),
        call.browser.as_deref(),
        now,
        &settings,
    ) {
        Err(TooManyClients(limit)) => {
            reply
                .with("advice", json!({"reconnect": "none"}))
                .reject(format!(
                    "403::Organization concurrent user limit exceeded. Max concurrent users {limit}"
                ))
        }
        Ok(client) => {
            *cookie = Some(client.browser.clone());
            reply
                .with("ext", ext)
                .with("version", json!("1.0"))
                .with("minimumVersion", json!("1.0"))
                .with("supportedConnectionTypes", json!([LONG_POLLING]))
                .with("clientId", json!(client.id))
                .accept()
        }
    }
}

/// Subscribes a client to one channel or several.
pub(super) async fn subscribe(call: &Call, message: &Json) -> Reply {
    let subscription = message.get("subscription").cloned().unwrap_or_default();
    let reply = Reply::to(message).with("subscription", subscription.clone());
    let client = match client(call, message) {
        Ok(client) => client,
        Err(rejected) => return rejected.with("subscription", subscription),
    };
    if call.session().is_none() {
        return reply.advise("none").reject(call.rejection());
    }
    let names: Vec<&str> = match &subscription {
        Json::String(name) => vec![name],
        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    if names.is_empty() {
        return reply.reject("400::Channel name not specified");
    }
    for name in names {
        match open(call, &client, message, name).await {
            Ok(Ok(())) => {}
            Ok(Err(rejection)) => return reply.reject(rejection),
            Err(api_error) => return reply.reject(format!("500::{}", api_error.message)),
        }
    }
    reply.accept()
}

/// Subscribes to one channel; the inner error is for the client.
async fn open(
    call: &Call,
    client: &Arc<Client>,
    message: &Json,
    name: &str,
) -> Result<Result<(), String>, ApiError> {
    if name.is_empty() {
        return Ok(Err("400::Channel name not specified".into()));
    }
    if !name.starts_with('/') {
        return Ok(Err(
            "400::Channel subscriptions must start with a leading '/'".into(),
        ));
    }
    let replay = message
        .get("ext")
        .and_then(|ext| ext.get("replay"))
        .and_then(|replay| replay.get(name))
        .cloned();
    let (org, client, name) = (Arc::clone(&call.org), Arc::clone(client), name.to_owned());
    response::run_blocking(move || {
        let channel = match Channel::find(&org, &name, &client.user)? {
            Ok(channel) => channel,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let start = match start(&org, &channel, replay.as_ref())? {
            Ok(start) => start,
            Err(given) => {
                return Ok(Err(format!(
                    "400::The replayId {{{given}}} you provided was invalid.  Please provide a valid ID, -2 to replay \
                     all events, or -1 to replay only new events."
                )));
            }
        };
        if client.subscribe(channel, start) {
            Ok(Ok(()))
        } else {
            Ok(Err(
                "403::Maximum number of channel subscriptions exceeded".into()
            ))
        }
    })
    .await?
}

/// Returns the replay id to read on from, or the one that is not valid.
fn start(
    org: &sandbox_core::org::Org,
    channel: &Channel,
    replay: Option<&Json>,
) -> Result<Result<i64, String>, ApiError> {
    let given = match replay {
        None | Some(Json::Null) => ONLY_NEW,
        Some(Json::Number(number)) => match number.as_i64() {
            Some(id) => id,
            None => return Ok(Err(number.to_string())),
        },
        Some(Json::String(text)) => match text.parse() {
            Ok(id) => id,
            Err(_) => return Ok(Err(text.clone())),
        },
        Some(other) => return Ok(Err(other.to_string())),
    };
    org.store().read(|connection| match given {
        ONLY_NEW => log::newest(connection).map(Ok),
        ALL_RETAINED => Ok(Ok(0)),
        id => {
            let gone = org.events().faults().next_fault(&[EventFault::ReplayGone]);
            let kept = log::is_kept(connection, channel.kind, id, org.clock().now())?;
            Ok(if kept && gone.is_none() {
                Ok(id)
            } else {
                Err(id.to_string())
            })
        }
    })
}

/// Ends a subscription.
pub(super) fn unsubscribe(call: &Call, message: &Json) -> Reply {
    let subscription = message.get("subscription").cloned().unwrap_or_default();
    let reply = match client(call, message) {
        Err(rejected) => rejected,
        Ok(client) => {
            let names = match &subscription {
                Json::Array(names) => names.as_slice(),
                one => std::slice::from_ref(one),
            };
            for name in names.iter().filter_map(Json::as_str) {
                client.unsubscribe(name);
            }
            Reply::to(message).accept()
        }
    };
    reply.with("subscription", subscription)
}

/// Ends a client.
pub(super) fn disconnect(call: &Call, message: &Json) -> Reply {
    match client(call, message) {
        Err(rejected) => rejected,
        Ok(client) => {
            call.org.events().clients().forget(&client.id);
            Reply::to(message).accept()
        }
    }
}

/// Clients may not publish over the Streaming API.
pub(super) fn publish(call: &Call, message: &Json) -> Reply {
    match client(call, message) {
        Err(rejected) => rejected,
        Ok(_) => Reply::to(message).reject("403:denied_by_security_policy:publish_denied"),
    }
}
