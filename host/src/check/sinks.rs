//! Operations of style `sink` that need no connection: they are filled at once, and interrupted.

use super::bench::{Bench, Probe, input};
use super::promise::Promise;
use super::report::{Problem, Report, strictly};
use crate::contract::{Message, OperationInfo, OutcomeSet};
use crate::runtime::{Sink, Source};

/// Steps after which a journal must no longer change.
const MAX_STEPS: usize = 1_000;
/// Waits for the end.
const MAX_WATCHES: usize = 100;
/// Wait for progress, in milliseconds.
const WAIT_MS: u32 = 100;
/// Size of a chunk of outcomes.
const CHUNK: u32 = 64 * 1024;
/// Chunks of outcomes that are read at most.
const MAX_CHUNKS: usize = 1_000;

/// A sink to be tried.
pub(super) struct Trial<'a> {
    pub(super) bench: &'a Bench<'a>,
    pub(super) operation: &'a OperationInfo,
    pub(super) config: &'a str,
}

/// Outcomes of a sink that is done.
#[derive(Debug, PartialEq, Eq)]
struct Outcomes {
    all: Vec<u8>,
    failed: Vec<u8>,
}

fn broken(promise: Promise, problem: impl Into<String>) -> Problem {
    Problem::Broken(promise, problem.into())
}

/// Tries one sink in all ways.
pub(super) async fn try_all(trial: &Trial<'_>, report: &mut Report) {
    let name = &trial.operation.name;
    let Some(input) = input(trial.operation) else {
        let reason = "takes none of the media types of which the check has an input";
        for promise in [Promise::Journals, Promise::Outcomes, Promise::Aborts] {
            report.not_tried(promise, name, reason);
        }
        return;
    };
    let expected = match trial.at_once(&input, false).await {
        Ok(expected) => expected,
        Err(problem) => return report.settle(Promise::Journals, name, Err(problem)),
    };
    let text = trial.text(&input, &expected).await;
    let interrupted = trial.interrupted(&input, &expected).await;
    let aborted = trial.aborted(&input, &expected).await;
    for (promise, attempt) in [
        (Promise::Journals, text),
        (Promise::Outcomes, interrupted),
        (Promise::Aborts, aborted),
    ] {
        report.settle(promise, name, strictly(promise, attempt));
    }
}

impl Trial<'_> {
    async fn open(
        &self,
        promise: Promise,
        journal: Option<&str>,
    ) -> Result<(Probe, Sink), Problem> {
        let probe = self.bench.probe().await?;
        let opened = probe
            .instance
            .open_sink(None, &self.operation.name, self.config, journal);
        let sink = opened.await.map_err(Problem::of(promise))?;
        match probe.sent() {
            Some(sent) => Err(broken(Promise::Silence, sent)),
            None => Ok((probe, sink)),
        }
    }

    /// Writes all of the input, to its outcomes.
    async fn at_once(&self, input: &Message, as_text: bool) -> Result<Outcomes, Problem> {
        let of = Problem::of(Promise::Journals);
        let (_probe, mut sink) = self.open(Promise::Journals, None).await?;
        sink.journal().await.map_err(of)?;
        if as_text {
            let text = String::from_utf8_lossy(&input.body).into_owned();
            sink.write_text(text).await.map_err(of)?;
        } else {
            sink.write(input.body.clone()).await.map_err(of)?;
        }
        drain(&mut sink, Promise::Journals).await?;
        finish(&mut sink, Promise::Journals).await
    }

    async fn text(&self, input: &Message, expected: &Outcomes) -> Result<(), Problem> {
        let by_text = self.at_once(input, true).await?;
        if by_text == *expected {
            return Ok(());
        }
        let problem = "`write-text` has other outcomes than `write`";
        Err(broken(Promise::Journals, problem))
    }

    /// Writes in small pieces, and after each goes on in another instance with the journal alone.
    async fn interrupted(&self, input: &Message, expected: &Outcomes) -> Result<(), Problem> {
        const PIECE: usize = 4;
        let of = Problem::of(Promise::Outcomes);
        let mut journal: Option<String> = None;
        let mut at = 0_usize;
        let length = input.body.len();
        for end in (PIECE..length + PIECE).step_by(PIECE) {
            let (_probe, mut sink) = self.open(Promise::Outcomes, journal.as_deref()).await?;
            let piece = input.body.get(at..end.min(length)).unwrap_or_default();
            sink.write(piece.to_vec()).await.map_err(of)?;
            drain(&mut sink, Promise::Outcomes).await?;
            let kept = sink.journal().await.map_err(of)?;
            at = taken(&kept);
            journal = Some(kept);
        }
        let (_probe, mut sink) = self.open(Promise::Outcomes, journal.as_deref()).await?;
        let rest = input.body.get(at..).unwrap_or_default();
        sink.write(rest.to_vec()).await.map_err(of)?;
        drain(&mut sink, Promise::Outcomes).await?;
        let outcomes = finish(&mut sink, Promise::Outcomes).await?;
        differ(&outcomes.all, &expected.all, "all")?;
        differ(&outcomes.failed, &expected.failed, "failed")
    }

    /// Aborts before anything was written, and in the middle.
    async fn aborted(&self, input: &Message, expected: &Outcomes) -> Result<(), Problem> {
        let of = Problem::of(Promise::Aborts);
        let (_probe, mut sink) = self.open(Promise::Aborts, None).await?;
        sink.abort().await.map_err(of)?;
        let (_probe, mut sink) = self.open(Promise::Aborts, None).await?;
        let half = input.body.len() / 2;
        let first = input.body.get(..half).unwrap_or_default();
        sink.write(first.to_vec()).await.map_err(of)?;
        sink.abort().await.map_err(of)?;
        let journal = sink.journal().await.map_err(of)?;
        let (_probe, mut sink) = self.open(Promise::Aborts, Some(&journal)).await?;
        let rest = input.body.get(taken(&journal)..).unwrap_or_default();
        sink.write(rest.to_vec()).await.map_err(of)?;
        drain(&mut sink, Promise::Aborts).await?;
        let outcomes = finish(&mut sink, Promise::Aborts).await?;
        let (given, wanted) = (lines(&outcomes.all), lines(&expected.all));
        if given == wanted {
            return Ok(());
        }
        let problem = format!("after an abort `all` has {given} lines instead of {wanted}");
        Err(broken(Promise::Aborts, problem))
    }
}

