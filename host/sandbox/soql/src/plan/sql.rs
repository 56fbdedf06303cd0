//! SQL text and the values bound to it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rusqlite::types::Value as SqlValue;
use rusqlite::{CachedStatement, Connection};

use super::super::error::Result;

/// Number of the parameter that is kept free for the row ids or parent ids a statement works on.
pub(crate) const KEYS: usize = 1;

/// A bound value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Param {
    /// One.
    One(SqlValue),
    /// A list, read by `IN rarray(?)`.
    Many(Vec<SqlValue>),
}

/// Hands out parameters and table aliases while statements are put together.
#[derive(Debug, Default)]
pub(super) struct Binder {
    params: RefCell<Vec<Param>>,
    tables: Cell<usize>,
}

impl Binder {
    /// Binds a value and gives its place in the text, `?7`.
    pub(super) fn bind(&self, param: Param) -> String {
        let mut params = self.params.borrow_mut();
        params.push(param);
        format!("?{}", params.len() + KEYS)
    }

    pub(super) fn one(&self, value: impl Into<SqlValue>) -> String {
        self.bind(Param::One(value.into()))
    }

    /// Returns a table alias that is not in use yet.
    pub(super) fn table(&self) -> String {
        let number = self.tables.get();
        self.tables.set(number + 1);
        format!("t{number}")
    }

    pub(super) fn into_params(self) -> Vec<Param> {
        self.params.into_inner()
    }
}

/// Returns a prepared statement with all its parameters bound, `keys` as its list of ids.
pub(crate) fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    params: &[Param],
    keys: Option<Vec<SqlValue>>,
) -> Result<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(sql)?;
    let wanted = statement.parameter_count();
    if let Some(keys) = keys
        && wanted >= KEYS
    {
        statement.raw_bind_parameter(KEYS, Rc::new(keys))?;
    }
    for (at, param) in params.iter().enumerate().take(wanted.saturating_sub(KEYS)) {
        match param {
            Param::One(value) => statement.raw_bind_parameter(at + KEYS + 1, value)?,
            Param::Many(values) => {
                statement.raw_bind_parameter(at + KEYS + 1, Rc::new(values.clone()))?
            }
        }
    }
    Ok(statement)
}
