//! The fingerprint of a row, in two short numbers: by the first one it is found among the results of its job as it was sent, by the second one
//! where Salesforce has written it differently.
//!
//! Result files repeat the fields of the request (Bulk API 2.0 Developer Guide, "Get Job Successful Record Results"), in no promised order. What
//! writes them is not promised either: numbers have come back as `1.0E7`, date-times in UTC, text without space at its ends.

use memchr::memchr;
use salesforce_formats::message::input::NULL_CELL;
use salesforce_formats::soql::date;
use xxhash_rust::xxh3::xxh3_64;

/// Characters of an id that tell it from all others; those after them tell case.
const ID_CHARS: usize = 15;

/// Most characters of a number.
const NUMBER_CHARS: usize = 40;

/// The column by which records of a load are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The id, in this column.
    Id(usize),
    /// An external id, in this column.
    External(usize),
}

/// The fingerprint of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint {
    /// All its values as they were sent, but for space at their ends and the form of line breaks.
    pub exact: u64,
    /// Its key, where it has one; otherwise its values in a form that does not depend on how they are written.
    pub likely: u64,
}

/// A row in the making.
#[derive(Debug, Default)]
pub struct Fingerprinter {
    key: Option<Key>,
    column: usize,
    exact: Vec<u8>,
    likely: Vec<u8>,
}

impl Fingerprinter {
    /// Begins a row of records that are told apart by this.
    pub fn begin(&mut self, key: Option<Key>) {
        self.key = key;
        self.column = 0;
        self.exact.clear();
        self.likely.clear();
    }

    /// Adds the next value.
    pub fn add(&mut self, value: &[u8]) {
        let value = value.trim_ascii();
        let value = if value == NULL_CELL.as_bytes() {
            b""
        } else {
            value
        };
        match memchr(b'\r', value) {
            None => self.exact.extend_from_slice(value),
            Some(_) => self
                .exact
                .extend(value.iter().filter(|byte| **byte != b'\r')),
        }
        // A byte that no UTF-8 text has keeps values apart.
        self.exact.push(0xff);
        match self.key {
            Some(Key::Id(at)) if at == self.column => {
                let chars = value.get(..ID_CHARS).unwrap_or(value);
                self.likely.extend_from_slice(chars);
            }
            Some(Key::External(at)) if at == self.column => settled(value, &mut self.likely),
            Some(_) => {}
            None => {
                settled(value, &mut self.likely);
                self.likely.push(0xff);
            }
        }
        self.column += 1;
    }

    /// Returns the fingerprint of the row so far.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint {
            exact: xxh3_64(&self.exact),
            likely: xxh3_64(&self.likely),
        }
    }
}

/// Writes a value in a form that does not depend on how it is written.
fn settled(value: &[u8], out: &mut Vec<u8>) {
    match value {
        [b'0'..=b'9' | b'-' | b'+' | b'.', ..] => {
            if let Some(instant) = instant(value) {
                out.extend_from_slice(&instant.to_be_bytes());
            } else if let Some(number) = number(value) {
                out.extend_from_slice(&number.to_bits().to_be_bytes());
            } else {
                text(value, out);
            }
        }
        _ => text(value, out),
    }
}

/// Text in lower case, any space as one blank.
fn text(value: &[u8], out: &mut Vec<u8>) {
    let mut spaced = false;
    for byte in value {
        if byte.is_ascii_whitespace() {
            spaced = true;
            continue;
        }
        if std::mem::take(&mut spaced) {
            out.push(b' ');
        }
        out.push(byte.to_ascii_lowercase());
    }
}

fn number(value: &[u8]) -> Option<f64> {
    if value.len() > NUMBER_CHARS {
        return None;
    }
    let number: f64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    // Zero has two signs.
    number.is_finite().then_some(number + 0.0)
}

/// Reads a date-time, in seconds; results drop its milliseconds or write them out.
fn instant(value: &[u8]) -> Option<i64> {
    if value.get(10) != Some(&b'T') {
        return None;
    }
    date::unix_seconds(&date::date_time(std::str::from_utf8(value).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(key: Option<Key>, values: &[&str]) -> Fingerprint {
        let mut fingerprinter = Fingerprinter::default();
        fingerprinter.begin(key);
        values
            .iter()
            .for_each(|value| fingerprinter.add(value.as_bytes()));
        fingerprinter.fingerprint()
    }

    #[test]
    fn fingerprint_passes_over_what_results_may_change() {
        let exact = |values: &[&str]| fingerprint(None, values).exact;
        assert_eq!(exact(&["a\r\nb ", "#N/A"]), exact(&["a\nb", ""]));
        assert_ne!(exact(&["a", "b"]), exact(&["ab", ""]));
        assert_ne!(exact(&["1"]), exact(&["1.0"]));
    }

    #[test]
    fn values_that_are_written_differently_are_likely_the_same() {
        let likely = |value: &str| fingerprint(None, &[value, "x"]).likely;
        for (one, other) in [
            ("10000000", "1.0E7"),
            ("5", "5.00"),
            ("+0.5", ".5"),
            ("-0", "0"),
            ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05.000Z"),
            ("2026-01-02T01:04:05Z", "2026-01-02T01:04:05.000+0000"),
            ("TRUE", "true"),
            ("two  words", "two words"),
            ("#N/A", ""),
        ] {
            assert_eq!(likely(one), likely(other), "{one}");
        }
        for (one, other) in [("1", "2"), ("2026-01-02", "2026-01-03"), ("a b", "ab")] {
            assert_ne!(likely(one), likely(other), "{one}");
        }
    }

    #[test]
    fn key_alone_decides_where_there_is_one() {
        let id = |values: &[&str]| fingerprint(Some(Key::Id(1)), values).likely;
        assert_eq!(
            id(&["a", "001A0000000000BAAU"]),
            id(&["b", "001A0000000000B"])
        );
        assert_ne!(id(&["a", "001A0000000000B"]), id(&["a", "001A0000000000b"]));
        let external = |values: &[&str]| fingerprint(Some(Key::External(0)), values).likely;
        assert_eq!(external(&["E-1 ", "a"]), external(&["e-1", ""]));
        assert_ne!(external(&["E-1"]), external(&["E-2"]));
    }
}
