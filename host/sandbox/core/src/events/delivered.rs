//! The events that the transaction under way has already written, by record.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Number of the transaction under way, and the replay id of the event that it wrote for each record. Entries of what
/// was rolled back may remain; so the caller checks whether the event is there.
#[derive(Debug, Default)]
pub(super) struct DeliveredSet(Mutex<(i64, HashMap<String, i64>)>);

impl DeliveredSet {
    /// Returns the replay id of the event that this transaction wrote for the record.
    pub(super) fn replay_id(&self, transaction: i64, record: &str) -> Option<i64> {
        let set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (set.0 == transaction)
            .then(|| set.1.get(record).copied())
            .flatten()
    }

    /// Remembers which event this transaction wrote for the record.
    pub(super) fn insert(&self, transaction: i64, record: &str, replay: i64) {
        let mut set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if set.0 != transaction {
            *set = (transaction, HashMap::new());
        }
        set.1.insert(record.to_owned(), replay);
    }
}
