//! One document of results on its way: a page of a query job, or a result of a batch.

use crate::bulk::body::Arriving;

/// What Bulk API 1.0 sends in place of a CSV where a batch has found nothing.
const NO_ROWS: &[u8] = b"Records not found for this query";

/// A document on its way.
pub struct ResultDocument {
    /// Its body.
    pub arriving: Arriving,
    /// Its first bytes, until they can be told from those that say that there are no rows.
    start: Option<Vec<u8>>,
    empty: bool,
}

impl ResultDocument {
    /// Takes a document that is CSV in any case.
    pub fn new(arriving: Arriving) -> Self {
        Self {
            arriving,
            start: None,
            empty: false,
        }
    }

    /// Takes a document that may say that there are no rows.
    pub fn possibly_empty(arriving: Arriving) -> Self {
        Self {
            start: Some(Vec::new()),
            ..Self::new(arriving)
        }
    }

    /// Holds the first bytes back until they are known to be those of a CSV.
    pub fn withhold(&mut self, piece: Vec<u8>) -> Option<Vec<u8>> {
        let Some(mut start) = self.start.take() else {
            return Some(piece);
        };
        start.extend_from_slice(&piece);
        let text = start.trim_ascii();
        self.empty = text == NO_ROWS;
        if NO_ROWS.starts_with(text) {
            self.start = Some(start);
            return None;
        }
        Some(start)
    }

    /// Returns what is still held back of a CSV at the document's end.
    pub fn withheld(&mut self) -> Option<Vec<u8>> {
        self.start.take().filter(|_| !self.empty)
    }

    /// Returns whether it says that there are no rows.
    pub fn is_empty(&self) -> bool {
        self.empty
    }
}
