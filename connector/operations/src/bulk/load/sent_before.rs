//! What of a load is with Salesforce, told by every fault of it.

use salesforce_contract::bindings::{Fault, FaultKind};

/// Job ids that are named in a fault.
pub const MOST_NAMED: usize = 10;

/// Lets a fault tell that so many records were sent before it, in these jobs or batches.
pub fn told(fault: Fault, records: u64, what: &str, ids: &[&str]) -> Fault {
    // A wait that is over names the jobs itself, and is told by having no attempts.
    let waited = fault.kind == FaultKind::Timeout && fault.attempts == 0;
    if ids.is_empty() || waited || fault.message.contains(SENT) {
        return fault;
    }
    Fault {
        message: format!(
            "{}. {SENT} {records} records in {} {what} ({}): they stay with Salesforce. Continue by opening the load again with its journal: what was sent is not sent twice, and what was not may be corrected",
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
