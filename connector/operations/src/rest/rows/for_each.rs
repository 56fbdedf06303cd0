//! One query for each record of the input: its values come from the record, and each row tells which record it belongs to.

mod template;

use super::super::query::{Question, check};
use super::split::Parts;
use super::{RestPages, capped_by_offset};
use crate::rows::{self, Documents, PageRequest, Paging};
use salesforce_client::client::{Client, Request};
use salesforce_client::expected::Expected;
use salesforce_client::metadata::Replied;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::query::RowsForEachConfig;
use salesforce_contract::bindings::exports::salesforce::connector::soap::DocumentFormat;
use salesforce_contract::message::Message;
use salesforce_contract::source::Buffered;
use salesforce_formats::message::Page;
use salesforce_formats::message::input::{Document, Options, RecordPosition, Records};
use std::collections::VecDeque;
use std::rc::Rc;
use template::Template;

/// Queries under way at once, unless the config says otherwise.
const PARALLEL: u8 = 4;

/// The rows of all queries as bytes.
pub type Rows = rows::Rows<EachPages>;

/// The pages of one query after the other.
pub struct EachPages {
    template: Template,
    records: Records<'static>,
    /// Whether all records have been read.
    all_read: bool,
    parallel: usize,
    /// Queries whose first page is on its way, in the order of their records.
    in_flight: VecDeque<(RecordPosition, bool, PageRequest)>,
    /// The record whose rows are read.
    position: RecordPosition,
    pages: RestPages,
}

impl Rows {
    /// Checks that every record makes a query, and asks for the first page of the first.
    pub fn open(
        client: Rc<Client>,
        config: &RowsForEachConfig,
        input: Rc<Message>,
    ) -> Result<Buffered<Self>, Fault> {
        check(config.headers.as_ref())?;
        let template = Template::new(config)?;
        for record in Document::open(&input, None, OPTIONS)?.records()? {
            template.bound(&client, &record?)?;
        }
        let documents = Documents::new(DocumentFormat::Ndjson, None, config.keep_attributes)?;
        let pages = EachPages {
            parallel: usize::from(config.parallel.unwrap_or(PARALLEL)),
            records: Records::shared(input, OPTIONS)?,
            all_read: false,
            in_flight: VecDeque::new(),
            position: RecordPosition::default(),
            pages: RestPages {
                parts: Parts::new(Vec::new(), 1, &template.question("")),
                page_size: config.page_size,
                headers: config.headers.clone().unwrap_or_default(),
                capped: false,
            },
            template,
        };
        Self::start(client, pages, documents)
    }
}

/// Elements of XML that are repeated are lists of values.
const OPTIONS: Options = Options {
    plain_ids: false,
    repeated: true,
};

impl EachPages {
    /// Begins the queries of the next records.
    fn submit(&mut self, client: &Client) -> Result<(), Fault> {
        while self.in_flight.len() < self.parallel {
            let Some(record) = self.records.next().transpose()? else {
                self.all_read = true;
                break;
            };
            let soql = self.template.bound(client, &record)?;
            let question: Question<'_> = self.template.question(&soql);
            let call = question.first_page(client, &soql)?;
            let call = call.expecting(Expected::JsonPage);
            // One that cannot be started tells why when its turn comes.
            let started = match self.parallel {
                1 => None,
                _ => client.start(&call).ok(),
            };
            let request = PageRequest {
                call,
                started,
                is_first: true,
            };
            let capped = capped_by_offset(&soql);
            self.in_flight.push_back((record.position, capped, request));
        }
        Ok(())
    }
}

impl Paging for EachPages {
    fn next_part(&mut self, client: &Client) -> Result<Option<PageRequest>, Fault> {
        self.submit(client)?;
        let Some((position, capped, request)) = self.in_flight.pop_front() else {
            return Ok(None);
        };
        self.position = position;
        self.pages.capped = capped;
        Ok(Some(request))
    }

    fn following(&self, client: &Client, locator: &str) -> Result<Request, Fault> {
        self.pages.following(client, locator)
    }

    fn fetch<T>(
        &self,
        client: &Client,
        request: PageRequest,
        read: impl FnMut(&Page<'_>) -> Result<T, Fault>,
    ) -> Result<Replied<T>, Fault> {
        let fetched = self.pages.fetch(client, request, read);
        fetched.map_err(|fault| Fault {
            message: format!(
                "The query for {} of the input: {}",
                self.position, fault.message
            ),
            ..fault
        })
    }

    fn child_page(&self, client: &Client, locator: &str) -> Result<Vec<u8>, Fault> {
        self.pages.child_page(client, locator)
    }

    fn check_total(&self, total: Option<u64>) -> Result<(), Fault> {
        self.pages.check_total(total)
    }

    fn parts(&self) -> rows::Parts {
        rows::Parts {
            all_begun: self.all_read && self.in_flight.is_empty(),
            ..rows::Parts::default()
        }
    }

    fn index(&self) -> Option<u64> {
        Some(self.position.index)
    }
}