/// Writes nothing for as long as that changes the journal.
async fn drain(sink: &mut Sink, promise: Promise) -> Result<(), Problem> {
    let of = Problem::of(promise);
    let mut before = sink.journal().await.map_err(of)?;
    for _ in 0..MAX_STEPS {
        sink.write(Vec::new()).await.map_err(of)?;
        let after = sink.journal().await.map_err(of)?;
        if after == before {
            return Ok(());
        }
        before = after;
    }
    let problem = format!("its journal still changes after {MAX_STEPS} empty chunks");
    Err(broken(Promise::Journals, problem))
}

/// Closes twice, waits for the end, and reads the outcomes.
async fn finish(sink: &mut Sink, promise: Promise) -> Result<Outcomes, Problem> {
    let of = Problem::of(promise);
    sink.close().await.map_err(of)?;
    sink.close().await.map_err(of)?;
    for _ in 0..MAX_WATCHES {
        let progress = sink.watch(WAIT_MS).await.map_err(of)?;
        sink.journal().await.map_err(of)?;
        if progress.failed > progress.processed {
            let problem = format!(
                "{} records have failed of {} processed ones",
                progress.failed, progress.processed
            );
            return Err(broken(promise, problem));
        }
        if progress.done {
            let all = outcomes(sink, OutcomeSet::All).await?;
            let failed = outcomes(sink, OutcomeSet::Failed).await?;
            sink.journal().await.map_err(of)?;
            return Ok(Outcomes { all, failed });
        }
    }
    let problem = format!("it is not done after {MAX_WATCHES} waits");
    Err(broken(promise, problem))
}

async fn outcomes(sink: &Sink, which: OutcomeSet) -> Result<Vec<u8>, Problem> {
    let of = Problem::of(Promise::Outcomes);
    let mut source: Source = sink.outcomes(which).await.map_err(of)?;
    let mut bytes = Vec::new();
    for _ in 0..MAX_CHUNKS {
        let chunk = source.read(CHUNK).await;
        match chunk.map_err(Problem::of(Promise::Chunks))? {
            None => break,
            Some(chunk) => bytes.extend(chunk),
        }
    }
    Ok(bytes)
}

fn differ(given: &[u8], expected: &[u8], which: &str) -> Result<(), Problem> {
    if given == expected {
        return Ok(());
    }
    let (given, expected) = (lines(given), lines(expected));
    Err(broken(
        Promise::Outcomes,
        format!(
            "continued from its journal after every few bytes, `{which}` differs ({given} lines, and {expected} without a break)"
        ),
    ))
}

fn lines(bytes: &[u8]) -> usize {
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .count()
}

/// Returns the bytes that a journal counts as taken; the runtime has checked that it counts them.
fn taken(journal: &str) -> usize {
    let journal: serde_json::Value = serde_json::from_str(journal).unwrap_or_default();
    let taken = journal.get("taken").and_then(serde_json::Value::as_u64);
    taken
        .and_then(|taken| usize::try_from(taken).ok())
        .unwrap_or(0)
}
