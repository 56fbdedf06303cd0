//! Delivering what is queued, for as long as the org is on a port.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::envelope::{Addresses, envelope};
use super::post;
use sandbox_core::org::{Org, Session};
use sandbox_core::outbound::{Notification, OutboundMessage, queue};
use sandbox_core::write::{Row, WriteOptions};
use sandbox_model::api_error::ApiError;

/// How often the queue is looked at while something waits in it: the org's clock may have been moved.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// How long is waited after a commit, so that what is committed right after it goes along.
const COLLECT_DELAY: Duration = Duration::from_millis(5);

/// Delivers until it is dropped. `url` is where the org is reached.
pub(crate) async fn run(org: Arc<Org>, url: String) {
    let mut commits = org.store().commits();
    let mut busy: HashSet<String> = HashSet::new();
    let mut attempts: JoinSet<String> = JoinSet::new();
    loop {
        commits.mark_unchanged();
        let look = run_blocking(&org, work).await;
        let (is_empty, ready) = look.unwrap_or_else(|api_error| {
            tracing::warn!(%api_error, "the queue of outbound messages cannot be read");
            (false, Vec::new())
        });
        for message in ready {
            if busy.insert(message.name.clone()) {
                attempts.spawn(attempt(Arc::clone(&org), message, url.clone()));
            }
        }
        tokio::select! {
            changed = commits.changed() => {
                if changed.is_err() {
                    return;
                }
                sleep(COLLECT_DELAY).await;
            }
            Some(ended) = attempts.join_next() => {
                match ended {
                    Ok(name) => { busy.remove(&name); }
                    Err(error) => {
                        tracing::error!(%error, "an attempt to deliver did not end well");
                        busy.clear();
                    }
                }
            }
            () = sleep(POLL_INTERVAL), if !is_empty => {}
        }
    }
}

/// Returns whether nothing waits at all, and the messages with something to be sent now.
fn work(org: &Org) -> Result<(bool, Vec<OutboundMessage>), ApiError> {
    let now = org.clock().now();
    let waiting = org.store().read(queue::len)?;
    if waiting == 0 {
        return Ok((true, Vec::new()));
    }
    // Every write wakes who waits for commits, this one too: so none without need.
    if org
        .store()
        .read(|connection| queue::has_expired(connection, now))?
    {
        org.write(org.admin(), WriteOptions::default(), |writer| {
            queue::expire(writer.connection, now)
        })?;
    }
    let ready = org.store().read(|connection| -> Result<_, ApiError> {
        let mut ready = Vec::new();
        for message in queue::messages(connection)? {
            if !queue::due(connection, &message.name, now)?.is_empty() {
                ready.push(message);
            }
        }
        Ok(ready)
    })?;
    Ok((false, ready))
}

/// Sends what is due of a message, and records the outcome; returns the message's name.
async fn attempt(org: Arc<Org>, message: OutboundMessage, url: String) -> String {
    let name = message.name.clone();
    if let Err(api_error) = deliver(&org, message, url).await {
        tracing::warn!(%api_error, message = name, "an outbound message could not be sent");
    }
    name
}

async fn deliver(org: &Arc<Org>, message: OutboundMessage, url: String) -> Result<(), ApiError> {
    let shaped = message.clone();
    let (sent, body) = run_blocking(org, move |org| compose(org, &shaped, &url)).await?;
    if sent.is_empty() {
        return Ok(());
    }
    let outcome = post::post(&message.url, body).await;
    run_blocking(org, move |org| note(org, &message, &sent, outcome)).await
}

/// Returns what is due, with its envelope.
fn compose(
    org: &Org,
    message: &OutboundMessage,
    url: &str,
) -> Result<(Vec<Notification>, Vec<u8>), ApiError> {
    let now = org.clock().now();
    let object = org.schema().object(&message.object);
    let object = object.ok_or_else(ApiError::not_found)?;
    let due = org.store().read(|connection| -> Result<_, ApiError> {
        let mut found = Vec::new();
        for notification in queue::due(connection, &message.name, now)? {
            let row = Row::load(connection, object, &notification.record)?;
            let row = row.filter(|(_, is_deleted)| !is_deleted).map(|it| it.0);
            found.push((notification, row));
        }
        Ok(found)
    })?;
    let addresses = Addresses {
        url: org.instance_url().unwrap_or(url),
        session: session(org, message, now)?,
    };
    let body = envelope(org, message, object, &addresses, &due);
    Ok((due.into_iter().map(|it| it.0).collect(), body))
}

fn session(org: &Org, message: &OutboundMessage, now: i64) -> Result<Option<String>, ApiError> {
    if !message.include_session_id {
        return Ok(None);
    }
    let session = Session::new(message.user_of(org)?, None, "api", now);
    Ok(Some(org.sessions().open(org.id(), session)))
}

fn note(
    org: &Org,
    message: &OutboundMessage,
    sent: &[Notification],
    outcome: Result<(), String>,
) -> Result<(), ApiError> {
    let now = org.clock().now();
    if let Err(error) = &outcome {
        tracing::info!(%error, message = message.name, notifications = sent.len(), "not acknowledged");
    }
    org.write(
        org.admin(),
        WriteOptions::default(),
        |writer| match &outcome {
            Ok(()) => queue::settle(writer.connection, sent),
            Err(error) => {
                let pause = message.first_pause_ms;
                queue::postpone(writer.connection, sent, pause, now, error)
            }
        },
    )?;
    if outcome.is_ok() {
        org.outbound().count(sent.len());
    }
    Ok(())
}

async fn run_blocking<T: Send + 'static>(
    org: &Arc<Org>,
    work: impl FnOnce(&Org) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let org = Arc::clone(org);
    let done = tokio::task::spawn_blocking(move || work(&org)).await;
    done.unwrap_or_else(|error| Err(ApiError::new("UNKNOWN_EXCEPTION", error.to_string())))
}
