//! Reading the CSV of an upload, in its own dialect and not in another.

use std::io::{self, Read};

use csv::StringRecord;

use super::blob::Blob;
use super::dialect::{Dialect, LineEnding};
use super::limits;
use super::quotes::{MisplacedQuotes, QuoteScanner};

/// The mark that some programs put before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Bytes read at first, to find out how lines end.
const SNIFF_BYTES: u64 = 1024 * 1024;
/// Bytes read in one go.
const BUFFER: usize = 256 * 1024;

/// Why a job's data cannot be processed, as the job's error message says it: `InvalidBatch : …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadData(pub String);

impl BadData {
    /// Returns the error for data that does not match the job.
    pub fn batch(message: impl std::fmt::Display) -> Self {
        Self(format!("InvalidBatch : {message}"))
    }

    /// Returns the client sent something else than it announced.
    pub fn client(message: impl std::fmt::Display) -> Self {
        Self(format!("ClientInputError : {message}"))
    }

    /// Returns a field that the object does not have.
    pub fn no_field(name: &str) -> Self {
        Self::batch(format_args!("Field name not found : {name}"))
    }

    pub(super) fn disk(error: &io::Error) -> Self {
        tracing::error!(%error, "a bulk job's data cannot be read");
        Self("InternalServerError : the data of the job cannot be read".to_owned())
    }
}

impl From<csv::Error> for BadData {
    fn from(error: csv::Error) -> Self {
        match error.kind() {
            csv::ErrorKind::Io(error) => Self::disk(error),
            csv::ErrorKind::Utf8 { pos, .. } => {
                let line = pos.as_ref().map_or(0, csv::Position::line);
                Self::client(format_args!("Line {line} is not encoded in UTF-8"))
            }
            _ => Self::batch(format_args!("Failed to parse CSV. {error}")),
        }
    }
}

/// The rows of an upload.
pub struct Table {
    reader: csv::Reader<QuoteScanner<Box<dyn Read + Send>>>,
    /// The names of the columns.
    pub header: StringRecord,
    quotes: MisplacedQuotes,
    misquoted_rows: Vec<usize>,
}

/// What Salesforce says about a misplaced quote.
pub(super) const UNESCAPED: &str =
    "Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote";

/// Returns whether an upload holds nothing at all.
///
/// # Errors
/// The disk's.
pub fn is_blank(data: &Blob) -> Result<bool, BadData> {
    Ok(data.len() < SNIFF_BYTES && peek(data)?.trim_ascii().is_empty())
}

impl Table {
    /// Opens an upload and reads its header.
    ///
    /// # Errors
    /// Data without a header, with a byte order mark, or with other line endings than the job says.
    pub fn open(data: &Blob, dialect: Dialect) -> Result<Self, BadData> {
        reject_other_line_ending(&peek(data)?, dialect.line_ending)?;
        Self::open_any(data, dialect)
    }

    /// As [`Table::open`], whatever the line endings.
    ///
    /// # Errors
    /// Data without a header, or with a byte order mark.
    pub fn open_any(data: &Blob, dialect: Dialect) -> Result<Self, BadData> {
        reject_mark(&peek(data)?)?;
        let source = data
            .read(0, u64::MAX)
            .map_err(|error| BadData::disk(&error))?;
        let (source, quotes) = QuoteScanner::new(source, dialect.delimiter.byte());
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(dialect.delimiter.byte())
            .buffer_capacity(BUFFER)
            .from_reader(source);
        let mut header = StringRecord::new();
        if !reader.read_record(&mut header)? {
            return Err(BadData::client("The data has no header row"));
        }
        if quotes.any_before(reader.position().byte()) {
            return Err(BadData::batch(UNESCAPED));
        }
        header.trim();
        if header.len() > limits::FIELDS {
            let most = limits::FIELDS;
            return Err(BadData::batch(format_args!(
                "Number of fields exceeds the limit of {most}"
            )));
        }
        Ok(Self {
            reader,
            header,
            quotes,
            misquoted_rows: Vec::new(),
        })
    }

    /// Reads the next rows into `rows`, whose records are used again; says how many there are. Empty lines are none.
    ///
    /// # Errors
    /// A row of another length than the header, or what is no CSV.
    pub fn read(&mut self, rows: &mut Vec<StringRecord>, most: usize) -> Result<usize, BadData> {
        self.misquoted_rows.clear();
        for at in 0..most {
            if at == rows.len() {
                rows.push(StringRecord::new());
            }
            let Some(row) = rows.get_mut(at) else { break };
            if !self.reader.read_record(row)? {
                return Ok(at);
            }
            self.check(row)?;
            if self.quotes.any_before(self.reader.position().byte()) {
                self.misquoted_rows.push(at);
            }
        }
        Ok(most)
    }

