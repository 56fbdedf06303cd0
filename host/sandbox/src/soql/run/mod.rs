//! Running plans: pages with cursors for REST and SOAP, one long stream for bulk.

mod cursors;
mod page;
#[cfg(test)]
mod tests;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::schema::Schema;

use super::error::{ErrorCode, Result, SoqlError};
use super::limits;
use super::plan::sql::prepare;
use super::plan::{Options, Plan, Work};
use super::render::{Format, Head};
use cursors::Cursors;
use page::{Pages, Root};

/// A page of a result, written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The whole answer.
    pub body: Vec<u8>,
    /// Rows of all pages.
    pub total: usize,
    /// Rows of this page.
    pub rows: usize,
    /// The cursor of the next page, `0r8…-2000`; `None` on the last page.
    pub next: Option<String>,
}

/// Who asks for a page, and how it is to be written.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Id of the user; cursors belong to users.
    pub user: &'a str,
    /// The number of the user's session.
    pub session: u64,
    /// The moment, in ms since 1970.
    pub now: i64,
    /// Rows of a page; kept between 200 and 2,000.
    pub page_rows: usize,
    /// How to write it.
    pub format: &'a dyn Format,
}

/// The org's queries: runs them, and keeps their cursors.
#[derive(Debug, Default)]
pub struct Queries {
    cursors: Cursors,
}

impl Queries {
    /// Runs a statement and writes its first page.
    ///
    /// # Errors
    /// Salesforce's refusal of the statement, or the store's failure.
    pub fn first_page(
        &self,
        schema: &Schema,
        connection: &Connection,
        soql: &str,
        options: &Options,
        reader: Reader<'_>,
    ) -> Result<Page> {
        let plan = Plan::new(soql, schema, options)?;
        match &plan.work {
            Work::Count(sql) => count(connection, sql, &plan, reader),
            Work::Aggregate { .. } => aggregate(connection, &plan, reader),
            Work::Records(_) => {
                let pages = Pages::new(connection, reader);
                let root = Root::find(connection, plan)?;
                let (page, opened) = pages.page(&root, 0, None)?;
                self.cursors.open(opened, reader);
                Ok(page)
            }
        }
    }

    /// Writes the page that `locator` (`0r8…-2000`) names. It can be read again and again.
    ///
    /// # Errors
    /// `INVALID_QUERY_LOCATOR` for a cursor that never was, is too old, was pushed out by newer ones, or belongs to
    /// somebody else.
    pub fn next_page(
        &self,
        connection: &Connection,
        locator: &str,
        reader: Reader<'_>,
    ) -> Result<Page> {
        let (number, offset) = cursors::parse(locator).ok_or_else(unknown_locator)?;
        let (root, known) = self
            .cursors
            .find(number, reader)
            .ok_or_else(unknown_locator)?;
        if offset >= root.rows.len() {
            return Err(unknown_locator());
        }
        let (page, opened) = Pages::new(connection, reader).page(&root, offset, Some(&known))?;
        self.cursors.extend(number, opened);
        Ok(page)
    }

    /// Whether cursors end with the session that opened them, as integrations have met it; else they live with their user.
    pub fn end_with_session(&self, yes: bool) {
        self.cursors.end_with_session(yes);
    }

    /// Whether cursors end with the session that opened them.
    #[must_use]
    pub fn ends_with_session(&self) -> bool {
        self.cursors.ends_with_session()
    }

    /// Closes every cursor.
    pub fn close_all(&self) {
        self.cursors.close_all();
    }
}

fn unknown_locator() -> SoqlError {
    SoqlError::new(ErrorCode::InvalidQueryLocator, "invalid query locator")
}

/// The rows of a page within Salesforce's bounds: what a client asks for in `batchSize=`, or the default.
#[must_use]
pub fn page_rows(asked: Option<usize>) -> usize {
    asked.map_or(limits::PAGE_ROWS, |rows| {
        rows.clamp(limits::MIN_PAGE_ROWS, limits::PAGE_ROWS)
    })
}

fn count(connection: &Connection, sql: &str, plan: &Plan, reader: Reader<'_>) -> Result<Page> {
    let mut statement = prepare(connection, sql, &plan.params, None)?;
    let mut rows = statement.raw_query();
    let count: i64 = rows.next()?.map_or(Ok(0), |row| row.get(0))?;
    let total = usize::try_from(count).unwrap_or_default();
    let mut body = Vec::new();
    let head = Head {
        entity: None,
        total,
        rows: 0,
        next: None,
    };
    reader.format.result(&mut body, &head, b"");
    Ok(Page {
        body,
        total,
        rows: 0,
        next: None,
    })
}

fn aggregate(connection: &Connection, plan: &Plan, reader: Reader<'_>) -> Result<Page> {
    let (mut records, mut total) = (Vec::new(), 0);
    let Some(shape) = plan.shape() else {
        return Err(unknown_locator());
    };
    for_each_row(connection, plan, |row| {
        if total == limits::PAGE_ROWS {
            let message = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch";
            return Err(SoqlError::new(ErrorCode::ExceededIdLimit, message));
        }
        if total > 0 {
            records.extend_from_slice(reader.format.separator());
        }
        total += 1;
        reader.format.record(&mut records, shape, row, &[])
    })?;
    let mut body = Vec::with_capacity(records.len() + 64);
    let head = Head {
        entity: Some(shape.source.type_name()),
        total,
        rows: total,
        next: None,
    };
    reader.format.result(&mut body, &head, &records);
    Ok(Page {
        body,
        total,
        rows: total,
        next: None,
    })
}

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

/// Text of a column that holds an id.
fn id_text(value: ValueRef<'_>) -> Option<&str> {
    match value {
        ValueRef::Text(text) => std::str::from_utf8(text).ok(),
        _ => None,
    }
}
