//! What pages are read from, and how it is called.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;

use super::super::error::Result;
use super::super::plan::sql::prepare;
use super::super::plan::{Execution, Plan};
use sandbox_model::id::RecordId;

/// Numbers of cursors; each is given once in a process.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A result that pages are read from: the row ids of all rows, in order.
#[derive(Debug, Clone)]
pub(super) struct Root {
    pub(super) plan: Arc<Plan>,
    pub(super) rows: Arc<[i64]>,
    /// The cursor's number, once there is one.
    pub(super) number: u64,
}

impl Root {
    /// Finds all rows of a root query.
    pub(super) fn find(connection: &Connection, plan: Plan) -> Result<Self> {
        let mut rows = Vec::new();
        if let Execution::Records(records) = &plan.work {
            let mut statement = prepare(connection, &records.find, &plan.params, None)?;
            let mut found = statement.raw_query();
            while let Some(row) = found.next()? {
                rows.push(row.get(0)?);
            }
        }
        Ok(Self {
            plan: Arc::new(plan),
            rows: rows.into(),
            number: next_number(),
        })
    }
}

pub(super) fn next_number() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Key prefix of query locators, as orgs of today give them out; older ones began with 01g.
const KEY_PREFIX: &str = "0r8";

/// Cursors of sub-queries by the sub-query and the parent's id.
pub(super) type KnownCursors = HashMap<(usize, String), u64>;

/// A cursor that reading a page opened.
#[derive(Debug)]
pub(super) struct OpenedCursor {
    pub(super) root: Root,
    /// The sub-query and the parent it belongs to; `None` for the query's own.
    pub(super) parent: Option<(usize, String)>,
}

/// `0r8…-2000`
pub(super) fn locator(number: u64, offset: usize) -> String {
    format!("{}-{offset}", RecordId::new(KEY_PREFIX, number))
}

/// Returns the number and offset of a locator.
pub(super) fn parse(locator: &str) -> Option<(u64, usize)> {
    let (id, offset) = locator.split_once('-')?;
    let id = RecordId::parse(id).filter(|id| id.key_prefix() == KEY_PREFIX)?;
    let digits = offset.bytes().all(|b| b.is_ascii_digit());
    Some((id.number()?, offset.parse().ok().filter(|_| digits)?))
}
