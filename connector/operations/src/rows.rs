//! All rows of a query, page after page: the next page travels while this one is written, unless that would cost child records
//! that are still to be fetched.
//!
//! `rest` and `soap` are its users: each is a [`Paging`] that knows how pages are asked for and read.

mod documents;
mod trail;

pub use documents::Documents;
use salesforce_contract::message::Head;
use salesforce_contract::message::bounded;

use salesforce_client::client::{Client, Request};
use salesforce_client::metadata::Replied;
use salesforce_client::transport::Started;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::source::{Buffered, Output, Producer};
use salesforce_formats::message::Page;
use std::rc::Rc;
use trail::Trail;

/// How one API gives the pages of a query.
pub trait Paging {
    /// Makes the request for the first page of the query's next part; `None` when there is none. Most queries have one part.
    fn next_part(&mut self, client: &Client) -> Result<Option<PageRequest>, Fault>;

    /// Makes the request for the page that an earlier one names.
    fn following(&self, client: &Client, locator: &str) -> Result<Request, Fault>;

    /// Fetches a page, checks it to its last byte, and has it read. An answer that is no page is asked for again.
    fn fetch<T>(
        &self,
        client: &Client,
        request: PageRequest,
        read: impl FnMut(&Page<'_>) -> Result<T, Fault>,
    ) -> Result<Replied<T>, Fault>;

    /// Fetches a page with further children of a record.
    fn child_page(&self, client: &Client, locator: &str) -> Result<Vec<u8>, Fault>;

    /// The record of the input that the part in hand belongs to, where rows tell.
    fn index(&self) -> Option<u64> {
        None
    }

    /// Checks what the first page of a part promises.
    fn check_total(&self, _: Option<u64>) -> Result<(), Fault> {
        Ok(())
    }

    /// The parts of the query.
    fn parts(&self) -> Parts {
        Parts::default()
    }
}

/// Into how many parts a query is cut.
pub struct Parts {
    /// How many there are.
    pub count: usize,
    /// Whether all of them are begun.
    pub all_begun: bool,
    /// The rows of all, where they were counted before.
    pub counted: Option<u64>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            count: 1,
            all_begun: true,
            counted: None,
        }
    }
}

/// The request for a page.
pub struct PageRequest {
    /// The call.
    pub call: Request,
    /// Its request, where it is on its way.
    pub started: Option<Started>,
    /// Whether it asks for the first page of a part.
    pub is_first: bool,
}

/// The rows of a query as bytes.
pub struct Rows<P> {
    client: Rc<Client>,
    paging: P,
    documents: Documents,
    /// What the parts begun promise, the one in hand included; `None` once one did not know.
    total: Option<u64>,
    ahead: Ahead,
    /// The pages of the part in hand.
    trail: Trail,
    /// How many rows were written before the part in hand.
    before: u64,
    /// What the newest page told beside its rows.
    metadata: Metadata,
}

/// What comes after the bytes in hand.
enum Ahead {
    /// A page, whose request may be under way.
    Page(Box<PageRequest>),
    /// The end of the part.
    PartEnd,
    /// Nothing: the end has been written.
    Nothing,
    /// Nothing: a page could not be had.
    Failed,
}

impl<P: Paging> Rows<P> {
    /// Asks for the first page, so that a query that is refused is refused here.
    pub fn start(
        client: Rc<Client>,
        paging: P,
        documents: Documents,
    ) -> Result<Buffered<Self>, Fault> {
        let mut rows = Self {
            client,
            paging,
            documents,
            total: Some(0),
            ahead: Ahead::PartEnd,
            trail: Trail::default(),
            before: 0,
            metadata: Metadata::default(),
        };
        let mut out = Vec::new();
        rows.documents.begin(&mut out);
        rows.next_part(&mut out)?;
        Ok(Buffered::new(rows, out))
    }

    /// Begins the next part; false when there is none.
    fn next_part(&mut self, out: &mut Vec<u8>) -> Result<bool, Fault> {
        let Some(first) = self.paging.next_part(&self.client)? else {
            return Ok(false);
        };
        self.trail = Trail::default();
        self.before = self.documents.rows();
        self.documents.belong_to(self.paging.index());
        let promised = self.page(first, out)?;
        self.paging.check_total(promised)?;
        self.total = self.total.zip(promised).map(|(before, more)| before + more);
        Ok(true)
    }

