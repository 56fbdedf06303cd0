//! All rows of a plan, one after the other.

use rusqlite::{Connection, Row};

use super::super::error::Result;
use super::super::plan::sql::prepare;
use super::super::plan::{Plan, Work};

/// Hands every row of a plan to `each`, in order, without keeping any: for bulk results. Sub-queries are not run; see
/// [`Shape::is_nested`](super::shape::Shape::is_nested) and [`Shape::leaves`](super::shape::Shape::leaves).
///
/// # Errors
/// The store's, or what `each` returns; the rest is then not read.
pub fn for_each_row(
    connection: &Connection,
    plan: &Plan,
    mut each: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let sql = match &plan.work {
        Work::Count(sql) | Work::Aggregate { sql, .. } => sql,
        Work::Records(records) => &records.scan,
    };
    let mut statement = prepare(connection, sql, &plan.params, None)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        each(row)?;
    }
    Ok(())
}
