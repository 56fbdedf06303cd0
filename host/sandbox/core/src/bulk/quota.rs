//! What the org's bulk jobs may use up in a day.

use std::sync::{Mutex, PoisonError};

use super::limits;
use super::table::BadData;

/// The span that allowances are for.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What was used since the day began; the day begins with the first use.
#[derive(Debug, Default)]
pub struct Quota(Mutex<Used>);

/// What was used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    since: Option<i64>,
    /// Batches, internal ones included.
    pub batches: u64,
    /// Rows ingested by Bulk API 2.0.
    pub records: u64,
    /// Query jobs of Bulk API 2.0.
    pub query_jobs: u64,
    /// Bytes of their results.
    pub result_bytes: u64,
}

impl Quota {
    fn change(&self, now: i64, change: impl FnOnce(&mut Used)) -> Used {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used
            .since
            .is_none_or(|since| now.saturating_sub(since) >= DAY_MS)
        {
            *used = Used {
                since: Some(now),
                ..Used::default()
            };
        }
        change(&mut used);
        *used
    }

    /// Returns what was used so far.
    #[must_use]
    pub fn used(&self, now: i64) -> Used {
        self.change(now, |_| ())
    }

    /// Counts a batch, of at most `most` a day.
    ///
    /// # Errors
    /// `ExceededQuota`.
    pub fn batch(&self, now: i64, most: u64) -> Result<(), BadData> {
        let used = self.change(now, |used| used.batches += 1);
        within(used.batches, most, "ApiBatchItems Limit exceeded.")
    }

    /// Counts rows.
    ///
    /// # Errors
    /// `ExceededQuota`.
    pub fn records(&self, now: i64, count: u64) -> Result<(), BadData> {
        let used = self.change(now, |used| used.records += count);
        let message = "The maximum number of records per rolling 24 hour period is exceeded.";
        within(used.records, limits::DAILY_RECORDS, message)
    }

    /// Counts a query job, of at most `most` a day.
    ///
    /// # Errors
    /// `ExceededQuota`.
    pub fn query_job(&self, now: i64, most: u64) -> Result<(), BadData> {
        let used = self.change(now, |used| used.query_jobs += 1);
        let message =
            "The maximum number of Bulk API 2.0 query jobs per rolling 24 hour period is exceeded.";
        within(used.query_jobs, most, message)
    }

    /// Counts bytes of results.
    ///
    /// # Errors
    /// `ExceededQuota`.
    pub fn results(&self, now: i64, bytes: u64) -> Result<(), BadData> {
        let used = self.change(now, |used| used.result_bytes += bytes);
        let message = "The maximum size of query results per rolling 24 hour period is exceeded.";
        within(used.result_bytes, limits::DAILY_RESULT_BYTES, message)
    }

    /// Forgets what was used.
    pub fn reset(&self) {
        self.change(i64::MAX, |used| *used = Used::default());
    }
}

fn within(used: u64, most: u64, message: &str) -> Result<(), BadData> {
    if used <= most {
        return Ok(());
    }
    Err(BadData(format!("ExceededQuota : {message}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_used_up_and_comes_back_with_the_next_day() {
        let quota = Quota::default();
        assert!(quota.batch(0, 2).is_ok() && quota.batch(1, 2).is_ok());
        let rejected = quota.batch(2, 2).unwrap_err();
        assert_eq!(rejected.0, "ExceededQuota : ApiBatchItems Limit exceeded.");
        assert_eq!(quota.used(DAY_MS - 1).batches, 3);
        assert!(quota.batch(DAY_MS, 2).is_ok());
        assert_eq!(quota.used(DAY_MS).batches, 1);
    }
}
