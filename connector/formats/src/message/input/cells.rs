//! Cells of CSV: where they begin and end, and how they are written.

use memchr::{memchr, memchr2, memchr3};

/// Most bytes of one record: 400,000 characters (Bulk API 2.0 Developer Guide, "Limits") of UTF-8, each of them quoted.
pub const MAX_RECORD_BYTES: usize = 4 << 20;

/// A cell of a record: its value lies between two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The first byte of the value.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// Whether quotes within it are doubled.
    pub escaped: bool,
    /// Whether there are quotes or CRs in it though it is not quoted: readers differ on what that means.
    pub bare: bool,
}

impl Cell {
    /// Returns the value, made in `scratch` where it does not stand so in the text.
    pub fn value<'v>(&self, text: &'v [u8], scratch: &'v mut Vec<u8>) -> &'v [u8] {
        let raw = text.get(self.start..self.end).unwrap_or_default();
        if !self.escaped {
            return raw;
        }
        scratch.clear();
        unescape(raw, scratch);
        scratch
    }
}

/// What is wrong with the form of a record whose end is known nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Something follows a closing quote.
    AfterQuote,
    /// Blanks stand before an opening quote.
    BeforeQuote,
    /// A quote is never closed: the record reaches to the end of the input.
    Unclosed,
}

impl Malformed {
    /// Returns what is said of the record.
    pub fn message(self) -> &'static str {
        match self {
            Self::AfterQuote => {
                "the record has text after a closing quote: a quote inside of a cell is written twice"
            }
            Self::BeforeQuote => {
                "the record has a blank before an opening quote: a quoted cell begins with its quote"
            }
            Self::Unclosed => "the record has a quote that is never closed",
        }
    }
}

/// A record has more bytes than it may have, or a quote that is not closed within them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// A record at the beginning of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// Bytes of its content.
    pub content: usize,
    /// Bytes with its line ending.
    pub whole: usize,
    /// What is wrong with it.
    pub malformed: Option<Malformed>,
}

/// How a cell is followed.
enum Follows {
    /// By another cell.
    Cell,
    /// By a line ending of so many bytes, or by the end of the input.
    Ending(usize),
    /// By what is not known yet.
    Unknown,
    /// By what has no place there.
    Text,
}

/// Finds the cells of the record at the beginning of `text`; `None` while it has no end.
pub fn scan(
    text: &[u8],
    delimiter: u8,
    ended: bool,
    cells: &mut Vec<Cell>,
) -> Result<Option<Scanned>, TooLong> {
    scan_within(MAX_RECORD_BYTES, text, delimiter, ended, cells)
}

/// As [`scan`], of a record of at most so many bytes.
pub fn scan_within(
    most: usize,
    text: &[u8],
    delimiter: u8,
    ended: bool,
    cells: &mut Vec<Cell>,
) -> Result<Option<Scanned>, TooLong> {
    cells.clear();
    let (mut at, mut malformed) = (0, None);
    let waiting = || {
        if text.len() > most {
            Err(TooLong)
        } else {
            Ok(None)
        }
    };
    loop {
        let opening = opening_quote(text, at, delimiter);
        if opening.is_some_and(|open| open > at) {
            malformed.get_or_insert(Malformed::BeforeQuote);
        }
        let found = match opening {
            Some(open) => quoted(text, open + 1),
            None => Some(unquoted(text, at, delimiter)),
        };
        let Some((mut cell, mut after)) = found.filter(|(_, after)| *after < text.len() || ended)
        else {
            return if ended && text.len() <= most {
                Ok(Some(Scanned {
                    content: text.trim_ascii_end().len(),
                    whole: text.len(),
                    malformed: Some(Malformed::Unclosed),
                }))
            } else {
                waiting()
            };
        };
        if matches!(follows(text, after, delimiter, ended), Follows::Text) {
            malformed.get_or_insert(Malformed::AfterQuote);
            (cell, after) = unquoted(text, after, delimiter);
            if after == text.len() && !ended {
                return waiting();
            }
        }
        match follows(text, after, delimiter, ended) {
            Follows::Cell => {
                cells.push(cell);
                at = after + 1;
            }
            Follows::Ending(bytes) => {
                let content = content(text, after);
                cell.end = cell.end.min(content.max(cell.start));
                cells.push(cell);
                mark_bare(text.get(..content).unwrap_or_default(), cells);
                return Ok(Some(Scanned {
                    content,
                    whole: after + bytes,
                    malformed,
                }));
            }
            Follows::Unknown | Follows::Text => return waiting(),
        }
    }
}

