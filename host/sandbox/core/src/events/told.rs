//! By which event each record of the transaction under way was told of.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// By which event of the transaction under way each record was told of. What was rolled back may still stand here;
/// so who asks looks whether the event is there.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<(i64, HashMap<String, i64>)>);

impl Told {
    /// Replay id of the event that told of the record in this transaction.
    pub(super) fn of(&self, transaction: i64, id: &str) -> Option<i64> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (told.0 == transaction)
            .then(|| told.1.get(id).copied())
            .flatten()
    }

    /// Notes which event tells of the record.
    pub(super) fn note(&self, transaction: i64, id: &str, replay: i64) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.0 != transaction {
            *told = (transaction, HashMap::new());
        }
        told.1.insert(id.to_owned(), replay);
    }
}
