//! Several records in one go: each on its own, or all or none.

use super::{Outcome, Writer};
use sandbox_model::api_error::ApiError;

/// Records written between two savepoints where there are many.
const CHUNK: usize = 200;

/// How the records of one request depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// A rejected record does not hinder the others.
    Each,
    /// One rejected record undoes the others (`allOrNone`).
    AllOrNone,
}

impl Writer<'_> {
    /// Runs `write` for every item, in order, and gives one outcome for each. A rejected record changes nothing.
    ///
    /// # Errors
    /// The database's alone.
    pub fn run<T>(
        &self,
        batch: Batch,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&Self, T) -> Outcome,
    ) -> Result<Vec<Outcome>, ApiError> {
        self.connection.execute_batch("SAVEPOINT batch")?;
        let mut outcomes = Vec::new();
        for item in items {
            outcomes.push(self.in_savepoint(|| write(self, item))?);
        }
        if batch == Batch::AllOrNone && outcomes.iter().any(Result::is_err) {
            self.connection.execute_batch("ROLLBACK TO batch")?;
            for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_ok()) {
                *outcome = Err(rolled_back());
            }
        }
        self.connection.execute_batch("RELEASE batch")?;
        Ok(outcomes)
    }

    /// As [`Writer::run`] with [`Batch::Each`], for many records: a rejected record that has written nothing yet, as nearly
    /// all do, needs no savepoint of its own. Where one has, its chunk is written again with one for each.
    ///
    /// # Errors
    /// The database's alone.
    pub fn run_many<T>(
        &self,
        items: &[T],
        mut write: impl FnMut(&Self, &T) -> Outcome,
    ) -> Result<Vec<Outcome>, ApiError> {
        let mut outcomes = Vec::with_capacity(items.len());
        for chunk in items.chunks(CHUNK) {
            self.connection.execute_batch("SAVEPOINT chunk")?;
            match self.without_savepoints(chunk, &mut write) {
                Some(written) => outcomes.extend(written),
                None => {
                    self.connection.execute_batch("ROLLBACK TO chunk")?;
                    for item in chunk {
                        outcomes.push(self.in_savepoint(|| write(self, item))?);
                    }
                }
            }
            self.connection.execute_batch("RELEASE chunk")?;
        }
        Ok(outcomes)
    }

    /// Writes without savepoints; `None` if a rejected record has left something behind.
    fn without_savepoints<T>(
        &self,
        items: &[T],
        write: &mut impl FnMut(&Self, &T) -> Outcome,
    ) -> Option<Vec<Outcome>> {
        let mut outcomes = Vec::with_capacity(items.len());
        for item in items {
            let before = self.connection.total_changes();
            let outcome = write(self, item);
            // Nearly all errors come from checks before the first write; only the others cost savepoints.
            if outcome.is_err() && self.connection.total_changes() != before {
                return None;
            }
            outcomes.push(outcome);
        }
        Some(outcomes)
    }

    /// Returns a write that fails half-way is undone as a whole.
    ///
    /// # Errors
    /// The database's alone; what `write` rejects is inside.
    pub fn in_savepoint<T>(
        &self,
        write: impl FnOnce() -> Result<T, ApiError>,
    ) -> Result<Result<T, ApiError>, ApiError> {
        self.connection
            .prepare_cached("SAVEPOINT record")?
            .execute([])?;
        let outcome = write();
        if outcome.is_err() {
            self.connection
                .prepare_cached("ROLLBACK TO record")?
                .execute([])?;
        }
        self.connection
            .prepare_cached("RELEASE record")?
            .execute([])?;
        Ok(outcome)
    }
}

fn rolled_back() -> ApiError {
    let message = "Record rolled back because not all records were valid and the request was using AllOrNone header";
    ApiError::for_record("ALL_OR_NONE_OPERATION_ROLLED_BACK", message, [])
}
