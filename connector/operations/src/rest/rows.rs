//! All rows of a query, page after page: the next page travels while this one is written, unless that would cost child records
//! that are still to be fetched.

use super::query::{Question, next_page, sized};
use salesforce_client::exchange::Reply;
use salesforce_client::expected::Expected;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::{Call, Org, Unusable};
use salesforce_client::transport::Started;
use salesforce_contract::bindings::exports::salesforce::connector::query::{
    RowFormat as FormatChoice, RowsConfig,
};
use salesforce_contract::bindings::{Fault, FaultKind, Message};
use salesforce_contract::limits::MAX_OFFSET_ROWS;
use salesforce_contract::source::Source;
use salesforce_formats::message::{Page, PageError, RowFormat, RowWriter};
use salesforce_formats::soql::SelectList;
use salesforce_formats::soql::narrow::Cut;
use std::rc::Rc;

mod ranges;
mod split;
mod trail;

use split::Parts;
pub(crate) use trail::Trail;

/// The rows of a query as bytes.
pub struct Rows {
    org: Rc<Org>,
    format: RowFormat,
    writer: RowWriter,
    page_size: Option<u16>,
    /// The parts that come after the one in hand.
    parts: Parts,
    /// What `totalSize` of the parts begun promised, the one in hand included; `None` once one did not know.
    total: Option<u64>,
    ahead: Ahead,
    /// The pages of the part in hand.
    trail: Trail,
    /// How many rows were written before the part in hand.
    before: u64,
    /// Whether the query has an OFFSET, and no LIMIT that keeps it below what Salesforce gives then.
    capped: bool,
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

pub(super) struct NextPage {
    call: Call,
    started: Option<Started>,
}

impl Rows {
    /// Asks for the first page, so that a query that is refused is refused here.
    pub fn open(org: Rc<Org>, config: &RowsConfig) -> Result<Self, Fault> {
        let question = Question {
            soql: &config.soql,
            bind: &config.bind,
            include_deleted: config.include_deleted,
            page_size: config.page_size,
        };
        let soql = question.bound_for(&org)?;
        let select = SelectList::read(&soql);
        if select.as_ref().is_some_and(|select| select.count_only) {
            return Err(Fault::config(
                "SELECT COUNT() gives a number and no rows: run it by `query/query` and read `totalSize`",
            ));
        }
        let format = format(config.format);
        let mut writer = RowWriter::new(format, select.as_ref(), config.keep_attributes)?;
        let mut out = Vec::new();
        writer.begin(&mut out);
        let capped = capped_by_offset(&soql);
        let parts = match &config.split {
            Some(split) => Parts::cut(&org, &soql, split, &question)?,
            None => Parts::whole(soql, &question),
        };
        let mut rows = Self {
            org,
            format,
            writer,
            page_size: config.page_size,
            parts,
            total: Some(0),
            ahead: Ahead::End,
            trail: Trail::default(),
            before: 0,
            capped,
            out,
            taken: 0,
            metadata: Metadata::default(),
        };
        rows.next_part()?;
        Ok(rows)
    }

    /// Begins the next part; false when there is none.
    fn next_part(&mut self) -> Result<bool, Fault> {
        let Some(first) = self.parts.next(&self.org)? else {
            return Ok(false);
        };
        self.trail = Trail::default();
        self.before = self.writer.rows();
        let promised = self.fetch(first)?;
        if self.capped && promised == Some(MAX_OFFSET_ROWS) {
            return Err(cut_by_offset());
        }
        self.total = self.total.zip(promised).map(|(before, more)| before + more);
        Ok(true)
    }