/// Returns the place of the quote that opens the cell at `at`, blanks before it skipped.
fn opening_quote(text: &[u8], at: usize, delimiter: u8) -> Option<usize> {
    let rest = text.get(at..)?;
    let blank = |byte: &&u8| matches!(**byte, b' ' | b'\t') && **byte != delimiter;
    let blanks = match rest.first() {
        Some(first) if blank(&first) => rest.iter().take_while(blank).count(),
        _ => 0,
    };
    (rest.get(blanks) == Some(&b'"')).then_some(at + blanks)
}

fn follows(text: &[u8], after: usize, delimiter: u8, ended: bool) -> Follows {
    match (text.get(after), text.get(after + 1)) {
        (Some(byte), _) if *byte == delimiter => Follows::Cell,
        (None, _) if ended => Follows::Ending(0),
        (Some(b'\n'), _) => Follows::Ending(1),
        (Some(b'\r'), Some(b'\n')) => Follows::Ending(2),
        (Some(b'\r'), None) if ended => Follows::Ending(1),
        (None | Some(b'\r'), None) => Follows::Unknown,
        _ => Follows::Text,
    }
}

/// A CR in a cell that is not quoted ends the record for some readers.
fn mark_bare(record: &[u8], cells: &mut [Cell]) {
    if memchr(b'\r', record).is_none() {
        return;
    }
    for cell in cells {
        let before = cell.start.checked_sub(1).and_then(|at| record.get(at));
        let value = record.get(cell.start..cell.end).unwrap_or_default();
        cell.bare |= before != Some(&b'"') && memchr(b'\r', value).is_some();
    }
}

/// Returns the value after an opening quote, and the byte after the closing one.
fn quoted(text: &[u8], start: usize) -> Option<(Cell, usize)> {
    let (mut at, mut escaped) = (start, false);
    loop {
        at += memchr(b'"', text.get(at..)?)?;
        if text.get(at + 1) != Some(&b'"') {
            let cell = Cell {
                start,
                end: at,
                escaped,
                bare: false,
            };
            return Some((cell, at + 1));
        }
        escaped = true;
        at += 2;
    }
}

fn unquoted(text: &[u8], start: usize, delimiter: u8) -> (Cell, usize) {
    let rest = text.get(start..).unwrap_or_default();
    let mut len = memchr3(delimiter, b'\n', b'"', rest).unwrap_or(rest.len());
    let bare = rest.get(len) == Some(&b'"');
    if bare {
        len = memchr2(delimiter, b'\n', rest).unwrap_or(rest.len());
    }
    let cell = Cell {
        start,
        end: start + len,
        escaped: false,
        bare,
    };
    (cell, start + len)
}

fn content(text: &[u8], end: usize) -> usize {
    let before = end.checked_sub(1).and_then(|at| text.get(at));
    if before == Some(&b'\r') { end - 1 } else { end }
}

