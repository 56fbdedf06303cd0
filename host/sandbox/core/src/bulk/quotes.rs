//! Misplaced quotes: `"John", "Smith"`.
//!
//! The CSV reader takes a quote within an unquoted value for a character; Salesforce rejects the row.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Places of misplaced quotes, in bytes from the start, that were read and not yet asked for.
#[derive(Clone, Default)]
pub(super) struct MisplacedQuotes(Arc<Mutex<VecDeque<u64>>>);

impl MisplacedQuotes {
    fn places(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether there is one before this place that was not asked for yet.
    pub(super) fn any_before(&self, end: u64) -> bool {
        let mut places = self.places();
        let count = places.iter().take_while(|place| **place < end).count();
        places.drain(..count);
        count > 0
    }
}

/// Scans what is read for misplaced quotes.
pub(super) struct QuoteScanner<R> {
    source: R,
    delimiter: u8,
    within: Within,
    read: u64,
    misplaced: MisplacedQuotes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Where a value begins.
    Start,
    /// A value without quotes.
    Plain,
    /// A value in quotes.
    Quoted,
    /// Behind a quote in a quoted value: its end, or half of a doubled one.
    Quote,
}

impl<R: Read> QuoteScanner<R> {
    pub(super) fn new(source: R, delimiter: u8) -> (Self, MisplacedQuotes) {
        let misplaced = MisplacedQuotes::default();
        let watch = Self {
            source,
            delimiter,
            within: Within::Start,
            read: 0,
            misplaced: misplaced.clone(),
        };
        (watch, misplaced)
    }

    /// Returns what comes after a byte, and whether a quote is misplaced there.
    fn after(&self, byte: u8) -> (Within, bool) {
        let ends = byte == self.delimiter || byte == b'\n' || byte == b'\r';
        match (self.within, byte) {
            (Within::Start, b'"') | (Within::Quote, b'"') => (Within::Quoted, false),
            (Within::Quoted, b'"') => (Within::Quote, false),
            (Within::Quoted, _) => (Within::Quoted, false),
            (_, _) if ends => (Within::Start, false),
            (Within::Start, _) => (Within::Plain, false),
            (Within::Plain, _) => (Within::Plain, byte == b'"'),
            (Within::Quote, _) => (Within::Plain, true),
        }
    }
}

impl<R: Read> Read for QuoteScanner<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        for byte in buffer.iter().take(count) {
            let (within, is_misplaced) = self.after(*byte);
            if is_misplaced {
                self.misplaced.places().push_back(self.read);
            }
            self.within = within;
            self.read += 1;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_beside_quotes_are_found_and_all_else_is_not() {
        let cases = [
            ("a,\"b\",\"c \"\"d\"\" e\"\n\"x\ny\",z\r\n", false),
            ("\"\",\"\"\n", false),
            ("\"John\", \"Smith\"\n", true),
            ("\"John\" ,Smith\n", true),
            ("5\" pipe\n", true),
        ];
        for (text, found) in cases {
            let (mut watch, misplaced) = QuoteScanner::new(text.as_bytes(), b',');
            io::copy(&mut watch, &mut io::sink()).unwrap();
            assert_eq!(misplaced.any_before(u64::MAX), found, "{text}");
            assert!(!misplaced.any_before(u64::MAX), "each is told once");
        }
    }
}
