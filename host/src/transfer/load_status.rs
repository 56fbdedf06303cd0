//! How a whole load stands: all of its jobs, all of its records, whatever its last step did.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::tally::Tally;
use crate::contract::Progress;
use crate::text;

/// Bound of jobs that are named to people. 10; the rest is counted.
const MAX_NAMED: usize = 10;
/// Bound of jobs that are kept. 10,000, of 250,000 records each by default; the rest is counted.
const MAX_JOBS: usize = 10_000;
/// Bound of nesting in which jobs are looked for. 16; a journal of ours has three levels.
const MAX_DEPTH: usize = 16;
/// Member of a sink's journal, at any depth, that names what the remote system keeps.
const JOB: &str = "job";
/// Members beside it that say how it stands, as far as a sink has them.
const FACTS: [&str; 4] = ["state", "rows", "processed", "failed"];

/// A job in the remote system, as the sink's journal tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What the journal says of its state and counts.
    pub facts: Map<String, Value>,
}

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
    pub jobs: Vec<Job>,
    /// How many jobs there are.
    pub job_count: u64,
}

impl LoadStatus {
    /// Gathers what is known.
    pub(super) fn new(progress: Option<&Progress>, tally: &Tally, journal: Option<&str>) -> Self {
        let journal = journal.and_then(|text| serde_json::from_str(text).ok());
        let mut jobs = Jobs::default();
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
            "saved": self.saved(),
            "reasons": self.outcomes.reasons,
            "jobs": self.named(),
            "job-count": self.job_count,
        })
    }

    /// Returns the jobs for programs, each with its state and counts as far as the sink tells them.
    #[must_use]
    pub fn jobs_to_json(&self) -> Value {
        self.jobs.iter().map(Job::to_json).collect()
    }

    /// Returns the ids of the jobs that are named to people.
    fn named(&self) -> Vec<&str> {
        let named = self.jobs.iter().take(MAX_NAMED);
        named.map(|job| job.id.as_str()).collect()
    }

    /// Counts records that were saved, where that is known: by their outcomes, or because none of those that were processed failed.
    fn saved(&self) -> Option<u64> {
        let Tally { saved, failed, .. } = self.outcomes;
        let is_told = saved + failed > 0 || self.processed == 0;
        is_told.then_some(saved).or_else(|| {
            self.total
                .map(|_| self.processed.saturating_sub(self.failed))
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
        let named = self.named();
        let more = self.job_count.saturating_sub(named.len() as u64);
        let more = (more > 0).then(|| format!(" and {} more", text::thousands(more)));
        (!named.is_empty()).then(|| {
            format!(
                "{}: {}{}",
                if self.job_count == 1 { "job" } else { "jobs" },
                named.join(", "),
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

impl Job {
    fn new(id: &str, members: &Map<String, Value>) -> Self {
        let fact = |name: &&str| {
            let fact = members.get(*name)?;
            (fact.is_string() || fact.is_u64()).then(|| ((*name).to_owned(), fact.clone()))
        };
        Self {
            id: id.to_owned(),
            facts: FACTS.iter().filter_map(fact).collect(),
        }
    }

    fn to_json(&self) -> Value {
        let mut members = Map::new();
        members.insert("id".into(), self.id.clone().into());
        members.extend(self.facts.clone());
        Value::Object(members)
    }
}

/// The jobs that a journal names, in its order, each once.
#[derive(Default)]
struct Jobs {
    known: HashSet<String>,
    named: Vec<Job>,
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
                Value::String(id) if name == JOB => self.add(id, members),
                value => self.gather(value, depth + 1),
            }),
            _ => {}
        }
    }

    fn add(&mut self, id: &str, members: &Map<String, Value>) {
        // A part that is not in a job yet names none.
        if id.is_empty() || self.known.contains(id) {
            return;
        }
        self.count += 1;
        if self.named.len() < MAX_JOBS {
            self.known.insert(id.to_owned());
            self.named.push(Job::new(id, members));
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
        let ids: Vec<&str> = load_status.jobs.iter().map(|job| job.id.as_str()).collect();
        assert_eq!(ids, ["750A", "750B"]);
        assert_eq!(
            load_status.jobs_to_json(),
            json!([{"id": "750A"}, {"id": "750B", "rows": 2}])
        );
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
        assert_eq!((load_status.jobs.len(), load_status.job_count), (12, 12));
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
