//! Asynchronous runs of reports, with their results.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value as Json;

use sandbox_model::id::RecordId;

/// Key prefix of runs.
const RUNS: &str = "0LG";
/// Runs kept (Reports and Dashboards REST API guide, "List Asynchronous Runs": 200 of a report).
const MAX_KEPT: usize = 200;
/// How long a result is kept, in milliseconds (same source: a rolling 24 hours).
const LIFETIME_MS: i64 = 24 * 60 * 60 * 1_000;

/// One asynchronous run. It is done when it is asked for, but first says that it is new, as Salesforce does.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its id.
    pub id: RecordId,
    /// The report's id.
    pub report: RecordId,
    /// User that ran it.
    pub owner: RecordId,
    /// ms since 1970
    pub requested: i64,
    /// Whether rows are shown.
    pub with_details: bool,
    /// What it found.
    pub result: Json,
}

/// The runs of an org, oldest first.
#[derive(Debug, Default)]
pub struct Runs(Mutex<(u64, VecDeque<Run>)>);

impl Runs {
    fn lock(&self) -> MutexGuard<'_, (u64, VecDeque<Run>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a run, and gives it its id; the oldest goes where there are too many.
    pub fn add(&self, mut run: Run) -> Run {
        let mut kept = self.lock();
        kept.0 += 1;
        run.id = RecordId::new(RUNS, kept.0);
        if kept.1.len() == MAX_KEPT {
            kept.1.pop_front();
        }
        kept.1.push_back(run.clone());
        run
    }

    /// Returns an id for a run that has none yet.
    pub fn unnumbered() -> RecordId {
        RecordId::new(RUNS, 0)
    }

    /// Returns the runs of a report that are not too old, newest first.
    pub fn for_report(&self, report: &RecordId, now: i64) -> Vec<Run> {
        let kept = self.lock();
        let is_live = |run: &&Run| run.report == *report && now - run.requested < LIFETIME_MS;
        kept.1.iter().rev().filter(is_live).cloned().collect()
    }

    /// Forgets a run; whether it was there.
    pub fn remove(&self, id: &RecordId) -> bool {
        let mut kept = self.lock();
        let before = kept.1.len();
        kept.1.retain(|run| run.id != *id);
        kept.1.len() < before
    }
}
