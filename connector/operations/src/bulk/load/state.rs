//! What of a load is with Salesforce, told by every fault of it.

use super::journal::Journal;
use salesforce_contract::bindings::{Fault, FaultKind};

/// Job ids that are named in a fault.
pub const MOST_NAMED: usize = 10;

/// Lets a fault tell what was sent before it.
pub fn told(fault: Fault, journal: &Journal) -> Fault {
    let sent: Vec<_> = journal
        .parts
        .iter()
        .filter(|part| part.was_sent())
        .collect();
    let records: u64 = sent.iter().map(|part| part.sent()).sum();
    let jobs: Vec<&str> = sent.iter().map(|part| part.job.as_str()).collect();
    told_of(fault, records, "jobs", &jobs)
}

/// Lets a fault tell that so many records were sent before it, in these jobs or batches.
pub fn told_of(fault: Fault, records: u64, what: &str, ids: &[&str]) -> Fault {
    // A wait that is over names the jobs itself, and is told by having no attempts.
    let waited = fault.kind == FaultKind::Timeout && fault.attempts == 0;
    if ids.is_empty() || waited || fault.message.contains(SENT) {
        return fault;
    }
    Fault {
        message: format!(
            "{}. {SENT} {records} records in {} {what} ({}): they stay with Salesforce. Go on by opening the load again with its journal: what was sent is not sent twice, and what was not may be corrected",
            fault.message.trim_end_matches('.'),
            ids.len(),
            named(ids),
        ),
        attempts: fault.attempts.max(1),
        ..fault
    }
}

const SENT: &str = "Sent before:";

/// Ids in one text, the first ones of many.
pub fn named(ids: &[&str]) -> String {
    let more = if ids.len() > MOST_NAMED { ", …" } else { "" };
    let first: Vec<&str> = ids.iter().copied().take(MOST_NAMED).collect();
    format!("{}{more}", first.join(", "))
}