    /// Places of the rows of the last read with a misplaced quote.
    #[must_use]
    pub fn misquoted_rows(&self) -> &[usize] {
        &self.misquoted_rows
    }

    fn check(&self, row: &StringRecord) -> Result<(), BadData> {
        if row.len() != self.header.len() {
            let line = row.position().map_or(0, csv::Position::line);
            let (has, wants) = (row.len(), self.header.len());
            return Err(BadData::batch(format_args!(
                "Failed to parse CSV. The row in line {line} has {has} columns, the header {wants}"
            )));
        }
        if row.as_slice().len() > limits::RECORD_CHARACTERS {
            let most = limits::RECORD_CHARACTERS;
            return Err(BadData::batch(format_args!(
                "A record has more than {most} characters"
            )));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({:?})", self.header)
    }
}

fn peek(data: &Blob) -> Result<Vec<u8>, BadData> {
    let mut start = Vec::new();
    data.read(0, SNIFF_BYTES)
        .and_then(|mut reader| reader.read_to_end(&mut start))
        .map_err(|error| BadData::disk(&error))?;
    Ok(start)
}

/// Salesforce reads the mark as the start of an unquoted name.
fn reject_mark(start: &[u8]) -> Result<(), BadData> {
    let Some(rest) = start.strip_prefix(BYTE_ORDER_MARK) else {
        return Ok(());
    };
    if rest.first() == Some(&b'"') {
        return Err(BadData::batch(UNESCAPED));
    }
    let end = rest
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
        .unwrap_or(rest.len());
    let name = String::from_utf8_lossy(rest.get(..end).unwrap_or_default());
    Err(BadData::no_field(&format!("\u{feff}{name}")))
}

/// Checks the line ending by the end of the header.
fn reject_other_line_ending(start: &[u8], wanted: LineEnding) -> Result<(), BadData> {
    let mut in_quotes = false;
    let end = start.iter().position(|byte| {
        in_quotes ^= *byte == b'"';
        *byte == b'\n' && !in_quotes
    });
    let Some(end) = end else { return Ok(()) };
    let has_return = end > 0 && start.get(end - 1) == Some(&b'\r');
    let found = if has_return {
        LineEnding::Crlf
    } else {
        LineEnding::Lf
    };
    if found == wanted {
        return Ok(());
    }
    Err(BadData::client(format_args!(
        "LineEnding is invalid on user data. Current LineEnding setting is {}",
        wanted.name()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn open(text: &'static str, line_ending: LineEnding) -> Result<Table, BadData> {
        let dialect = Dialect {
            line_ending,
            ..Dialect::default()
        };
        Table::open(&Blob::from(Bytes::from_static(text.as_bytes())), dialect)
    }

    #[test]
    fn rows_are_read_with_quotes_and_line_breaks_in_them() {
        let mut table = open("Name, B__c\n\"a \"\"b\"\"\nc\",1\n\n,2", LineEnding::Lf).unwrap();
        assert_eq!(table.header, StringRecord::from(vec!["Name", "B__c"]));
        let mut rows = Vec::new();
        assert_eq!(table.read(&mut rows, 10), Ok(2));
        assert_eq!(rows[0], StringRecord::from(vec!["a \"b\"\nc", "1"]));
        assert_eq!(rows[1], StringRecord::from(vec!["", "2"]));
    }

    #[test]
    fn lines_must_end_as_the_job_declares() {
        let message = |ending| {
            format!(
                "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {ending}"
            )
        };
        let rejected = open("A\r\n1\r\n", LineEnding::Lf).unwrap_err();
        assert_eq!(rejected.0, message("LF"));
        let rejected = open("A\n1\n", LineEnding::Crlf).unwrap_err();
        assert_eq!(rejected.0, message("CRLF"));
        assert!(open("\"A\nB\"\r\n1\r\n", LineEnding::Crlf).is_ok());
    }

    #[test]
    fn a_byte_order_mark_is_rejected_as_salesforce_does() {
        let quoted = open("\u{feff}\"Id\"\n", LineEnding::Lf).unwrap_err();
        assert!(quoted.0.contains("Found unescaped quote"), "{}", quoted.0);
        let plain = open("\u{feff}Id,Name\n", LineEnding::Lf).unwrap_err();
        assert_eq!(plain.0, "InvalidBatch : Field name not found : \u{feff}Id");
    }

    #[test]
    fn rows_longer_or_shorter_than_the_header_are_rejected() {
        for text in ["A,B\n1,2,3\n", "A,B\n1\n"] {
            let mut table = open(text, LineEnding::Lf).unwrap();
            let rejected = table.read(&mut Vec::new(), 10).unwrap_err();
            assert!(rejected.0.contains("line 2"), "{}", rejected.0);
        }
        assert!(open("", LineEnding::Lf).is_err());
    }
}
