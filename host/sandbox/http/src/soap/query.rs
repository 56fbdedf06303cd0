//! `query()`, `queryAll()` and `queryMore()`.

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::rows::Rows;
use sandbox_model::xml::Out;
use sandbox_soql::{Options, Page, Reader, page_rows};

/// Rows of a page unless `QueryOptions` says otherwise (SOAP API guide, "QueryOptions": 500).
const PAGE_ROWS: usize = 500;

/// Runs a query over what is not deleted.
pub(super) fn query(context: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    first_page(context, arguments, false)
}

/// Runs a query over everything, the recycle bin included.
pub(super) fn query_all(context: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    first_page(context, arguments, true)
}

/// Reads the page that a `queryLocator` leads to.
pub(super) fn query_more(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let locator = arguments.text("queryLocator")?;
    arguments.finish()?;
    let org = context.org;
    page(context, |connection, reader| {
        org.queries().next_page(connection, locator, reader)
    })
}

fn first_page(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
    include_deleted: bool,
) -> Result<Out, Fault> {
    let soql = arguments.text("queryString")?;
    arguments.finish()?;
    let org = context.org;
    page(context, |connection, reader| {
        let options = Options {
            include_deleted,
            version: context.version,
            ..Options::new(reader.user, reader.now)
        };
        org.queries()
            .first_page(org.schema(), connection, soql, &options, reader)
    })
}

fn page(
    context: &Context<'_>,
    read: impl FnOnce(&rusqlite::Connection, Reader<'_>) -> sandbox_soql::Result<Page>,
) -> Result<Out, Fault> {
    let page = context.org.store().read(|connection| {
        let files = context.org.files();
        let format = Rows {
            connection,
            files,
            tag: "records",
        };
        let reader = Reader {
            user: context.user.as_str(),
            session: context.session,
            now: context.org.clock().now(),
            page_rows: page_rows(Some(context.header.batch_size.unwrap_or(PAGE_ROWS))),
            format: &format,
        };
        read(connection, reader)
    })?;
    let mut out = Out::default();
    out.element("result", " xsi:type=\"QueryResult\"", |out| {
        out.raw(&page.body)
    });
    Ok(out)
}
