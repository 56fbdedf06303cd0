//! The counts of a job against the records of its results.

use super::fate::Fate;
use super::journal::{Part, Range, add_row};
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

    /// Whether there are fewer than the job counts. What Salesforce did not get to may have no document at all.
    pub fn is_short(&self, part: &Part) -> bool {
        let lacking = Lacking::of(part, self);
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
    fn of(part: &Part, found: &Found) -> Self {
        let processed = part.processed.min(part.sent());
        let failed = part.failed.min(processed);
        Self {
            saved: (processed - failed).saturating_sub(found.saved),
            failed: failed.saturating_sub(found.failed),
            unprocessed: part.unprocessed().saturating_sub(found.unprocessed),
        }
    }
}

/// Gives fates to rows without a result where the counts leave no doubt; returns which rows those are.
pub fn reconcile(part: &Part, found: &Found, failed: Fate, fates: &mut [Fate]) -> Vec<Range> {
    let lacking = Lacking::of(part, found);
    let open = fates.iter().filter(|fate| **fate == Fate::Open).count() as u64;
    // Rows whose results have too few or strange values stay open: any of them could be saved.
    if open == 0 || lacking.saved > 0 || open != lacking.failed + lacking.unprocessed {
        return Vec::new();
    }
    let fate = if lacking.failed == 0 {
        Fate::Unprocessed
    } else {
        failed
    };
    let mut missing: Vec<Range> = Vec::new();
    for (at, place) in fates.iter_mut().enumerate() {
        if *place == Fate::Open {
            *place = fate;
            add_row(&mut missing, at as u64);
        }
    }
    missing
}
