//! Bulk jobs: loading and extracting many records in the background.
//!
//! [`Job`] is a job of Bulk API 2.0, [`bulk_v1::Job`] one of Bulk API 1.0; [`Bulk`] keeps the org's jobs and works on
//! them. Rows go through [`crate::write::Writer`] and [`sandbox_soql`] as everything does.
//!
//! Bounds: uploads and results above 256 KiB are in temporary files; work holds 2,000 rows in memory. Jobs live as
//! long as the process, seven days of the org's clock at most.

pub mod blob;
pub mod bulk_v1;
pub mod dialect;
pub mod extract;
mod ingest;
pub mod job;
pub mod limits;
pub mod operation;
mod queue;
pub mod quota;
mod quotes;
mod result_files;
pub mod rows;
pub mod settings;
mod start;
pub mod table;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use job::{Job, State, Task};
pub use settings::{HeaderSpelling, ResultMode, RowFault, Settings, Stop, StopState};

use operation::RowError;
use queue::Queue;
use quota::Quota;
use sandbox_model::id::RecordId;
use table::BadData;

/// Key prefix of jobs' ids.
pub const JOB_PREFIX: &str = "750";
/// Jobs kept at most; finished ones go first.
const MAX_JOBS: usize = 20_000;

/// The bulk jobs of an org.
#[derive(Debug, Default)]
pub struct Bulk {
    settings: Mutex<Settings>,
    jobs: Mutex<BTreeMap<String, Arc<Job>>>,
    /// Jobs of Bulk API 1.0.
    bulk_v1: bulk_v1::Jobs,
    numbers: AtomicU64,
    quota: Quota,
    queue: Queue,
}

impl Bulk {
    /// Creates the jobs of an org with these settings.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings: Mutex::new(settings),
            ..Self::default()
        }
    }

    fn locked(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn jobs(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the jobs of Bulk API 1.0.
    #[must_use]
    pub fn bulk_v1(&self) -> &bulk_v1::Jobs {
        &self.bulk_v1
    }

    /// Returns what was used of a day's batches and query jobs.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        &self.quota
    }

    /// Returns how jobs are treated.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.locked().clone()
    }

    /// Treats jobs differently from now on.
    pub fn configure(&self, settings: Settings) {
        *self.locked() = settings;
    }

    /// Forgets all jobs, what was used up, and what is to go wrong.
    pub fn reset(&self) {
        let mut settings = self.locked();
        settings.row_faults.clear();
        settings.stops.clear();
        settings.results = ResultMode::default();
        drop(settings);
        self.jobs().clear();
        self.bulk_v1.clear();
        self.quota.reset();
    }

    /// Returns an id that no other job, batch or result has.
    #[must_use]
    pub fn next_id(&self, key_prefix: &str) -> RecordId {
        RecordId::new(key_prefix, self.numbers.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Keeps a job.
    pub fn add(&self, job: Job, now: i64) -> Arc<Job> {
        let job = Arc::new(job);
        let mut jobs = self.jobs();
        jobs.retain(|_, job| now.saturating_sub(job.created) < limits::RESULT_LIFETIME_MS);
        if jobs.len() >= MAX_JOBS
            && let Some(oldest) = jobs
                .iter()
                .find(|(_, job)| job.state().is_final())
                .map(|(id, _)| id.clone())
        {
            jobs.remove(&oldest);
        }
        jobs.insert(job.id.as_str().to_owned(), Arc::clone(&job));
        job
    }

    /// Returns the job with this id, of 15 or 18 characters.
    #[must_use]
    pub fn job(&self, id: &str, now: i64) -> Option<Arc<Job>> {
        let id = RecordId::parse(id)?;
        let found = self.jobs().get(id.as_str()).cloned();
        found.filter(|job| now.saturating_sub(job.created) < limits::RESULT_LIFETIME_MS)
    }

    /// Returns all jobs, in the order of their making.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Job>> {
        self.jobs().values().cloned().collect()
    }

    /// Forgets a job.
    pub fn remove(&self, job: &Job) {
        self.jobs().remove(job.id.as_str());
    }

    pub(super) fn take_stop(&self, object: &str) -> Option<Stop> {
        self.locked().take_stop(object)
    }

    pub(super) fn count_batch(&self, now: i64) -> Result<(), BadData> {
        let most = self.locked().daily_batches;
        self.quota.batch(now, most)
    }

    /// Returns the rows that are to be rejected on demand among `count` rows from number `first` on, by their place.
    fn row_faults(&self, object: &str, first: u64, count: usize) -> Vec<(usize, RowError)> {
        let mut settings = self.locked();
        if !settings.has_row_faults() {
            return Vec::new();
        }
        let mut due = |at: usize| {
            let fault = settings.next_row_fault(object, first + at as u64)?;
            let rejection = RowError {
                code: fault.code,
                message: fault.message,
                fields: fault.fields,
            };
            Some((at, rejection))
        };
        (0..count).filter_map(&mut due).collect()
    }
}
