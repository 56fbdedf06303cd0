//! The results of batches, as documents that are read one after the other.

use crate::bulk::body::Arriving;

/// What stands in place of a CSV where a query has found nothing.
pub(super) const NO_ROWS: &[u8] = b"Records not found for this query";

/// A result of a batch.
pub(super) struct Document {
    pub batch: String,
    pub id: String,
}

/// A document on its way.
pub(super) struct Reading {
    pub arriving: Arriving,
    /// Its first bytes, until they can be told from those that say that there are no rows.
    pub start: Option<Vec<u8>>,
    pub empty: bool,
}

impl Reading {
    /// Holds the first bytes back until they are known to be those of a CSV.
    pub fn told_apart(&mut self, piece: Vec<u8>) -> Option<Vec<u8>> {
        let Some(mut start) = self.start.take() else {
            return Some(piece);
        };
        start.extend_from_slice(&piece);
        let text = start.trim_ascii();
        if text == NO_ROWS {
            self.empty = true;
        }
        if NO_ROWS.starts_with(text) {
            self.start = Some(start);
            return None;
        }
        self.empty = false;
        Some(start)
    }
}
