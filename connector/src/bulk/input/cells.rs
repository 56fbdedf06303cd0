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
    /// Whether there are quotes in it though it is not quoted: readers differ on what that means.
    pub bare: bool,
}

impl Cell {
    /// The value, made in `scratch` where it does not stand so in the text.
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

/// How a record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Something follows a closing quote.
    AfterQuote,
    /// A quote is never closed, or the record is too long.
    TooLong,
}

/// Finds the cells of the record at the beginning of `text`. Returns the bytes of its content and those with its line ending;
/// `None` while it has no end.
pub fn scan(
    text: &[u8],
    delimiter: u8,
    ended: bool,
    cells: &mut Vec<Cell>,
) -> Result<Option<(usize, usize)>, Malformed> {
    cells.clear();
    let mut at = 0;
    loop {
        let found = match text.get(at) {
            Some(b'"') => quoted(text, at + 1),
            _ => Some(unquoted(text, at, delimiter)),
        };
        let Some((cell, after)) = found.filter(|(_, after)| *after < text.len() || ended) else {
            return if text.len() > MAX_RECORD_BYTES || ended {
                Err(Malformed::TooLong)
            } else {
                Ok(None)
            };
        };
        let (byte, next) = (text.get(after).copied(), text.get(after + 1).copied());
        match (byte, next) {
            (Some(byte), _) if byte == delimiter => {
                cells.push(cell);
                at = after + 1;
            }
            (None, _) => {
                cells.push(without_cr(text, cell, after));
                return Ok(Some((content(text, after), after)));
            }
            (Some(b'\n'), _) => {
                cells.push(without_cr(text, cell, after));
                return Ok(Some((content(text, after), after + 1)));
            }
            (Some(b'\r'), Some(b'\n')) => {
                cells.push(cell);
                return Ok(Some((after, after + 2)));
            }
            (Some(b'\r'), None) if !ended => return Ok(None),
            (Some(b'\r'), None) => {
                cells.push(cell);
                return Ok(Some((after, after + 1)));
            }
            _ => return Err(Malformed::AfterQuote),
        }
    }
}

/// The value after an opening quote, and the byte after the closing one.
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

/// The CR of a line ending is no part of an unquoted cell.
fn without_cr(text: &[u8], cell: Cell, after: usize) -> Cell {
    if cell.end == after && content(text, after) < after && cell.end > cell.start {
        return Cell {
            end: cell.end - 1,
            ..cell
        };
    }
    cell
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
        let (_, next) = scan(text.as_bytes(), b',', ended, &mut cells).unwrap()?;
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
    fn broken_quoting_is_told() {
        let mut cells = Vec::new();
        assert_eq!(
            scan(b"\"a\"b,c\n", b',', false, &mut cells),
            Err(Malformed::AfterQuote)
        );
        assert_eq!(
            scan(b"\"a\n", b',', true, &mut cells),
            Err(Malformed::TooLong)
        );
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
