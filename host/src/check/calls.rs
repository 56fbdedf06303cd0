//! Operations of style `call` that need no connection: they are run.

use serde_json::Value;

use super::bench::{Bench, input, is_listed};
use super::promise::Promise;
use super::report::Problem;
use super::schemas::validator;
use crate::contract::{Message, OperationInfo};

/// Runs an operation once, and judges its reply.
pub(super) async fn reply(
    bench: &Bench<'_>,
    operation: &OperationInfo,
    config: &str,
) -> Result<(), Problem> {
    let probe = bench.probe().await?;
    let called = probe
        .instance
        .call(None, &operation.name, config, input(operation));
    let reply = called.await.map_err(Problem::of(Promise::Replies))?;
    if let Some(sent) = probe.sent() {
        return Err(Problem::Broken(Promise::Silence, sent));
    }
    judge(&reply, operation).map_err(|problem| Problem::Broken(Promise::Replies, problem))
}

/// Judges a reply by what the catalog says of it.
pub(super) fn judge(reply: &Message, operation: &OperationInfo) -> Result<(), String> {
    is_listed(&reply.media_type, operation)?;
    let Some(schema) = &operation.reply_schema else {
        return Ok(());
    };
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let document = serde_json::from_slice::<Value>(&reply.body)
        .map_err(|error| format!("its reply has a schema and is not JSON ({error})"))?;
    let Ok(judge) = validator(&schema) else {
        return Ok(());
    };
    match judge.iter_errors(&document).next() {
        None => Ok(()),
        Some(error) => Err(format!(
            "its reply does not fit its schema at `{}`: {error}",
            error.instance_path()
        )),
    }
}
