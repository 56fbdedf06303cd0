//! Operations that only read and need no config, tried on a remote system.

use super::bench::is_listed;
use super::calls;
use super::promise::Promise;
use super::report::{Problem, Report};
use super::samples::Samples;
use crate::contract::{Effect, OperationInfo, Style};
use crate::session::{Session, SessionError};
use serde_json::json;

/// Chunks that are read of one source at most.
const MAX_CHUNKS: usize = 100;
/// Sizes of chunks, in turn.
const SIZES: [u32; 3] = [1, 7, 64 * 1024];

/// Tries what only reads, takes no input and needs no config.
pub(super) async fn try_reads(session: &Session, report: &mut Report) {
    match session.log_in().await {
        Ok(()) => report.kept(Promise::Sessions),
        Err(error) => {
            let attempt = Err(problem(Promise::Sessions, error));
            return report.settle(Promise::Sessions, "session", attempt);
        }
    }
    for operation in session.info().operations.iter().filter(|it| is_tried(it)) {
        let (promise, attempt) = match operation.style {
            Style::Call => (Promise::Replies, call(session, operation).await),
            Style::Source => (Promise::Chunks, source(session, operation).await),
            Style::Trigger => (Promise::Checkpoints, trigger(session, operation).await),
            Style::Sink => continue,
        };
        report.settle(promise, &operation.name, attempt);
    }
}

/// Says whether an operation is tried with a connection.
pub(super) fn is_tried(operation: &OperationInfo) -> bool {
    operation.effect == Effect::Read
        && operation.style != Style::Sink
        && operation.accepts.is_empty()
        && Samples::of(&operation.config_schema).empty_fits
}

fn problem(promise: Promise, error: SessionError) -> Problem {
    match error {
        SessionError::Host(error) => Problem::of(promise)(error),
        other => Problem::Broken(promise, other.to_string()),
    }
}

async fn call(session: &Session, operation: &OperationInfo) -> Result<(), Problem> {
    let called = session.call(&operation.name, &json!({}), None).await;
    let reply = called.map_err(|error| problem(Promise::Replies, error))?;
    calls::judge(&reply, operation).map_err(|text| Problem::Broken(Promise::Replies, text))
}

async fn source(session: &Session, operation: &OperationInfo) -> Result<(), Problem> {
    let failed = |error| problem(Promise::Chunks, error);
    let opened = session.read(&operation.name, &json!({}), None).await;
    let mut reader = opened.map_err(failed)?;
    for size in SIZES.into_iter().cycle().take(MAX_CHUNKS) {
        if reader.next(size).await.map_err(failed)?.is_none() {
            break;
        }
    }
    let head = reader.head().await.map_err(failed)?;
    is_listed(&head.media_type, operation).map_err(|text| Problem::Broken(Promise::Heads, text))
}

async fn trigger(session: &Session, operation: &OperationInfo) -> Result<(), Problem> {
    let failed = |error| problem(Promise::Checkpoints, error);
    let poll = async |checkpoint: Option<&str>| {
        let polled = session
            .poll(&operation.name, &json!({}), checkpoint, 0)
            .await;
        polled.map_err(failed)
    };
    let first = poll(None).await?;
    poll(Some(&first.checkpoint)).await.map(drop)
}
