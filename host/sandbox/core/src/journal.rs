//! What was asked of the org lately, for tests that want to know what a client really sent.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// Requests remembered.
const CAPACITY: usize = 10_000;

/// One request and how it ended.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Counts up from 1.
    pub number: u64,
    /// HTTP method.
    pub method: String,
    /// Path; with the query, but for OAuth paths, where it may hold secrets.
    pub path: String,
    /// Bytes of the request's body.
    pub request_bytes: usize,
    /// HTTP status; 0 if the connection was cut instead.
    pub status: u16,
    /// The fault that was played, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub struct Journal(Mutex<(u64, VecDeque<Entry>)>);

impl Journal {
    /// Remembers a request; the number is given here.
    pub fn add(&self, mut entry: Entry) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 += 1;
        entry.number = state.0;
        if state.1.len() == CAPACITY {
            state.1.pop_front();
        }
        state.1.push_back(entry);
    }

    /// Returns all that is remembered.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .iter()
            .cloned()
            .collect()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .clear();
    }
}