/// Writes the value of a cell without doubled quotes.
fn unescape(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    while let Some(at) = memchr(b'"', rest) {
        let (before, after) = rest.split_at(at + 1);
        out.extend_from_slice(before);
        rest = after.get(1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// Writes a value as a cell, quoted where it must be.
pub fn write(value: &[u8], delimiter: u8, out: &mut Vec<u8>) {
    let plain = memchr3(b'"', b'\n', b'\r', value).is_none() && memchr(delimiter, value).is_none();
    // Space at the ends would be lost without quotes.
    let padded = value.trim_ascii().len() < value.len();
    if plain && !padded {
        return out.extend_from_slice(value);
    }
    out.push(b'"');
    let mut rest = value;
    while let Some(at) = memchr(b'"', rest) {
        let (before, after) = rest.split_at(at + 1);
        out.extend_from_slice(before);
        out.push(b'"');
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, ended: bool) -> Option<(Vec<String>, usize)> {
        let mut cells = Vec::new();
        let next = scan(text.as_bytes(), b',', ended, &mut cells)
            .unwrap()?
            .whole;
        let value = |cell: &Cell| {
            let mut scratch = Vec::new();
            String::from_utf8(cell.value(text.as_bytes(), &mut scratch).to_vec()).unwrap()
        };
        Some((cells.iter().map(value).collect(), next))
    }

    #[test]
    fn cells_are_found_whatever_the_quoting_and_the_line_ending() {
        let record = ["a", "b,c", "d\"e", "f\ng", ""];
        for ending in ["\n", "\r\n"] {
            let text = format!("a,\"b,c\",\"d\"\"e\",\"f\ng\",{ending}");
            let (cells, next) = values(&format!("{text}next"), false).unwrap();
            assert_eq!(cells, record);
            assert_eq!(next, text.len());
        }
    }

    #[test]
    fn record_without_its_end_waits_for_more_at_every_byte() {
        let text = "a,\"b\"\"\r\nc\",d\r\n";
        for end in 0..text.len() {
            assert_eq!(values(&text[..end], false), None, "{end}");
        }
        assert!(values(text, false).is_some());
    }

    #[test]
    fn last_record_may_lack_its_line_ending() {
        assert_eq!(values("a,b", true).unwrap().0, ["a", "b"]);
        assert_eq!(values("a,b\r", true).unwrap().0, ["a", "b"]);
        assert_eq!(values("a,\"b\"", true).unwrap().0, ["a", "b"]);
    }

    #[test]
    fn quote_in_the_middle_of_a_cell_is_part_of_it() {
        assert_eq!(values("5\" pipe,b\n", false).unwrap().0, ["5\" pipe", "b"]);
    }

    #[test]
    fn malformed_record_ends_where_its_writer_meant_it_to() {
        for (text, whole, malformed) in [
            ("\"a\"b,c\nnext", 7, Some(Malformed::AfterQuote)),
            ("\"a\" ,c\nnext", 7, Some(Malformed::AfterQuote)),
            ("\"a\"b,\"x\ny\"\nnext", 11, Some(Malformed::AfterQuote)),
            ("a, \"b,\nc\"\nnext", 10, Some(Malformed::BeforeQuote)),
            ("a, b\nnext", 5, None),
        ] {
            let mut cells = Vec::new();
            let found = scan(text.as_bytes(), b',', false, &mut cells).unwrap();
            let found = found.map(|found| (found.whole, found.malformed));
            assert_eq!(found, Some((whole, malformed)), "{text}");
            for end in 0..whole {
                let part = scan(&text.as_bytes()[..end], b',', false, &mut cells);
                assert_eq!(part, Ok(None), "{text} to {end}");
            }
        }
    }

    #[test]
    fn quote_that_is_never_closed_is_that_record_alone() {
        let mut cells = Vec::new();
        let found = scan(b"a,\"b\nc\n", b',', true, &mut cells)
            .unwrap()
            .unwrap();
        assert_eq!((found.content, found.whole), (6, 7));
        assert_eq!(found.malformed, Some(Malformed::Unclosed));
        let long = [b"\"".as_slice(), &vec![b'x'; MAX_RECORD_BYTES]].concat();
        assert_eq!(scan(&long, b',', true, &mut cells), Err(TooLong));
    }

    #[test]
    fn cr_in_a_cell_without_quotes_makes_it_bare() {
        let mut cells = Vec::new();
        scan(b"a\rb,\"c\rd\",e\r\n", b',', false, &mut cells)
            .unwrap()
            .unwrap();
        let bare: Vec<bool> = cells.iter().map(|cell| cell.bare).collect();
        assert_eq!(bare, [true, false, false]);
    }

    #[test]
    fn written_cells_read_as_they_were() {
        for value in ["plain", "a,b", "a\"b", "a\nb", " padded ", ""] {
            let mut text = Vec::new();
            write(value.as_bytes(), b',', &mut text);
            let text = String::from_utf8(text).unwrap();
            assert_eq!(values(&format!("{text}\n"), false).unwrap().0, [value]);
        }
    }
}
