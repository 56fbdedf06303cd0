//! Style `trigger`: `echo/tick` finds one tick per poll. The checkpoint is the number of the last one.

use super::bindings::exports::mediation::connector::mediator::Batch;
use super::bindings::exports::mediation::connector::types::{Fault, FaultKind, Message};
use super::fault::{fault, parse, unknown, within};
use super::message::text;
use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    ticks: u64,
}

/// Polls an operation of style `trigger`.
pub(crate) fn poll(
    operation: &str,
    config: &str,
    checkpoint: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    if operation != "echo/tick" {
        return Err(unknown(operation, "poll"));
    }
    let config: Config = parse("config", config)?;
    within("ticks", config.ticks, 0, 1_000_000)?;
    let told: u64 = checkpoint.unwrap_or("0").parse().map_err(|_| {
        let message = "This checkpoint was not written by this trigger: start without one.";
        fault(FaultKind::CheckpointLost, message)
    })?;
    if told >= config.ticks {
        std::thread::sleep(Duration::from_millis(wait_ms.into()));
        return Ok(batch(told, Vec::new(), false));
    }
    let next = told + 1;
    Ok(batch(next, vec![tick(next)], next < config.ticks))
}

fn batch(told: u64, messages: Vec<Message>, more: bool) -> Batch {
    Batch {
        messages,
        checkpoint: told.to_string(),
        more,
    }
}

/// Makes a finding. Its `event-id` is the same when it comes again.
fn tick(number: u64) -> Message {
    let mut message = text("text/plain", number.to_string());
    let id = ("event-id".to_owned(), number.to_string());
    message.metadata.extras.push(id);
    message
}