    /// Writes the rows of a page, with the next one already asked for where that does no harm; returns how many rows its part has.
    fn page(&mut self, request: PageRequest, out: &mut Vec<u8>) -> Result<Option<u64>, Fault> {
        let (client, paging, documents) = (&self.client, &self.paging, &mut self.documents);
        let trail = &mut self.trail;
        let fetched = paging.fetch(client, request, |page| {
            let next = page.next.as_deref().filter(|_| !page.done);
            next.map_or(Ok(()), |next| trail.follow(next))?;
            // Begun before this page is written: that is what hides the time on the way.
            let ahead = ahead(client, paging, next, page.has_cut_children());
            let mut children = Trail::default();
            documents.page(page, out, &mut |locator| {
                children.follow(locator)?;
                paging.child_page(client, locator)
            })?;
            Ok((page.total_size, ahead?))
        })?;
        self.metadata = fetched.metadata;
        let (total, ahead) = fetched.value;
        check_surplus(total, self.documents.rows() - self.before)?;
        self.ahead = ahead;
        Ok(total)
    }

    /// How many rows there are: what the org promised, or counted while parts are not begun.
    fn known_total(&self) -> Option<u64> {
        let parts = self.paging.parts();
        if parts.all_begun {
            self.total
        } else {
            parts.counted
        }
    }
}

/// What follows a page; its request is sent at once, or in its turn where the page's children must be fetched before: a locator of
/// children ends when the query continues.
fn ahead(
    client: &Client,
    paging: &impl Paging,
    next: Option<&str>,
    children_first: bool,
) -> Result<Ahead, Fault> {
    let Some(next) = next else {
        return Ok(Ahead::PartEnd);
    };
    let call = paging.following(client, next)?;
    // A request that cannot even be started fails again, with its reason, when its turn comes.
    let started = match children_first {
        true => None,
        false => client.start(&call).ok(),
    };
    Ok(Ahead::Page(Box::new(PageRequest {
        call,
        started,
        is_first: false,
    })))
}

impl<P: Paging> Producer for Rows<P> {
    fn produce(&mut self, out: &mut Output) -> Result<bool, Fault> {
        match std::mem::replace(&mut self.ahead, Ahead::Failed) {
            Ahead::Page(next) => {
                self.page(*next, &mut out.bytes)?;
            }
            Ahead::PartEnd => {
                check_count(self.total, self.documents.rows())?;
                if !self.next_part(&mut out.bytes)? {
                    self.documents.end(&mut out.bytes);
                    self.ahead = Ahead::Nothing;
                }
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

    fn head(&self) -> Head {
        let mut metadata = self.client.metadata(self.metadata.clone());
        metadata.total = self.known_total().map(bounded);
        metadata.records = Some(bounded(self.documents.rows()));
        let parts = self.paging.parts().count;
        if parts > 1 {
            metadata.add("parts", parts.to_string());
        }
        Head {
            media_type: self.documents.media_type().into(),
            metadata,
        }
    }
}

/// Rows that do not add up to what was promised, where anything was, are a fault.
fn check_count(promised: Option<u64>, rows: u64) -> Result<(), Fault> {
    match promised {
        Some(promised) if promised != rows => Err(miscounted(promised, rows)),
        _ => Ok(()),
    }
}

/// More rows than were promised are a fault before the end, too: an end may never come.
fn check_surplus(promised: Option<u64>, rows: u64) -> Result<(), Fault> {
    match promised {
        Some(promised) if rows > promised => Err(miscounted(promised, rows)),
        _ => Ok(()),
    }
}

fn miscounted(promised: u64, rows: u64) -> Fault {
    Fault {
        attempts: 1,
        ..Fault::protocol(format!(
            "The org promised {promised} rows and sent {rows}: the rows are not complete (records may have come or gone meanwhile), so read them again"
        ))
    }
}
