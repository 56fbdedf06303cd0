//! Jobs of Bulk API 1.0: a job holds batches, and each batch has its own state, request and results.

mod archive;
mod jobs;
mod load;
mod query;
mod read;
mod request;
mod results;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use jobs::Jobs;
pub use request::{Chunking, Content, Request, Verb, ZIPPED};

use super::blob::Blob;
use super::queue;
use crate::org::Org;
use sandbox_model::id::RecordId;

/// Key prefix of batches' ids.
pub const BATCH_PREFIX: &str = "751";
/// Key prefix of query results' ids.
pub const RESULT_PREFIX: &str = "752";

/// States of jobs (guide, "JobInfo").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Takes batches.
    Open,
    /// Takes no more batches.
    Closed,
    /// Was given up.
    Aborted,
}

impl JobState {
    /// Its name in job infos.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Closed => "Closed",
            Self::Aborted => "Aborted",
        }
    }
}

/// A job.
#[derive(Debug)]
pub struct Job {
    /// Its id, `750…`.
    pub id: RecordId,
    /// What it was asked to be.
    pub request: Request,
    /// The version of the API it was made in.
    pub api_version: u16,
    /// Creator.
    pub created_by: RecordId,
    /// When, in ms since 1970.
    pub created: i64,
    live: Mutex<LiveState>,
    /// Held by the batch that is processed in a serial job.
    turn: Mutex<()>,
}

/// What changes of a job.
#[derive(Debug)]
pub struct LiveState {
    /// Its state.
    pub state: JobState,
    /// When it last changed, in ms since 1970.
    pub changed: i64,
    /// Its batches in the order they came.
    pub batches: Vec<Arc<Batch>>,
}

/// States of batches (guide, "BatchInfo").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchState {
    /// Waits for its turn.
    Queued,
    /// Being processed.
    InProgress,
    /// Is done, be it with rejected rows.
    Completed,
    /// Could not be done.
    Failed,
    /// Will not be done: its job was aborted, or its query was split into other batches.
    NotProcessed,
}

impl BatchState {
    /// Its name in batch infos.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::InProgress => "InProgress",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::NotProcessed => "NotProcessed",
        }
    }
}

/// A batch.
#[derive(Debug)]
pub struct Batch {
    /// Its id, `751…`.
    pub id: RecordId,
    /// When it came, in ms since 1970.
    pub created: i64,
    /// What it asks for: rows, or a query.
    pub request: Blob,
    /// The bounds of a query's chunk: from the first on, before the second.
    pub chunk_bounds: Option<(Option<String>, Option<String>)>,
    progress: Mutex<BatchProgress>,
}

/// How far a batch is.
#[derive(Debug, Clone)]
pub struct BatchProgress {
    /// Its state.
    pub state: BatchState,
    /// Why it failed.
    pub message: Option<String>,
    /// When it last changed, in ms since 1970.
    pub changed: i64,
    /// Rows processed or found.
    pub processed: u64,
    /// Rows rejected.
    pub failed: u64,
    /// Milliseconds of work.
    pub total_ms: u64,
    /// Milliseconds of writing.
    pub active_ms: u64,
    /// Outcome of each row, in the job's form.
    pub outcomes: Option<Blob>,
    /// Results of a query, by their ids.
    pub results: Vec<(RecordId, Blob)>,
}

impl Batch {
    fn new(
        id: RecordId,
        request: Blob,
        chunk_bounds: Option<(Option<String>, Option<String>)>,
        now: i64,
    ) -> Self {
        let progress = BatchProgress {
            state: BatchState::Queued,
            message: None,
            changed: now,
            processed: 0,
            failed: 0,
            total_ms: 0,
            active_ms: 0,
            outcomes: None,
            results: Vec::new(),
        };
        Self {
            id,
            created: now,
            request,
            chunk_bounds,
            progress: Mutex::new(progress),
        }
    }

    /// Progress, locked while the guard exists.
    pub fn progress(&self) -> MutexGuard<'_, BatchProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, from: BatchState, to: BatchState, now: i64) -> bool {
        let mut progress = self.progress();
        let may = progress.state == from;
        if may {
            progress.state = to;
            progress.changed = now;
        }
        may
    }
}

impl Job {
    /// Creates a job without batches yet.
    fn new(
        id: RecordId,
        request: Request,
        (created_by, api_version): (RecordId, u16),
        now: i64,
    ) -> Self {
        Self {
            id,
            request,
            api_version,
            created_by,
            created: now,
            live: Mutex::new(LiveState {
                state: JobState::Open,
                changed: now,
                batches: Vec::new(),
            }),
            turn: Mutex::new(()),
        }
    }

    /// Its variable state, locked while the guard exists.
    pub fn live(&self) -> MutexGuard<'_, LiveState> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the batch with this id.
    #[must_use]
    pub fn batch(&self, id: &str) -> Option<Arc<Batch>> {
        let id = RecordId::parse(id)?;
        self.live().batches.iter().find(|b| b.id == id).cloned()
    }

    /// Takes no more batches, or gives up those that wait.
    pub fn end(&self, state: JobState, now: i64) {
        let mut live = self.live();
        live.state = state;
        live.changed = now;
        if state == JobState::Aborted {
            for batch in &live.batches {
                batch.advance(BatchState::Queued, BatchState::NotProcessed, now);
            }
        }
    }

    /// Adds a batch and starts processing it.
    pub fn add(
        self: &Arc<Self>,
        org: &Arc<Org>,
        request: Blob,
        chunk_bounds: Option<(Option<String>, Option<String>)>,
    ) -> Arc<Batch> {
        let now = org.clock.now();
        let id = org.bulk.next_id(BATCH_PREFIX);
        let batch = Arc::new(Batch::new(id, request, chunk_bounds, now));
        self.live().batches.push(Arc::clone(&batch));
        let (job, shared) = (Arc::clone(self), Arc::clone(org));
        org.bulk.queue.submit(Box::new(move || job.work(&shared)));
        batch
    }

    /// Works on the first batch that waits.
    fn work(self: &Arc<Self>, org: &Arc<Org>) {
        let _turn = self
            .request
            .serial
            .then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner));
        let now = || org.clock.now();
        let settings = org.bulk.settings();
        let wait = |since, ms| {
            queue::wait(&org.clock, since, ms, || {
                self.live().state != JobState::Aborted
            });
        };
        let next = |live: &LiveState| {
            let claim = |batch: &&Arc<Batch>| batch.progress().state == BatchState::Queued;
            live.batches.iter().find(claim).cloned()
        };
        // In an expression of its own: the guard must not be held over the wait.
        let first = next(&self.live());
        let Some(first) = first else { return };
        wait(first.created, settings.queue_ms);
        let batch = {
            let live = self.live();
            next(&live)
                .filter(|batch| batch.advance(BatchState::Queued, BatchState::InProgress, now()))
        };
        let Some(batch) = batch else { return };
        let begun = batch.progress().changed;
        wait(begun, settings.batch_ms);
        match self.request.verb {
            Verb::Load(operation) => load::run(org, self, &batch, operation),
            Verb::Query(all) => query::run(org, self, &batch, all),
        }
    }
}
