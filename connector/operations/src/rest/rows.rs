//! All rows of a query through the REST API: GET query, queryAll and nextRecordsUrl.

use super::query::{PageOptions, Question, check, headers_of, next_page};
use crate::rows::{self, Documents, PageRequest, Paging};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::Reply;
use salesforce_client::expected::Expected;
use salesforce_client::metadata::Replied;
use salesforce_client::transport::Headers;
use salesforce_contract::bindings::exports::salesforce::connector::query::{
    RowFormat as FormatChoice, RowsConfig,
};
use salesforce_contract::bindings::exports::salesforce::connector::soap::DocumentFormat;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::limits::MAX_OFFSET_ROWS;
use salesforce_contract::source::Buffered;
use salesforce_formats::message::{Page, PageError};
use salesforce_formats::soql::SelectList;
use salesforce_formats::soql::narrow::Cut;
use std::rc::Rc;

pub mod for_each;
mod ranges;
mod split;

use split::Parts;

/// The rows of a query as bytes.
pub type Rows = rows::Rows<RestPages>;

/// The pages of a query, and of the parts that it is cut into.
pub struct RestPages {
    /// The parts that come after the one in hand.
    parts: Parts,
    page_size: Option<u16>,
    headers: Headers,
    /// Whether the query has an OFFSET, and no LIMIT that keeps it below what Salesforce gives then.
    capped: bool,
}

impl Rows {
    /// Asks for the first page, so that a query that is refused is refused here.
    pub fn open(client: Rc<Client>, config: &RowsConfig) -> Result<Buffered<Self>, Fault> {
        let question = Question {
            soql: &config.soql,
            bind: config.bind.as_deref().unwrap_or_default(),
            include_deleted: config.include_deleted,
            page_size: config.page_size,
            headers: headers_of(config.headers.as_ref()),
        };
        check(config.headers.as_ref())?;
        let soql = question.complete_for(&client)?;
        let select = SelectList::read(&soql);
        if select.as_ref().is_some_and(|select| select.count_only) {
            return Err(Fault::config(
                "SELECT COUNT() gives a number and no rows: run it by `query/query` and read `totalSize`",
            ));
        }
        let format = format(config.format);
        let documents = Documents::new(format, select.as_ref(), config.keep_attributes)?;
        let pages = RestPages {
            capped: capped_by_offset(&soql),
            parts: match &config.split {
                Some(split) => Parts::cut(&client, &soql, split, &question)?,
                None => Parts::whole(soql, &question),
            },
            page_size: config.page_size,
            headers: config.headers.clone().unwrap_or_default(),
        };
        Self::start(client, pages, documents)
    }
}

impl Paging for RestPages {
    fn next_part(&mut self, client: &Client) -> Result<Option<PageRequest>, Fault> {
        self.parts.next(client)
    }

    fn following(&self, _: &Client, locator: &str) -> Result<Request, Fault> {
        let get = Request::get(following(locator)?).expecting(Expected::JsonPage);
        let options = PageOptions {
            size: self.page_size,
            headers: &self.headers,
        };
        Ok(options.on(get))
    }

    fn fetch<T>(
        &self,
        client: &Client,
        request: PageRequest,
        mut read: impl FnMut(&Page<'_>) -> Result<T, Fault>,
    ) -> Result<Replied<T>, Fault> {
        client.send_as(&request.call, request.started, |reply, _| {
            let page = Page::parse(&reply.body).map_err(unusable)?;
            Ok(read(&page).map(|value| Replied::new(value, &reply)))
        })?
    }

    fn child_page(&self, client: &Client, locator: &str) -> Result<Vec<u8>, Fault> {
        child_page(client, locator, &self.headers)
    }

    fn check_total(&self, total: Option<u64>) -> Result<(), Fault> {
        if self.capped && total == Some(MAX_OFFSET_ROWS) {
            return Err(cut_by_offset());
        }
        Ok(())
    }

    fn parts(&self) -> rows::Parts {
        rows::Parts {
            count: self.parts.count,
            all_begun: self.parts.done(),
            counted: self.parts.counted,
        }
    }
}

/// Whether Salesforce gives no more rows than [`MAX_OFFSET_ROWS`] of this query, and does not say so.
pub(crate) fn capped_by_offset(soql: &str) -> bool {
    let cut = Cut::parse(soql);
    cut.is_some_and(|cut| {
        cut.clause(&["OFFSET"]).is_some() && cut.limit().is_none_or(|limit| limit > MAX_OFFSET_ROWS)
    })
}

/// The fault of a query that OFFSET has cut.
pub(crate) fn cut_by_offset() -> Fault {
    Fault {
        attempts: 1,
        ..Fault::new(
            FaultKind::Invalid,
            format!(
                "With OFFSET the org gives {MAX_OFFSET_ROWS} rows at most and does not say whether there are more: leave OFFSET out, or add a LIMIT of {MAX_OFFSET_ROWS} at most"
            ),
        )
    }
}

/// The path that an answer names for its next page.
fn following(url: &str) -> Result<&str, Fault> {
    next_page(url).map_err(|wrong| Fault::protocol(format!("The answer's {wrong}")))
}

/// The rest of the children of a record.
pub(crate) fn child_page(client: &Client, url: &str, headers: &Headers) -> Result<Vec<u8>, Fault> {
    let options = PageOptions {
        size: None,
        headers,
    };
    let reply = client.send_as(
        &options.on(Request::get(following(url)?).expecting(Expected::JsonPage)),
        None,
        |reply: Reply, _| match Page::parse(&reply.body) {
            Ok(_) => Ok(reply),
            Err(error) => Err(unusable(error)),
        },
    )?;
    Ok(reply.body)
}

pub(crate) fn unusable(error: PageError) -> Unusable {
    Unusable(format!("Of the query's answer, {error}"))
}

/// The form that a config chooses.
pub(super) fn format(choice: Option<FormatChoice>) -> DocumentFormat {
    match choice {
        Some(FormatChoice::Csv) => DocumentFormat::Csv,
        Some(FormatChoice::Json) => DocumentFormat::Json,
        Some(FormatChoice::Xml) => DocumentFormat::Xml,
        Some(FormatChoice::XmlLines) => DocumentFormat::XmlLines,
        Some(FormatChoice::Ndjson) | None => DocumentFormat::Ndjson,
    }
}

#[cfg(test)]
mod tests;
