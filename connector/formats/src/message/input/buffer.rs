//! The text of a document at hand: all of it, or what has been pushed and not yet read.

use super::{InputError, InputPosition};
use std::borrow::Cow;

/// The byte order mark that Windows programs put before UTF-8.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// Text that is read from its beginning.
#[derive(Debug)]
pub struct Buffer<'b> {
    bytes: Cow<'b, [u8]>,
    at: usize,
    /// Bytes of the input before the first one held.
    base: u64,
    /// The line of the byte at `at`.
    pub line: u64,
    /// Whether nothing follows.
    pub ended: bool,
    /// Most bytes of one record.
    pub limit: usize,
}

impl<'b> Buffer<'b> {
    /// Makes a document that is there as a whole; it bounds its records itself.
    pub fn whole(body: &'b [u8]) -> Self {
        Self {
            bytes: Cow::Borrowed(body),
            ended: true,
            ..Self::in_pieces(0, 1, usize::MAX)
        }
    }

    /// Makes a document that comes in pieces, from this byte and line on.
    pub fn in_pieces(base: u64, line: u64, limit: usize) -> Self {
        Self {
            bytes: Cow::Borrowed(&[]),
            at: 0,
            base,
            line,
            ended: false,
            limit,
        }
    }

    /// Takes more of the input.
    pub fn push(&mut self, piece: &[u8]) {
        let bytes = self.bytes.to_mut();
        if self.at > 0 {
            bytes.drain(..self.at);
            self.base += self.at as u64;
            self.at = 0;
        }
        bytes.extend_from_slice(piece);
    }

    /// Returns what has not been read.
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Steps over bytes.
    pub fn skip(&mut self, bytes: usize) {
        let passed = self.bytes.get(self.at..self.at + bytes).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at += passed.len();
    }

    /// Steps over white space.
    pub fn skip_space(&mut self) {
        let rest = self.rest();
        let blank = rest.len() - rest.trim_ascii_start().len();
        self.skip(blank);
    }

    /// Returns what was stepped over last.
    pub fn behind(&self, bytes: usize) -> &[u8] {
        let from = self.at.saturating_sub(bytes);
        self.bytes.get(from..self.at).unwrap_or_default()
    }

    /// Counts bytes of the input that have been read.
    pub fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Returns where it stands.
    pub fn position(&self) -> InputPosition {
        InputPosition {
            at: self.offset(),
            line: self.line,
            ..InputPosition::default()
        }
    }

    /// Returns an error about the place reached.
    pub fn error(&self, what: impl std::fmt::Display) -> InputError {
        let (line, byte) = (self.line, self.offset());
        InputError(format!("The input {what} (line {line}, byte {byte})"))
    }

    /// Refuses a record of so many bytes where that is too many.
    pub fn check_length(&self, bytes: usize) -> Result<(), InputError> {
        if bytes <= self.limit {
            return Ok(());
        }
        Err(InputError(format!(
            "The record at line {} of the input has more than {} bytes",
            self.line, self.limit
        )))
    }

    /// Steps over a byte order mark at the beginning of the input. False while it cannot be told.
    pub fn past_bom(&mut self) -> Result<bool, InputError> {
        if self.offset() > 0 {
            return Ok(true);
        }
        let rest = self.rest();
        if rest.starts_with(b"\xff\xfe") || rest.starts_with(b"\xfe\xff") {
            let what = "The input is encoded in UTF-16: save it as UTF-8";
            return Err(InputError(what.into()));
        }
        if rest.starts_with(BOM) {
            self.skip(BOM.len());
        }
        Ok(self.offset() > 0 || self.rest().len() >= BOM.len() || self.ended)
    }
}
