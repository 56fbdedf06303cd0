//! A job of Bulk API 2.0: what it was asked to do, and how far it is.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::blob::Blob;
use super::dialect::Dialect;
use super::extract::Pages;
use super::operation::Operation;
use sandbox_model::id::RecordId;

/// States of jobs (guide, "Job States").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for data.
    Open,
    /// Has its data, waits for its turn.
    UploadComplete,
    /// Being processed.
    InProgress,
    /// Is done, be it with failed rows.
    JobComplete,
    /// Could not be done.
    Failed,
    /// Was given up by its user.
    Aborted,
}

impl State {
    /// Its name in job infos.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::UploadComplete => "UploadComplete",
            Self::InProgress => "InProgress",
            Self::JobComplete => "JobComplete",
            Self::Failed => "Failed",
            Self::Aborted => "Aborted",
        }
    }

    /// Returns whether nothing more will happen.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::JobComplete | Self::Failed | Self::Aborted)
    }
}

/// What a job was asked to do.
#[derive(Debug, Clone)]
pub enum Task {
    /// Load rows.
    Ingest {
        /// What is done with each.
        operation: Operation,
        /// The field by which an upsert knows records.
        external_id: Option<String>,
        /// The assignment rule for cases and leads.
        assignment_rule: Option<String>,
    },
    /// Run a query.
    Query {
        /// The statement.
        soql: String,
        /// Whether records in the recycle bin count.
        all: bool,
        /// Whether Salesforce could split the query by record ids.
        can_chunk: bool,
    },
}

/// A job of Bulk API 2.0.
#[derive(Debug)]
pub struct Job {
    /// Its id, `750…`.
    pub id: RecordId,
    /// What it was asked to do.
    pub task: Task,
    /// API name of the object.
    pub object: String,
    /// The dialect of uploads and results.
    pub dialect: Dialect,
    /// The version of the API it was made in.
    pub api_version: u16,
    /// Creator.
    pub created_by: RecordId,
    /// When, in ms since 1970.
    pub created: i64,
    progress: Mutex<Progress>,
}

/// How far a job is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Its state.
    pub state: State,
    /// When it last changed, in ms since 1970.
    pub changed: i64,
    /// What was uploaded.
    pub data: Option<Blob>,
    /// Rows processed, rejected ones included; rows found, for queries.
    pub processed: u64,
    /// Rows rejected.
    pub failed: u64,
    /// Why the job failed.
    pub error: Option<String>,
    /// Milliseconds since it was started.
    pub total_ms: u64,
    /// Milliseconds spent on writing.
    pub active_ms: u64,
    /// Result files of an ingest job, once it is done: `None` inside if they respond with 204.
    pub files: Option<Option<Files>>,
    /// Results of a query job.
    pub pages: Option<Pages>,
}

/// Result files of an ingest job.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// `successfulResults`
    pub successful: Blob,
    /// `failedResults`
    pub failed: Blob,
    /// `unprocessedrecords`
    pub unprocessed: Blob,
}

impl Job {
    /// Creates a new job.
    #[must_use]
    pub fn new(
        id: RecordId,
        task: Task,
        object: String,
        dialect: Dialect,
        (created_by, api_version): (RecordId, u16),
        now: i64,
    ) -> Self {
        let state = match task {
            Task::Ingest { .. } => State::Open,
            Task::Query { .. } => State::UploadComplete,
        };
        Self {
            id,
            task,
            object,
            dialect,
            api_version,
            created_by,
            created: now,
            progress: Mutex::new(Progress {
                state,
                changed: now,
                data: None,
                processed: 0,
                failed: 0,
                error: None,
                total_ms: 0,
                active_ms: 0,
                files: None,
                pages: None,
            }),
        }
    }

    /// Progress, locked while the guard exists.
    pub fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its state.
    #[must_use]
    pub fn state(&self) -> State {
        self.progress().state
    }

    /// When it last changed, in ms since 1970.
    #[must_use]
    pub fn changed(&self) -> i64 {
        self.progress().changed
    }

    /// Returns whether it runs a query.
    #[must_use]
    pub fn is_query(&self) -> bool {
        matches!(self.task, Task::Query { .. })
    }

    /// Takes it from one state to another; false if it was in neither of `from`.
    pub fn advance(&self, from: &[State], to: State, now: i64) -> bool {
        let mut progress = self.progress();
        let may = from.contains(&progress.state);
        if may {
            progress.state = to;
            progress.changed = now;
        }
        may
    }
}
