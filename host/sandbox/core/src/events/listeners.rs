//! Whether anything but change events comes of changes: looked up once for each transaction, so that loads of many rows
//! do not pay for features that are not in use.

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use sandbox_model::api_error::ApiError;

/// What is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SetUp {
    /// There are active PushTopics.
    pub topics: bool,
    /// There are outbound messages.
    pub outbound: bool,
}

/// What was set up in the transaction last seen.
#[derive(Debug, Default)]
pub(super) struct Listeners(Mutex<Option<(i64, SetUp)>>);

impl Listeners {
    /// Returns what is set up now.
    pub(super) fn set_up(
        &self,
        connection: &Connection,
        transaction: i64,
    ) -> Result<SetUp, ApiError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *known {
            Some((of, set_up)) if of == transaction => Ok(set_up),
            _ => {
                let set_up = read_set_up(connection)?;
                *known = Some((transaction, set_up));
                Ok(set_up)
            }
        }
    }

    /// A PushTopic was written.
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn read_set_up(connection: &Connection) -> Result<SetUp, ApiError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM \"PushTopic\" WHERE \"IsActive\" = 1 AND \"IsDeleted\" = 0), \
               EXISTS (SELECT 1 FROM \"__outbound\")";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([], |row| {
        Ok(SetUp {
            topics: row.get(0)?,
            outbound: row.get(1)?,
        })
    })?)
}
