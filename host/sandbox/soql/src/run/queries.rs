//! The queries of an org.

use rusqlite::Connection;

use super::super::error::{ErrorCode, Result, SoqlError};
use super::super::limits;
use super::super::plan::sql::prepare;
use super::super::plan::{Execution, Options, Plan};
use super::super::render::Head;
use super::cursors::Cursors;
use super::page::Pages;
use super::reader::{Page, Reader};
use super::root::{Root, parse};
use super::stream::for_each_row;
use sandbox_model::schema::Schema;

/// The org's queries: runs them, and keeps their cursors.
#[derive(Debug, Default)]
pub struct Queries {
    cursors: Cursors,
}

impl Queries {
    /// Runs a statement and writes its first page.
    ///
    /// # Errors
    /// Salesforce's error of the statement, or the store's failure.
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
            Execution::Count(sql) => count(connection, sql, &plan, reader),
            Execution::Aggregate { .. } => aggregate(connection, &plan, reader),
            Execution::Records(_) => {
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
        let (number, offset) = parse(locator).ok_or_else(unknown_locator)?;
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

    /// Returns whether cursors end with the session that opened them.
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

/// Returns the rows of a page within Salesforce's bounds: what a client asks for in `batchSize=`, or the default.
#[must_use]
pub fn page_rows(requested: Option<usize>) -> usize {
    requested.map_or(limits::PAGE_ROWS, |rows| {
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
    let Some(projection) = plan.projection() else {
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
        reader.format.record(&mut records, projection, row, &[])
    })?;
    let mut body = Vec::with_capacity(records.len() + 64);
    let head = Head {
        entity: Some(projection.source.type_name()),
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
