//! The counts of a job against the records of its results.

use super::journal::{Part, Range, add_row};
use super::row_result::RowResult;
use crate::bulk::results::{FAILED, SUCCESSFUL};

/// Records of the result documents of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Of the document of those that were saved.
    pub saved: u64,
    /// Of the document of those that were not.
    pub failed: u64,
    /// Of the document of those that Salesforce did not get to.
    pub unprocessed: u64,
}

impl Found {
    /// Counts a record of a document.
    pub fn count(&mut self, resource: &str) {
        match resource {
            SUCCESSFUL => self.saved += 1,
            FAILED => self.failed += 1,
            _ => self.unprocessed += 1,
        }
    }

    /// Returns whether there are fewer than the job counts. What Salesforce did not get to may have no document at all.
    pub fn is_short(&self, part: &Part) -> bool {
        let lacking = Lacking::new(part, self);
        lacking.saved > 0 || lacking.failed > 0
    }
}

/// Records that the job counts and that no document has.
struct Lacking {
    saved: u64,
    failed: u64,
    unprocessed: u64,
}

impl Lacking {
    fn new(part: &Part, found: &Found) -> Self {
        let processed = part.processed.min(part.sent());
        let failed = part.failed.min(processed);
        Self {
            saved: (processed - failed).saturating_sub(found.saved),
            failed: failed.saturating_sub(found.failed),
            unprocessed: part.unprocessed().saturating_sub(found.unprocessed),
        }
    }
}

/// Settles rows without a result where the counts leave no doubt; returns which rows those are.
pub fn settle_by_counts(
    part: &Part,
    found: &Found,
    failed: RowResult,
    row_results: &mut [RowResult],
) -> Vec<Range> {
    let lacking = Lacking::new(part, found);
    let open = row_results
        .iter()
        .filter(|row_result| **row_result == RowResult::Open)
        .count() as u64;
    // Rows whose results have too few or strange values stay open: any of them could be saved.
    if open == 0 || lacking.saved > 0 || open != lacking.failed + lacking.unprocessed {
        return Vec::new();
    }
    let row_result = if lacking.failed == 0 {
        RowResult::Unprocessed
    } else {
        failed
    };
    let mut missing: Vec<Range> = Vec::new();
    for (at, known) in row_results.iter_mut().enumerate() {
        if *known == RowResult::Open {
            *known = row_result;
            add_row(&mut missing, at as u64);
        }
    }
    missing
}
