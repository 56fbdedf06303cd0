//! All rows of a query, page after page: the next page travels while this one is written, unless that would cost child records
//! that are still to be fetched.

use super::query::{Question, next_page, sized};
use crate::bindings::exports::salesforce::connector::query::{
    RowFormat as FormatChoice, RowsConfig,
};
use crate::bindings::{Fault, FaultKind, Message};
use crate::exchange::Reply;
use crate::message::{Page, PageError, RowError, RowFormat, RowWriter};
use crate::org::{Call, Org, Unusable};
use crate::soql::SelectList;
use crate::source::Source;
use crate::transport::Started;
use std::rc::Rc;

mod ranges;
mod split;

use split::Parts;

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
    /// Bytes written and not yet read: those from `taken` on.
    out: Vec<u8>,
    taken: usize,
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
        let parts = match &config.split {
            Some(split) => Parts::cut(&org, &soql, split, &question)?,
            None => Parts::whole(soql, &question),
        };
        let mut out = Vec::new();
        writer.begin(&mut out);
        let mut rows = Self {
            org,
            format,
            writer,
            page_size: config.page_size,
            parts,
            total: Some(0),
            ahead: Ahead::End,
            out,
            taken: 0,
        };
        rows.next_part()?;
        Ok(rows)
    }

    /// Begins the next part; false when there is none.
    fn next_part(&mut self) -> Result<bool, Fault> {
        let Some(first) = self.parts.next(&self.org)? else {
            return Ok(false);
        };
        let promised = self.fetch(first)?;
        self.total = self.total.zip(promised).map(|(before, more)| before + more);
        Ok(true)
    }

    /// Writes the rows of a page, with the next one already asked for where that does no harm; returns its `totalSize`.
    fn fetch(&mut self, next: NextPage) -> Result<Option<u64>, Fault> {
        let (org, writer, out, page_size) =
            (&self.org, &mut self.writer, &mut self.out, self.page_size);
        let (total, ahead) = org.send_as(&next.call, next.started, |reply, _| {
            let page = Page::parse(&reply.body).map_err(unusable)?;
            let ahead = ahead(org, &page, page_size);
            let written = writer.page(&page, out, &mut |url| child_page(org, url));
            Ok(written.and(ahead).map(|ahead| (page.total_size, ahead)))
        })??;
        self.ahead = ahead;
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
        let mut attributes = self.org.attributes();
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
        Some(promised) if promised != rows => Err(Fault::protocol(format!(
            "The org promised {promised} rows and sent {rows}: the rows are not complete, so read them again"
        ))),
        _ => Ok(()),
    }
}

/// What follows a page; its request is sent at once, or in its turn where the page's children must be fetched before.
fn ahead(org: &Org, page: &Page<'_>, page_size: Option<u16>) -> Result<Ahead, Fault> {
    let Some(next) = page.next.as_deref().filter(|_| !page.done) else {
        return Ok(Ahead::End);
    };
    let call = sized(Call::get(following(next)?), page_size);
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
        &Call::get(following(url)?),
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

impl From<RowError> for Fault {
    fn from(error: RowError) -> Self {
        let kind = match error {
            RowError::ChildrenInCsv { .. } | RowError::NoColumns | RowError::NoColumnFor { .. } => {
                FaultKind::Config
            }
            RowError::Malformed { .. }
            | RowError::TooDeep
            | RowError::ChildPage { .. }
            | RowError::ChildCount { .. } => FaultKind::Protocol,
        };
        Self::new(kind, error.to_string())
    }
}

#[cfg(test)]
mod tests;
