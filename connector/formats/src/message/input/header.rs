//! The header of a CSV, and what makes a record of it unreadable.

use super::InputError;
use super::buffer::Buffer;
use super::cells::{self, Cell, Scanned, TooLong};

/// Delimiters with the names that Salesforce's Bulk API gives them (Bulk API 2.0 Developer Guide, "Create a Job": `columnDelimiter`).
pub const DELIMITERS: [(&str, u8); 6] = [
    ("comma", b','),
    ("semicolon", b';'),
    ("tab", b'\t'),
    ("pipe", b'|'),
    ("caret", b'^'),
    ("backquote", b'`'),
];

/// What is wrong with a column that has no name.
pub const NAMELESS: &str = "has no name: name the field that its cells hold";

/// What is wrong with a column whose field another one names already.
pub const DUPLICATE: &str = "is there twice: keep one of the two";

/// Returns what is said of a column of a header.
pub fn column_error(index: usize, name: &str, what: &str) -> String {
    match name {
        "" => format!("Column {} of the input {what}", index + 1),
        name => format!("Column {} of the input, `{name}`, {what}", index + 1),
    }
}

/// The first record of a CSV.
#[derive(Debug)]
pub struct Header {
    /// What separates cells.
    pub delimiter: u8,
    /// Whether it ends with CR and LF.
    pub crlf: bool,
    /// The names of the columns.
    pub names: Vec<String>,
}

/// Finds the form of a document from its first record: the delimiter it has most of, and whether it ends with CR and LF. `None` while the
/// record has no end.
pub fn detect(start: &[u8]) -> Option<(u8, bool)> {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    let end = start.iter().position(|byte| {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => return true,
            byte if !quoted => count(&mut counts, *byte),
            _ => {}
        }
        false
    })?;
    let ranked = counts.iter().zip(DELIMITERS).rev();
    let most = ranked.max_by_key(|(count, _)| **count);
    let delimiter = most.map_or(b',', |(_, (_, byte))| byte);
    let crlf = end.checked_sub(1).and_then(|at| start.get(at)) == Some(&b'\r');
    Some((delimiter, crlf))
}

/// Returns whether a CR stands outside of quotes in the first line, with something else than LF behind it.
fn has_bare_cr(start: &[u8]) -> bool {
    let mut quoted = false;
    for (byte, next) in start.iter().zip(start.iter().skip(1)) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => return false,
            b'\r' if !quoted && *next != b'\n' => return true,
            _ => {}
        }
    }
    false
}

fn count(counts: &mut [usize; DELIMITERS.len()], byte: u8) {
    for (count, (_, known)) in counts.iter_mut().zip(DELIMITERS) {
        *count += usize::from(known == byte);
    }
}

/// Reads the header and steps over it; `None` while it has no end, or where there is none. `told` is the delimiter that is known.
pub fn read(
    buffer: &mut Buffer<'_>,
    told: Option<u8>,
    found: &mut Vec<Cell>,
) -> Result<Option<Header>, InputError> {
    if !buffer.past_bom()? || buffer.rest().is_empty() {
        return Ok(None);
    }
    if has_bare_cr(buffer.rest()) {
        let what = "The input's lines end with CR alone: save it with LF, or CR and LF";
        return Err(InputError(what.into()));
    }
    let form = match detect(buffer.rest()) {
        None if buffer.ended => detect(&[buffer.rest(), b"\n"].concat()),
        form => form,
    };
    let (detected, crlf) = match form {
        Some(form) => form,
        // A quote that is never closed.
        None if buffer.ended => (b',', false),
        None => {
            buffer.check_length(buffer.rest().len())?;
            return Ok(None);
        }
    };
    let delimiter = told.unwrap_or(detected);
    let Some(scanned) = scan(buffer, delimiter, found)? else {
        return Ok(None);
    };
    let names = names(buffer, &scanned, found)?;
    buffer.skip(scanned.whole);
    Ok(Some(Header {
        delimiter,
        crlf,
        names,
    }))
}

fn names(
    buffer: &Buffer<'_>,
    scanned: &Scanned,
    found: &[Cell],
) -> Result<Vec<String>, InputError> {
    let wrong = |what: &str| Err(InputError(format!("The input's {what}")));
    if let Some(malformed) = scanned.malformed {
        return wrong(&malformed.message().replacen("the record", "header", 1));
    }
    if scanned.content == 0 {
        return wrong("first line is empty: it must name the fields");
    }
    let mut names = Vec::with_capacity(found.len());
    let mut scratch = Vec::new();
    for cell in found {
        match std::str::from_utf8(cell.value(buffer.rest(), &mut scratch)) {
            Ok(name) => names.push(name.trim().to_owned()),
            Err(_) => return wrong("header is not UTF-8: save the document as UTF-8"),
        }
    }
    Ok(names)
}

/// Finds the next record; `None` while it has no end, or where there is none.
pub fn scan(
    buffer: &Buffer<'_>,
    delimiter: u8,
    found: &mut Vec<Cell>,
) -> Result<Option<Scanned>, InputError> {
    if buffer.rest().is_empty() {
        return Ok(None);
    }
    match cells::scan(buffer.rest(), delimiter, buffer.ended, found) {
        Ok(Some(scanned)) => buffer.check_length(scanned.whole).map(|()| Some(scanned)),
        Ok(None) => Ok(None),
        Err(TooLong) => Err(InputError(format!(
            "The record at line {} of the input has a quote that is not closed, or more than {} bytes",
            buffer.line,
            cells::MAX_RECORD_BYTES
        ))),
    }
}

/// Returns what makes a record unreadable, if anything does.
pub fn error_text(
    buffer: &Buffer<'_>,
    scanned: &Scanned,
    cells: usize,
    width: usize,
) -> Option<String> {
    if let Some(malformed) = scanned.malformed {
        return Some(malformed.message().to_owned());
    }
    if cells != width {
        return Some(format!(
            "the record has {cells} cells, but the header has {width}: quote cells that hold the delimiter or a line break"
        ));
    }
    let record = buffer.rest().get(..scanned.content).unwrap_or_default();
    let is_text = std::str::from_utf8(record).is_ok();
    (!is_text).then(|| "the record is not UTF-8: save the document as UTF-8".to_owned())
}
