//! Ids of new records.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;
use sandbox_model::store::quoted;

/// The highest number given to a record of each object, by key prefix.
#[derive(Debug, Default)]
pub struct IdCounters(Mutex<HashMap<String, u64>>);

impl IdCounters {
    pub(super) fn next(
        &self,
        connection: &Connection,
        object: &Object,
    ) -> Result<RecordId, ApiError> {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = match counters.get_mut(&object.key_prefix) {
            Some(last) => last,
            None => {
                let highest = highest(connection, object)?;
                counters.entry(object.key_prefix.clone()).or_insert(highest)
            }
        };
        *last += 1;
        Ok(RecordId::new(&object.key_prefix, *last))
    }
}

fn highest(connection: &Connection, object: &Object) -> Result<u64, ApiError> {
    let sql = format!("SELECT max(\"Id\") FROM {}", quoted(&object.name));
    let id: Option<String> = connection.query_row(&sql, [], |row| row.get(0))?;
    Ok(id
        .and_then(|id| RecordId::parse(&id))
        .and_then(|id| id.number())
        .unwrap_or(0))
}
