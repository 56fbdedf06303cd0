//! How a whole load stands: all of its jobs, all of its records, whatever its last step did.

use serde_json::{Value, json};

use super::tally::Tally;
use crate::contract::Progress;
use crate::text;

/// Bound of jobs that are named. 10; the rest is counted.
const MAX_JOBS: usize = 10;
/// Bound of nesting in which jobs are looked for. 16; a journal of ours has three levels.
const MAX_DEPTH: usize = 16;
/// Member of a sink's journal, at any depth, that names what the remote system keeps.
const JOB: &str = "job";

/// What is known of a load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadStatus {
    /// Records that the remote system has processed, the failed ones included.
    pub processed: u64,
    /// Records of these that failed.
    pub failed: u64,
    /// All records, once that is known.
    pub total: Option<u64>,
    /// What the outcomes say that have been read.
    pub outcomes: Tally,
    /// The first jobs in the remote system.
    pub jobs: Vec<String>,
    /// How many jobs there are.
    pub job_count: u64,
}

impl LoadStatus {
    /// Gathers what is known.
    pub(super) fn new(progress: Option<&Progress>, tally: &Tally, journal: Option<&str>) -> Self {
        let mut jobs = Jobs::default();
        let journal = journal.and_then(|text| serde_json::from_str(text).ok());
        journal.iter().for_each(|journal| jobs.gather(journal, 0));
        let told = tally.saved + tally.failed;
        Self {
            processed: progress.map_or(0, |progress| progress.processed).max(told),
            failed: progress
                .map_or(0, |progress| progress.failed)
                .max(tally.failed),
            total: progress.and_then(|progress| progress.total),
            outcomes: tally.clone(),
            jobs: jobs.named,
            job_count: jobs.count,
        }
    }

    /// Returns it for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "processed": self.processed,
            "failed": self.failed,
            "total": self.total,
            "saved": self.outcomes.saved,
            "reasons": self.outcomes.reasons,
            "jobs": self.jobs,
            "job-count": self.job_count,
        })
    }

    /// Says why records failed, and in which jobs: lines for people.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let reasons = self.outcomes.reasons.iter().map(|reason| {
            let count = text::thousands(reason.count);
            let code = if reason.code.is_empty() {
                "without a code"
            } else {
                &reason.code
            };
            let row = reason
                .row
                .map(|row| format!(" (record {})", text::thousands(row)));
            let said = if reason.message.is_empty() { "" } else { ": " };
            format!(
                "{count} {code}{said}{}{}",
                reason.message,
                row.unwrap_or_default()
            )
        });
        let other = self.outcomes.other;
        let other = (other > 0).then(|| format!("{} with other codes", text::thousands(other)));
        reasons.chain(other).chain(self.jobs()).collect()
    }

    /// Names the jobs: a line for people, where there are any.
    #[must_use]
    pub fn jobs(&self) -> Option<String> {
        let more = self.job_count.saturating_sub(self.jobs.len() as u64);
        let more = (more > 0).then(|| format!(" and {} more", text::thousands(more)));
        (!self.jobs.is_empty()).then(|| {
            format!(
                "{}: {}{}",
                if self.job_count == 1 { "job" } else { "jobs" },
                self.jobs.join(", "),
                more.unwrap_or_default()
            )
        })
    }

    /// Says how a load stands that did not come to its end: lines for people.
    #[must_use]
    pub fn so_far(&self) -> Vec<String> {
        let Tally { saved, failed, .. } = self.outcomes;
        if self.processed == 0 {
            let line = "so far: no outcome of any record is known".to_owned();
            return std::iter::once(line).chain(self.jobs()).collect();
        }
        let processed = text::count(self.processed, "record");
        let open = self.processed.saturating_sub(saved + failed);
        let mut line = format!("so far: {processed} processed");
        if saved + failed > 0 {
            line.push_str(&format!(
                ", {} saved, {} failed",
                text::thousands(saved),
                text::thousands(failed)
            ));
            if open > 0 {
                line.push_str(&format!(
                    ", the outcomes of {} not read yet",
                    text::thousands(open)
                ));
            }
        } else {
            line.push_str(&format!(", {} failed", text::thousands(self.failed)));
        }
        std::iter::once(line).chain(self.jobs()).collect()
    }
}

/// The jobs that a journal names, in its order, each once.
#[derive(Default)]
struct Jobs {
    named: Vec<String>,
    count: u64,
}

impl Jobs {
    fn gather(&mut self, value: &Value, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match value {
            Value::Array(values) => values
                .iter()
                .for_each(|value| self.gather(value, depth + 1)),
            Value::Object(members) => members.iter().for_each(|(name, value)| match value {
                Value::String(id) if name == JOB => self.add(id),
                value => self.gather(value, depth + 1),
            }),
            _ => {}
        }
    }

    fn add(&mut self, id: &str) {
        // A part that is not in a job yet names none.
        if id.is_empty() || self.named.iter().any(|known| known == id) {
            return;
        }
        self.count += 1;
        if self.named.len() < MAX_JOBS {
            self.named.push(id.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_found_wherever_a_journal_names_them() {
        let journal =
            r#"{"taken":1,"job":"750A","parts":[{"job":"750B","rows":2},{"job":"750B"}]}"#;
        let load_status = LoadStatus::new(None, &Tally::default(), Some(journal));
        assert_eq!(load_status.jobs, ["750A", "750B"]);
        assert_eq!(load_status.jobs().as_deref(), Some("jobs: 750A, 750B"));
        let none_yet = LoadStatus::new(None, &Tally::default(), Some(r#"{"parts":[{"job":""}]}"#));
        assert_eq!((none_yet.jobs(), none_yet.job_count), (None, 0));
    }

    #[test]
    fn many_jobs_are_counted() {
        let parts: Vec<Value> = (0..12)
            .map(|job| serde_json::json!({"job": format!("{job}")}))
            .collect();
        let journal = Value::from(parts).to_string();
        let load_status = LoadStatus::new(None, &Tally::default(), Some(&journal));
        assert_eq!(
            (load_status.jobs.len(), load_status.job_count),
            (MAX_JOBS, 12)
        );
        assert!(
            load_status
                .jobs()
                .is_some_and(|line| line.ends_with(" and 2 more"))
        );
    }

    #[test]
    fn a_load_says_how_it_stands() {
        let tally = Tally {
            saved: 2_000,
            failed: 3,
            ..Tally::default()
        };
        let progress = Progress {
            processed: 2_500,
            ..Progress::default()
        };
        let load_status = LoadStatus::new(Some(&progress), &tally, None);
        assert_eq!(
            load_status.so_far(),
            [
                "so far: 2,500 records processed, 2,000 saved, 3 failed, the outcomes of 497 not read yet"
            ]
        );
    }
}
