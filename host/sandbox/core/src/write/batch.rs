//! Several records in one go: each on its own, or all or none.

use super::{Outcome, Writer};
use sandbox_model::problem::Problem;

/// Records written between two savepoints where there are many.
const STRETCH: usize = 200;

/// How the records of one request depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// A refused record does not hinder the others.
    Each,
    /// One refused record undoes the others (`allOrNone`).
    AllOrNone,
}

impl Writer<'_> {
    /// Runs `write` for every item, in order, and gives one outcome for each. A refused record leaves nothing behind.
    ///
    /// # Errors
    /// The database's alone.
    pub fn run<T>(
        &self,
        batch: Batch,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&Self, T) -> Outcome,
    ) -> Result<Vec<Outcome>, Problem> {
        self.connection.execute_batch("SAVEPOINT batch")?;
        let mut outcomes = Vec::new();
        for item in items {
            outcomes.push(self.alone(|| write(self, item))?);
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

    /// As [`Writer::run`] with [`Batch::Each`], for many records: a refused record that has written nothing yet, as nearly
    /// all do, needs no savepoint of its own. Where one has, its stretch is written again with one for each.
    ///
    /// # Errors
    /// The database's alone.
    pub fn run_many<T>(
        &self,
        items: &[T],
        mut write: impl FnMut(&Self, &T) -> Outcome,
    ) -> Result<Vec<Outcome>, Problem> {
        let mut outcomes = Vec::with_capacity(items.len());
        for stretch in items.chunks(STRETCH) {
            self.connection.execute_batch("SAVEPOINT stretch")?;
            match self.freely(stretch, &mut write) {
                Some(written) => outcomes.extend(written),
                None => {
                    self.connection.execute_batch("ROLLBACK TO stretch")?;
                    for item in stretch {
                        outcomes.push(self.alone(|| write(self, item))?);
                    }
                }
            }
            self.connection.execute_batch("RELEASE stretch")?;
        }
        Ok(outcomes)
    }

    /// Writes without savepoints; `None` if a refused record has left something behind.
    fn freely<T>(
        &self,
        items: &[T],
        write: &mut impl FnMut(&Self, &T) -> Outcome,
    ) -> Option<Vec<Outcome>> {
        let mut outcomes = Vec::with_capacity(items.len());
        for item in items {
            let before = self.connection.total_changes();
            let outcome = write(self, item);
            if outcome.is_err() && self.connection.total_changes() != before {
                return None;
            }
            outcomes.push(outcome);
        }
        Some(outcomes)
    }

    /// A write that fails half-way is undone as a whole.
    ///
    /// # Errors
    /// The database's alone; what `write` refuses is inside.
    pub fn alone<T>(
        &self,
        write: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<Result<T, Problem>, Problem> {
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

fn rolled_back() -> Problem {
    let message = "Record rolled back because not all records were valid and the request was using AllOrNone header";
    Problem::of_record("ALL_OR_NONE_OPERATION_ROLLED_BACK", message, [])
}