    /// Writes the rows of a page, with the next one already asked for where that does no harm; returns its `totalSize`.
    fn fetch(&mut self, next: NextPage) -> Result<Option<u64>, Fault> {
        let (org, writer, out, page_size) =
            (&self.org, &mut self.writer, &mut self.out, self.page_size);
        let (trail, metadata) = (&mut self.trail, &mut self.metadata);
        let (total, ahead) = org.send_as(&next.call, next.started, |reply, _| {
            let page = Page::parse(&reply.body).map_err(unusable)?;
            *metadata = Metadata::from(&reply);
            let followed = page.next.as_deref().filter(|_| !page.done);
            if let Some(Err(circle)) = followed.map(|next| trail.follow(next)) {
                return Ok(Err(circle));
            }
            let ahead = ahead(org, &page, page_size);
            let mut children = Trail::default();
            let written = writer.page(&page, out, &mut |url| {
                children.follow(url)?;
                child_page(org, url)
            });
            Ok(written.and(ahead).map(|ahead| (page.total_size, ahead)))
        })??;
        self.ahead = ahead;
        check_surplus(total, self.writer.rows() - self.before)?;
        Ok(total)
    }

    /// Makes the next bytes, or returns false at the end.
    fn refill(&mut self) -> Result<bool, Fault> {
        self.out.clear();
        self.taken = 0;
        match std::mem::replace(&mut self.ahead, Ahead::Failed) {
            Ahead::Page(next) => {
                self.fetch(*next)?;
            }
            Ahead::End => {
                check_count(self.total, self.writer.rows())?;
                if !self.next_part()? {
                    self.writer.end(&mut self.out);
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

    /// How many rows there are: what the org promised, or counted while parts are not begun.
    fn known_total(&self) -> Option<u64> {
        if self.parts.done() {
            self.total
        } else {
            self.parts.counted
        }
    }
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
        attributes.extend(
            self.known_total()
                .map(|total| ("total".into(), total.to_string())),
        );
        attributes.push(("rows".into(), self.writer.rows().to_string()));
        if self.parts.count > 1 {
            attributes.push(("parts".into(), self.parts.count.to_string()));
        }
        Message {
            media_type: self.format.media_type().into(),
            body: Vec::new(),
            attributes,
        }
    }
}

/// Rows that do not add up to what was promised, where anything was, are a fault.
pub(crate) fn check_count(promised: Option<u64>, rows: u64) -> Result<(), Fault> {
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

/// Whether Salesforce gives no more rows than [`MAX_OFFSET_ROWS`] of this query, and does not say so.
pub(crate) fn capped_by_offset(soql: &str) -> bool {
    let cut = Cut::of(soql);
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

/// What follows a page; its request is sent at once, or in its turn where the page's children must be fetched before.
fn ahead(org: &Org, page: &Page<'_>, page_size: Option<u16>) -> Result<Ahead, Fault> {
    let Some(next) = page.next.as_deref().filter(|_| !page.done) else {
        return Ok(Ahead::End);
    };
    let get = Call::get(following(next)?).expecting(Expected::JsonPage);
    let call = sized(get, page_size);
    // A request that cannot even be started fails again, with its reason, when its turn comes.
    let started = if page.has_cut_children() {
        None
    } else {
        org.start(&call).ok()
    };
    Ok(Ahead::Page(Box::new(NextPage { call, started })))
}

/// The path that an answer names for its next page.
fn following(url: &str) -> Result<&str, Fault> {
    next_page(url).map_err(|wrong| Fault::protocol(format!("The answer's {wrong}")))
}

/// The rest of the children of a record.
pub(crate) fn child_page(org: &Org, url: &str) -> Result<Vec<u8>, Fault> {
    let reply = org.send_as(
        &Call::get(following(url)?).expecting(Expected::JsonPage),
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
pub(super) fn format(choice: Option<FormatChoice>) -> RowFormat {
    match choice {
        Some(FormatChoice::Csv) => RowFormat::Csv,
        Some(FormatChoice::Json) => RowFormat::Json,
        Some(FormatChoice::Xml) => RowFormat::Xml,
        Some(FormatChoice::Ndjson) | None => RowFormat::Ndjson,
    }
}

#[cfg(test)]
mod tests;
