//! All rows of a plan, one after the other.

use rusqlite::{Connection, Row};

use super::super::error::Result;
use super::super::plan::sql::prepare;
use super::super::plan::{Execution, Plan};

/// Hands every row of a plan to `each`, in order, without keeping any: for bulk results. Sub-queries are not run; see
/// [`Projection::is_nested`](super::projection::Projection::is_nested) and [`Projection::leaves`](super::projection::Projection::leaves).
///
/// # Errors
/// The store's, or what `each` returns; the rest is then not read.
pub fn for_each_row(
    connection: &Connection,
    plan: &Plan,
    mut each: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let sql = match &plan.work {
        Execution::Count(sql) | Execution::Aggregate { sql, .. } => sql,
        Execution::Records(records) => &records.scan,
    };
    let mut statement = prepare(connection, sql, &plan.params, None)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        each(row)?;
    }
    Ok(())
}
