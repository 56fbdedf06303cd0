//! `/meta/connect`: where events come through.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::{Instant, sleep, sleep_until};

use super::reply::Reply;
use super::{Call, meta};
use crate::response;
use sandbox_core::events::log::Event;
use sandbox_core::events::{Client, EventFault};
use sandbox_model::api_error::ApiError;

/// How often a connect that waits looks whether its session still lives.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// How long a connect that is to stay silent is held at most.
const MAX_SILENCE: Duration = Duration::from_secs(3_600);

/// How a connect ends.
pub(super) enum Outcome {
    /// With its response alone.
    Reply(Reply),
    /// With events, each with its channel.
    Events(Vec<(String, Event)>, Reply),
    /// With a reset.
    Dropped,
}

/// Waits for events until the time-out.
pub(super) async fn connect(call: &Call, message: &Json) -> Outcome {
    let faults = [
        EventFault::Drop,
        EventFault::Silence,
        EventFault::UnknownClient,
        EventFault::Unauthorized,
    ];
    let reply = Reply::to(message);
    match call.org.events().faults().next_fault(&faults) {
        Some(EventFault::Drop) => return Outcome::Dropped,
        Some(EventFault::Silence) => {
            sleep(MAX_SILENCE).await;
            return Outcome::Dropped;
        }
        Some(EventFault::UnknownClient) => {
            let id = message.get("clientId").and_then(Json::as_str);
            call.org.events().clients().forget(id.unwrap_or_default());
        }
        Some(EventFault::Unauthorized) => {
            return Outcome::Reply(reply.advise("none").reject("401::Authentication invalid"));
        }
        _ => {}
    }
    let client = match meta::client(call, message) {
        Ok(client) => client,
        Err(rejected) => return Outcome::Reply(rejected),
    };
    match message.get("connectionType").and_then(Json::as_str) {
        Some("long-polling") => {}
        other => {
            let named = other.unwrap_or("null");
            let error = format!("400::Invalid connection type {{{named}}}");
            return Outcome::Reply(reply.advise("none").reject(error));
        }
    }
    let incoming = message
        .pointer("/advice/timeout")
        .and_then(Json::as_u64)
        .unwrap_or(u64::MAX);
    wait(call, &client, reply, incoming).await
}

/// The first connect gets its response at once, with the time-out; others when there are events.
async fn wait(call: &Call, client: &Arc<Client>, reply: Reply, incoming: u64) -> Outcome {
    let timeout = call.org.events().settings().timeout_ms;
    let first = client.connects_first();
    let waits = if first { 0 } else { timeout.min(incoming) };
    let deadline = Instant::now() + Duration::from_millis(waits);
    let mut commits = call.org.store().commits();
    let mut woken = client.woken();
    let turn = client.wait(call.org.clock());
    woken.mark_unchanged();
    let accepted = |reply: Reply| {
        let advice = json!({"interval": 0, "timeout": timeout, "reconnect": "retry"});
        let reply = if first {
            reply.with("advice", advice)
        } else {
            reply
        };
        reply.accept()
    };
    loop {
        if call.session().is_none() {
            return Outcome::Reply(reply.advise("none").reject(call.rejection()));
        }
        if client.is_forgotten() {
            return Outcome::Reply(reply.unknown_client());
        }
        if !turn.holds() {
            return Outcome::Reply(accepted(reply));
        }
        commits.mark_unchanged();
        match take(call, client).await {
            Ok(events) if !events.is_empty() => return Outcome::Events(events, accepted(reply)),
            Ok(_) => {}
            Err(api_error) => {
                let error = format!("500::{}", api_error.message);
                return Outcome::Reply(reply.advise("retry").reject(error));
            }
        }
        if Instant::now() >= deadline {
            return Outcome::Reply(accepted(reply));
        }
        let look = deadline.min(Instant::now() + POLL_INTERVAL);
        tokio::select! {
            _ = commits.changed() => {}
            _ = woken.changed() => {}
            () = sleep_until(look) => {}
        }
    }
}

async fn take(call: &Call, client: &Arc<Client>) -> Result<Vec<(String, Event)>, ApiError> {
    let (org, client) = (Arc::clone(&call.org), Arc::clone(client));
    response::run_blocking(move || {
        let now = org.clock().now();
        org.store().read(|connection| client.take(connection, now))
    })
    .await?
}
