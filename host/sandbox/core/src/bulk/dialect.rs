//! The dialect of a job's CSV: what stands between columns and after rows.

/// Delimiter between columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delimiter {
    /// `` ` ``
    Backquote,
    /// `^`
    Caret,
    /// `,`
    #[default]
    Comma,
    /// `|`
    Pipe,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

impl Delimiter {
    const ALL: [(Self, &'static str, u8); 6] = [
        (Self::Backquote, "BACKQUOTE", b'`'),
        (Self::Caret, "CARET", b'^'),
        (Self::Comma, "COMMA", b','),
        (Self::Pipe, "PIPE", b'|'),
        (Self::Semicolon, "SEMICOLON", b';'),
        (Self::Tab, "TAB", b'\t'),
    ];

    /// Returns the delimiter called so in job infos.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == name);
        found.map(|(delimiter, _, _)| *delimiter)
    }

    fn entry(self) -> (&'static str, u8) {
        let found = Self::ALL.iter().find(|(known, _, _)| *known == self);
        found.map_or(("COMMA", b','), |(_, name, byte)| (*name, *byte))
    }

    /// Its name in job infos.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().0
    }

    /// Returns the byte itself.
    #[must_use]
    pub fn byte(self) -> u8 {
        self.entry().1
    }
}

/// What ends a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnding {
    /// A line feed.
    #[default]
    Lf,
    /// A carriage return and a line feed.
    Crlf,
}

impl LineEnding {
    /// Returns the line ending called so in job infos.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "LF" => Some(Self::Lf),
            "CRLF" => Some(Self::Crlf),
            _ => None,
        }
    }

    /// Its name in job infos.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lf => "LF",
            Self::Crlf => "CRLF",
        }
    }

    /// Returns the bytes themselves.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::Crlf => b"\r\n",
        }
    }
}

/// Both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dialect {
    /// Delimiter between columns.
    pub delimiter: Delimiter,
    /// What ends a row.
    pub line_ending: LineEnding,
}

impl Dialect {
    /// Writes a row as Salesforce does: every value in quotes.
    pub fn row<'v>(self, out: &mut Vec<u8>, values: impl IntoIterator<Item = &'v [u8]>) {
        let mut is_first = true;
        for value in values {
            if !is_first {
                out.push(self.delimiter.byte());
            }
            is_first = false;
            quote(out, value);
        }
        out.extend_from_slice(self.line_ending.bytes());
    }
}

/// Writes a value in quotes; those in it are doubled.
pub fn quote(out: &mut Vec<u8>, value: &[u8]) {
    out.push(b'"');
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'"', rest) {
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

    #[test]
    fn every_value_is_quoted_in_the_jobs_own_dialect() {
        let dialect = Dialect {
            delimiter: Delimiter::Caret,
            line_ending: LineEnding::Crlf,
        };
        let mut out = Vec::new();
        dialect.row(&mut out, [b"a".as_slice(), b"", b"say \"hi\"", b"\"\""]);
        assert_eq!(out, b"\"a\"^\"\"^\"say \"\"hi\"\"\"^\"\"\"\"\"\"\r\n");
    }

    #[test]
    fn names_lead_back_to_delimiters() {
        for (delimiter, name, byte) in Delimiter::ALL {
            assert_eq!(Delimiter::named(name), Some(delimiter));
            assert_eq!((delimiter.name(), delimiter.byte()), (name, byte));
        }
        assert_eq!(Delimiter::named("comma"), None);
        assert_eq!(LineEnding::named("CR"), None);
    }
}
