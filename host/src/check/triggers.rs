//! Operations of style `trigger` that need no connection: they are polled, and polled again from their checkpoints.

use super::bench::{Bench, is_listed};
use super::promise::Promise;
use super::report::Problem;
use crate::contract::{Batch, OperationInfo};

/// Polls of one trigger.
const MAX_POLLS: usize = 10;
/// A checkpoint that no trigger has written.
const FOREIGN: &str = "\u{0}no checkpoint";
/// Wait of a poll, in milliseconds.
const WAIT_MS: u32 = 10;

fn broken(problem: impl Into<String>) -> Problem {
    Problem::Broken(Promise::Checkpoints, problem.into())
}

/// Polls a trigger for a while, then from each checkpoint in an instance of its own.
pub(super) async fn checkpoints(
    bench: &Bench<'_>,
    operation: &OperationInfo,
    config: &str,
) -> Result<(), Problem> {
    let probe = bench.probe().await?;
    let mut batches: Vec<Batch> = Vec::new();
    for _ in 0..MAX_POLLS {
        let before = batches.last().map(|batch| batch.checkpoint.as_str());
        let polled = probe
            .instance
            .poll(None, &operation.name, config, before, WAIT_MS);
        let batch = polled.await.map_err(Problem::of(Promise::Checkpoints))?;
        judge(&batch, operation)?;
        let more = batch.more;
        batches.push(batch);
        if !more {
            break;
        }
    }
    if let Some(sent) = probe.sent() {
        return Err(Problem::Broken(Promise::Silence, sent));
    }
    for pair in batches.windows(2) {
        if let [before, expected] = pair {
            continues(bench, operation, config, before, expected).await?;
        }
    }
    refuses(bench, operation, config).await
}

fn judge(batch: &Batch, operation: &OperationInfo) -> Result<(), Problem> {
    for message in &batch.messages {
        is_listed(&message.media_type, operation).map_err(broken)?;
    }
    Ok(())
}

async fn continues(
    bench: &Bench<'_>,
    operation: &OperationInfo,
    config: &str,
    before: &Batch,
    expected: &Batch,
) -> Result<(), Problem> {
    let probe = bench.probe().await?;
    let checkpoint = Some(before.checkpoint.as_str());
    let polled = probe
        .instance
        .poll(None, &operation.name, config, checkpoint, WAIT_MS);
    let batch = polled.await.map_err(Problem::of(Promise::Checkpoints))?;
    let bodies = |batch: &Batch| -> Vec<Vec<u8>> {
        let messages = batch.messages.iter();
        messages.map(|message| message.body.clone()).collect()
    };
    if bodies(&batch) == bodies(expected) {
        return Ok(());
    }
    Err(broken(format!(
        "another instance finds something else from the checkpoint `{}` on",
        crate::terminal::cut(&before.checkpoint, 100)
    )))
}

async fn refuses(
    bench: &Bench<'_>,
    operation: &OperationInfo,
    config: &str,
) -> Result<(), Problem> {
    let probe = bench.probe().await?;
    let polled = probe
        .instance
        .poll(None, &operation.name, config, Some(FOREIGN), WAIT_MS);
    match polled.await.map_err(Problem::of(Promise::Checkpoints)) {
        Ok(_) => Err(broken("it takes a checkpoint that it has not written")),
        Err(Problem::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}
