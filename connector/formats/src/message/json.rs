//! Copies records as compact JSON: without `attributes`, child sub-queries as plain arrays, all else byte by byte.
//!
//! There is no tree in between: what stays is copied in runs, so that numbers keep all their digits (`1.10`, 18 digits)
//! and strings their escapes.

use super::children::{ChildQuery, child_query};
use super::scan::Scan;
use super::{MAX_DEPTH, Page, RowError};

/// Fetches what a path such as `/services/data/v62.0/query/01g…-2000` names and returns the bytes of that page.
pub type Fetch<'f, E> = dyn FnMut(&str) -> Result<Vec<u8>, E> + 'f;

/// Adds the record `text` to `out`. Child sub-queries that are cut off are completed through `fetch`.
///
/// # Errors
/// Those of `fetch`, and [`RowError`]; `out` may then end in the middle of the record.
pub(super) fn copy_record<E: From<RowError>>(
    text: &[u8],
    keep_attributes: bool,
    out: &mut Vec<u8>,
    fetch: &mut Fetch<'_, E>,
) -> Result<(), E> {
    copy(text, keep_attributes, 0, out, fetch)
}

fn copy<E: From<RowError>>(
    text: &[u8],
    keep_attributes: bool,
    depth: usize,
    out: &mut Vec<u8>,
    fetch: &mut Fetch<'_, E>,
) -> Result<(), E> {
    let mut copier = Copier {
        scan: Scan::new(text),
        out,
        copied: 0,
        keep_attributes,
        depth,
        fetch,
    };
    copier.space();
    copier.value(b"")?;
    copier.flush(copier.scan.at);
    Ok(())
}

struct Copier<'t, 'c, 'f, E> {
    scan: Scan<'t>,
    out: &'c mut Vec<u8>,
    /// What stands before this byte has been copied or left out.
    copied: usize,
    keep_attributes: bool,
    depth: usize,
    fetch: &'c mut Fetch<'f, E>,
}

impl<'t, E: From<RowError>> Copier<'t, '_, '_, E> {
    fn flush(&mut self, end: usize) {
        self.out
            .extend_from_slice(self.scan.slice(self.copied, end));
        self.copied = end;
    }

    /// Leaves out what stands from `start` to `end`.
    fn leave_out(&mut self, start: usize, end: usize) {
        if start < end {
            self.flush(start);
            self.copied = end;
        }
    }

    fn space(&mut self) {
        let start = self.scan.at;
        self.scan.skip_space();
        self.leave_out(start, self.scan.at);
    }

    fn value(&mut self, name: &'t [u8]) -> Result<(), E> {
        match self.scan.peek() {
            Some(b'{') => self.nested(name, Self::object),
            Some(b'[') => self.nested(name, |copier, name| copier.array(name).map(drop)),
            _ => Ok(self.scan.skip_value()?),
        }
    }

    fn nested(
        &mut self,
        name: &'t [u8],
        copy: impl FnOnce(&mut Self, &'t [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.depth >= MAX_DEPTH {
            return Err(RowError::TooDeep.into());
        }
        self.depth += 1;
        copy(self, name)?;
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self, name: &'t [u8]) -> Result<(), E> {
        if let Some(children) = child_query(self.scan, name)? {
            return self.children(name, &children);
        }
        self.scan.expect(b'{')?;
        self.space();
        if self.scan.take(b'}') {
            return Ok(());
        }
        // Where the member begins, the comma before it included, and whether one before it has stayed.
        let mut start = self.scan.at;
        let mut stayed = false;
        loop {
            stayed |= self.member(start, stayed)?;
            self.space();
            start = self.scan.at;
            if !self.scan.take(b',') {
                return Ok(self.scan.expect(b'}')?);
            }
            if !stayed {
                self.leave_out(start, self.scan.at);
                start = self.scan.at;
            }
        }
    }

    /// Copies a member that begins at `start`, with its comma if `comma`; says whether it stayed.
    fn member(&mut self, start: usize, comma: bool) -> Result<bool, E> {
        self.scan.skip_space();
        let name_at = self.scan.at;
        let name = self.scan.string()?;
        if !self.keep_attributes && name == b"attributes" && self.passed_attributes(name)? {
            self.leave_out(start, self.scan.at);
            return Ok(false);
        }
        self.leave_out(start + usize::from(comma), name_at);
        self.space();
        self.scan.expect(b':')?;
        self.space();
        self.value(name)?;
        Ok(true)
    }

    /// Steps over the value after `name` if it is the `attributes` of a record.
    fn passed_attributes(&mut self, name: &[u8]) -> Result<bool, RowError> {
        let mut ahead = self.scan;
        ahead.colon()?;
        let passed = ahead.take_attributes(name)?;
        if passed {
            self.scan = ahead;
        }
        Ok(passed)
    }

    /// Copies an array and counts its elements.
    fn array(&mut self, name: &'t [u8]) -> Result<u64, E> {
        self.scan.expect(b'[')?;
        self.space();
        if self.scan.take(b']') {
            return Ok(0);
        }
        let mut count = 0;
        loop {
            self.space();
            self.value(name)?;
            count += 1;
            self.space();
            if !self.scan.take(b',') {
                self.scan.expect(b']')?;
                return Ok(count);
            }
        }
    }

    /// Copies the records of a child sub-query as an array, the following pages included.
    fn children(&mut self, name: &'t [u8], children: &ChildQuery) -> Result<(), E> {
        let (start, end) = children.records;
        self.leave_out(self.scan.at, start);
        self.scan.at = start;
        let here = self.array(name)?;
        self.scan.at = children.end;
        let Some(next) = &children.next else {
            self.leave_out(end, children.end);
            return Ok(());
        };
        // The closing bracket waits until the other pages have been added.
        self.leave_out(end - 1, children.end);
        let expected = children.total_size;
        let found = self.pages(name, next.clone(), here, expected)?;
        self.out.push(b']');
        match expected {
            Some(expected) if expected != found => Err(RowError::ChildCount {
                relationship: String::from_utf8_lossy(name).into_owned(),
                expected,
                found,
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// Adds the records of the pages from `next` on; returns how many there are with those before. Pages that hold more than was
    /// promised, or follow themselves, are not read on: they might never end.
    fn pages(
        &mut self,
        name: &[u8],
        next: String,
        before: u64,
        expected: Option<u64>,
    ) -> Result<u64, E> {
        let mut found = before;
        let mut next = Some(next);
        while let Some(url) = next.filter(|_| expected.is_none_or(|expected| found <= expected)) {
            let bytes = (self.fetch)(&url)?;
            let page = Page::parse(&bytes)
                .and_then(Page::or_stalled)
                .and_then(|page| page.or_circular(&url))
                .map_err(|error| RowError::ChildPage {
                    relationship: String::from_utf8_lossy(name).into_owned(),
                    error,
                })?;
            for record in &page.records {
                if found > 0 {
                    self.out.push(b',');
                }
                copy(
                    record.get().as_bytes(),
                    self.keep_attributes,
                    self.depth,
                    self.out,
                    self.fetch,
                )?;
                found += 1;
            }
            next = page.next.filter(|_| !page.done);
        }
        Ok(found)
    }
}
