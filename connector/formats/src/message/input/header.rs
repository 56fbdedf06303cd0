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

/// Delimiters that are never found out: text has too many of them.
const TOLD: [(&str, u8); 2] = [("colon", b':'), ("space", b' ')];

/// Returns all delimiters that can be named.
pub fn delimiters() -> impl Iterator<Item = (&'static str, u8)> {
    DELIMITERS.into_iter().chain(TOLD)
}

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
    let (counts, crlf) = counted(start)?;
    let ranked = counts.iter().zip(DELIMITERS).rev();
    let most = ranked.max_by_key(|(count, _)| **count);
    Some((most.map_or(b',', |(_, (_, byte))| byte), crlf))
}

/// Finds the same where the number of cells is known: a delimiter that makes so many of them is preferred.
fn detect_cells(start: &[u8], cells: usize) -> Option<(u8, bool)> {
    let (counts, crlf) = counted(start)?;
    let mut fitting = counts.iter().zip(DELIMITERS);
    match fitting.find(|(count, _)| cells > 1 && **count + 1 == cells) {
        Some((_, (_, byte))) => Some((byte, crlf)),
        None => detect(start),
    }
}

/// Counts delimiters outside of quotes in the first record, and says whether it ends with CR and LF; `None` while it has no end.
fn counted(start: &[u8]) -> Option<([usize; DELIMITERS.len()], bool)> {
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
    let crlf = end.checked_sub(1).and_then(|at| start.get(at)) == Some(&b'\r');
    Some((counts, crlf))
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
    let Some((delimiter, crlf)) = form(buffer, told, detect)? else {
        return Ok(None);
    };
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

/// Finds the form of a document without a header line, whose columns have these names, by its first record; that is not stepped over.
pub fn absent(
    buffer: &mut Buffer<'_>,
    told: Option<u8>,
    names: &[String],
    found: &mut Vec<Cell>,
) -> Result<Option<Header>, InputError> {
    let width = names.len();
    skip_blank_lines(buffer)?;
    let Some((delimiter, crlf)) = form(buffer, told, |start| detect_cells(start, width))? else {
        return Ok(None);
    };
    let Some(scanned) = scan(buffer, delimiter, found)? else {
        return Ok(None);
    };
    if found.len() != width && scanned.malformed.is_none() {
        return Err(InputError(format!(
            "The input's first record has {} cells, but {width} columns are named: name each of them, or say what delimits them",
            found.len()
        )));
    }
    Ok(Some(Header {
        delimiter,
        crlf,
        names: names.to_vec(),
    }))
}

/// Steps over lines without anything, which are no records.
fn skip_blank_lines(buffer: &mut Buffer<'_>) -> Result<(), InputError> {
    while buffer.past_bom()? {
        let blank = match buffer.rest() {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => return Ok(()),
        };
        buffer.skip(blank);
    }
    Ok(())
}

/// Finds the delimiter, unless it is told, and whether lines end with CR and LF; `None` while the first record has no end, or where there is
/// none.
fn form(
    buffer: &mut Buffer<'_>,
    told: Option<u8>,
    detect: impl Fn(&[u8]) -> Option<(u8, bool)>,
) -> Result<Option<(u8, bool)>, InputError> {
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
    Ok(Some((told.unwrap_or(detected), crlf)))
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
            "the record has {cells} cells, but {width} columns are named: quote cells that hold the delimiter or a line break"
        ));
    }
    let record = buffer.rest().get(..scanned.content).unwrap_or_default();
    let is_text = std::str::from_utf8(record).is_ok();
    (!is_text).then(|| "the record is not UTF-8: save the document as UTF-8".to_owned())
}
