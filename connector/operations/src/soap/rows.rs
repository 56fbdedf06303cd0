//! All rows of a query, page after page: the next page travels while this one is read, unless that would cost child records
//! that are still to be fetched.

use super::ask::{metadata, read_answer};
use super::page::QueryPage;
use super::query::{bound, first_call, more_call, paged};
use super::record::Types;
use crate::rest::rows::check_count;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::{Call, Org};
use salesforce_client::transport::Started;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    DocumentFormat, HeaderOptions, QueryRowsConfig,
};
use salesforce_contract::bindings::{Fault, FaultKind, Message};
use salesforce_contract::source::Source;
use salesforce_formats::message::Page;
use salesforce_formats::soql::SelectList;
use std::rc::Rc;

pub(super) use documents::Documents;

mod documents;

/// The rows of a query as bytes.
pub struct Rows {
    org: Rc<Org>,
    types: Types,
    documents: Documents,
    headers: Option<HeaderOptions>,
    batch_size: Option<u16>,
    /// What `size` of the first page promised, where the org knows.
    total: Option<u64>,
    /// The locator of the page that was asked for last.
    locator: Option<String>,
    ahead: Ahead,
    /// Bytes written and not yet read: those from `taken` on.
    out: Vec<u8>,
    taken: usize,
    /// What the newest page told beside its rows.
    metadata: Metadata,
}

/// What comes after the bytes in hand.
enum Ahead {
    /// A page, whose request may be under way.
    Page(Box<NextPage>),
    /// The end of the rows.
    End,
    /// Nothing: the end has been written.
    Nothing,
    /// Nothing: a page could not be had.
    Failed,
}

struct NextPage {
    name: &'static str,
    call: Call,
    started: Option<Started>,
}

impl Rows {
    /// Asks for the first page, so that a query that is refused is refused here.
    pub fn open(org: Rc<Org>, config: &QueryRowsConfig) -> Result<Self, Fault> {
        let soql = bound(&org, &config.soql, &config.bind)?;
        let select = SelectList::read(&soql);
        if select.as_ref().is_some_and(|select| select.count_only) {
            return Err(bad_input(
                "SELECT COUNT() gives a number and no rows: run it by `soap/query` and read `size`",
            ));
        }
        let format = config.format.unwrap_or(DocumentFormat::Ndjson);
        let documents = Documents::new(format, select.as_ref(), config.keep_attributes)?;
        let name = if config.include_deleted {
            "queryAll"
        } else {
            "query"
        };
        let headers = paged(config.headers.as_ref(), config.batch_size);
        let first = NextPage {
            name,
            call: first_call(&org, name, &soql, &headers)?,
            started: None,
        };
        let mut rows = Self {
            org,
            types: Types::new(config.untyped),
            documents,
            headers: config.headers.as_ref().and_then(for_more),
            batch_size: config.batch_size,
            total: None,
            locator: None,
            ahead: Ahead::End,
            out: Vec::new(),
            taken: 0,
            metadata: Metadata::default(),
        };
        rows.documents.begin(&mut rows.out);
        rows.total = rows.fetch(first)?;
        Ok(rows)
    }

    /// Writes the rows of a page, with the next one already asked for where that does no harm; returns its `size`.
    fn fetch(&mut self, next: NextPage) -> Result<Option<u64>, Fault> {
        let (org, types, told) = (&self.org, &self.types, &mut self.metadata);
        let page = self.org.send_as(&next.call, next.started, |reply, _| {
            *told = metadata(next.name, &reply);
            read_answer(org, next.name, &reply, |answer| {
                QueryPage::read(org, types, answer)
            })
        })???;
        let total = page.total();
        let locator = page.locator.clone();
        if locator.is_some() && locator == self.locator {
            return Err(Fault::protocol(
                "A page of the query names itself as the next one: its rows would never end, so read them again",
            ));
        }
        self.locator.clone_from(&locator);
        let text = page.into_rest();
        let page = Page::parse(&text)
            .map_err(|error| Fault::protocol(format!("Of the query's answer, {error}")))?;
        self.ahead = match locator {
            Some(locator) => self.following(&locator, page.has_cut_children())?,
            None => Ahead::End,
        };
        let (headers, batch_size) = (&self.headers, self.batch_size);
        let (org, types) = (&self.org, &self.types);
        self.documents.page(&page, &mut self.out, &mut |locator| {
            let call = more_call(org, locator, &paged(headers.as_ref(), batch_size))?;
            let page = org.send_as(&call, None, |reply, _| {
                read_answer(org, "queryMore", &reply, |answer| {
                    QueryPage::read(org, types, answer)
                })
            })???;
            Ok(page.into_rest())
        })?;
        Ok(total)
    }

    /// The page that a locator names; its request is sent at once, or in its turn where children must be fetched before.
    fn following(&self, locator: &str, children_first: bool) -> Result<Ahead, Fault> {
        let headers = paged(self.headers.as_ref(), self.batch_size);
        let call = more_call(&self.org, locator, &headers)?;
        // A request that cannot even be started fails again, with its reason, when its turn comes.
        let started = if children_first {
            None
        } else {
            self.org.start(&call).ok()
        };
        Ok(Ahead::Page(Box::new(NextPage {
            name: "queryMore",
            call,
            started,
        })))
    }

    /// Makes the next bytes, or returns false at the end.
    fn refill(&mut self) -> Result<bool, Fault> {
        self.out.clear();
        self.taken = 0;
        match std::mem::replace(&mut self.ahead, Ahead::Failed) {
            Ahead::Page(next) => {
                let fetched = self.fetch(*next).and_then(|_| {
                    // More rows than were promised might never end.
                    let over = self.total.filter(|total| *total < self.documents.rows());
                    check_count(over, self.documents.rows())
                });
                if let Err(fault) = fetched {
                    self.ahead = Ahead::Failed;
                    return Err(fault);
                }
            }
            Ahead::End => {
                check_count(self.total, self.documents.rows())?;
                self.documents.end(&mut self.out);
                self.ahead = Ahead::Nothing;
            }
            Ahead::Nothing => {
                self.ahead = Ahead::Nothing;
                return Ok(false);
            }
            Ahead::Failed => {
                return Err(Fault::new(
                    FaultKind::Other,
                    "These rows have failed before: open them again",
                ));
            }
        }
        Ok(true)
    }
}

/// The headers that queryMore takes of those that query was given.
fn for_more(options: &HeaderOptions) -> Option<HeaderOptions> {
    Some(HeaderOptions {
        package_versions: Vec::new(),
        update_mru: None,
        ..options.clone()
    })
}

impl Source for Rows {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        while self.taken == self.out.len() {
            if !self.refill()? {
                return Ok(None);
            }
        }
        let rest = self.out.get(self.taken..).unwrap_or_default();
        let chunk = rest.get(..max).unwrap_or(rest).to_vec();
        self.taken += chunk.len();
        Ok(Some(chunk))
    }

    fn head(&self) -> Message {
        let mut attributes = self.org.attributes(&self.metadata);
        attributes.extend(self.total.map(|total| ("total".into(), total.to_string())));
        attributes.push(("rows".into(), self.documents.rows().to_string()));
        Message {
            media_type: self.documents.media_type().into(),
            body: Vec::new(),
            attributes,
        }
    }
}
