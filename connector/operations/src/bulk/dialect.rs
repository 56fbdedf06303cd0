//! The forms of CSV that Bulk API takes: six delimiters, two line endings (Bulk API 2.0 Developer Guide, "Create a Job":
//! `columnDelimiter`, `lineEnding`).

use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    ColumnDelimiter, LineEnding, LoadDelimiter,
};
use serde::{Deserialize, Serialize};

/// Delimiters with their bytes and Salesforce's names for them.
const DELIMITERS: [(ColumnDelimiter, u8, &str); 6] = [
    (ColumnDelimiter::Comma, b',', "COMMA"),
    (ColumnDelimiter::Semicolon, b';', "SEMICOLON"),
    (ColumnDelimiter::Tab, b'\t', "TAB"),
    (ColumnDelimiter::Pipe, b'|', "PIPE"),
    (ColumnDelimiter::Caret, b'^', "CARET"),
    (ColumnDelimiter::Backquote, b'`', "BACKQUOTE"),
];

/// How a CSV is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// What separates columns.
    pub delimiter: u8,
    /// Whether lines end with CR and LF.
    pub crlf: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            crlf: false,
        }
    }
}

impl Dialect {
    /// Returns the dialect that a config chooses.
    pub fn new(delimiter: Option<ColumnDelimiter>, ending: Option<LineEnding>) -> Self {
        Self {
            delimiter: delimiter.map_or(b',', byte),
            crlf: ending == Some(LineEnding::Crlf),
        }
    }

    /// Returns the dialect of jobs for input of this one: they have no other delimiters than Salesforce's.
    pub fn for_job(self) -> Self {
        Self {
            delimiter: job_delimiter(self.delimiter),
            ..self
        }
    }

    /// Salesforce's name for the delimiter.
    pub fn delimiter_name(self) -> &'static str {
        let known = DELIMITERS
            .iter()
            .find(|(_, byte, _)| *byte == self.delimiter);
        known.map_or("COMMA", |(_, _, name)| name)
    }

    /// Salesforce's name for the line ending.
    pub fn ending_name(self) -> &'static str {
        if self.crlf { "CRLF" } else { "LF" }
    }

    /// Returns what ends a line.
    pub fn ending(self) -> &'static [u8] {
        if self.crlf { b"\r\n" } else { b"\n" }
    }
}

/// Returns the byte of a delimiter.
pub fn byte(delimiter: ColumnDelimiter) -> u8 {
    let known = DELIMITERS.iter().find(|(known, ..)| *known == delimiter);
    known.map_or(b',', |(_, byte, _)| *byte)
}

/// Returns the byte that delimits columns of an input.
pub fn input_byte(delimiter: LoadDelimiter) -> u8 {
    match delimiter {
        LoadDelimiter::Comma => b',',
        LoadDelimiter::Semicolon => b';',
        LoadDelimiter::Tab => b'\t',
        LoadDelimiter::Pipe => b'|',
        LoadDelimiter::Caret => b'^',
        LoadDelimiter::Backquote => b'`',
        LoadDelimiter::Colon => b':',
        LoadDelimiter::Space => b' ',
    }
}

/// Returns the delimiter of jobs for input with this one: the same where Salesforce has it, else a comma.
pub fn job_delimiter(delimiter: u8) -> u8 {
    let known = DELIMITERS.iter().any(|(_, byte, _)| *byte == delimiter);
    if known { delimiter } else { b',' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salesforce_formats::message::input::header;

    fn detect(start: &[u8]) -> Option<Dialect> {
        header::detect(start).map(|(delimiter, crlf)| Dialect { delimiter, crlf })
    }

    #[test]
    fn every_delimiter_is_detected_with_either_line_ending() {
        for (_, byte, name) in DELIMITERS {
            for ending in ["\n", "\r\n"] {
                let text = format!("Name{0}\"a,b;c\"{0}Ext__c{ending}x", char::from(byte));
                let found = detect(text.as_bytes()).unwrap();
                assert_eq!(found.delimiter_name(), name);
                assert_eq!(found.crlf, ending == "\r\n");
            }
        }
    }

    #[test]
    fn header_of_one_column_is_taken_for_commas() {
        assert_eq!(detect(b"Name\nx;y\n"), Some(Dialect::default()));
    }

    #[test]
    fn unfinished_header_tells_nothing() {
        assert_eq!(detect(b"Name,\"Ext\n"), None);
    }
}
