//! Steps through JSON text that serde_json has checked already, without making values of it.

use super::RowError;

/// A place in a JSON text.
#[derive(Clone, Copy)]
pub(super) struct Scan<'t> {
    bytes: &'t [u8],
    /// The next byte.
    pub at: usize,
}

impl<'t> Scan<'t> {
    pub fn new(text: &'t [u8]) -> Self {
        Self { bytes: text, at: 0 }
    }

    /// Returns the bytes of a range that lies within the text.
    pub fn slice(&self, start: usize, end: usize) -> &'t [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub fn malformed(&self) -> RowError {
        RowError::Malformed { at: self.at }
    }

    pub fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Steps over `byte`.
    pub fn expect(&mut self, byte: u8) -> Result<(), RowError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.malformed())
    }

    /// Steps over `byte` if it comes next.
    pub fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Steps over the colon between a name and its value, with the space around it.
    pub fn colon(&mut self) -> Result<(), RowError> {
        self.skip_space();
        self.expect(b':')?;
        self.skip_space();
        Ok(())
    }

    /// Steps over a string and returns what stands between its quotes, escapes as they are.
    pub fn string(&mut self) -> Result<&'t [u8], RowError> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            self.at += plain_len(self.bytes.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => break,
                Some(_) => self.at += 2,
                None => return Err(self.malformed()),
            }
        }
        self.at += 1;
        Ok(self.slice(start, self.at - 1))
    }

    /// Steps over any value.
    pub fn skip_value(&mut self) -> Result<(), RowError> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{' | b'[') => self.skip_nested(),
            _ => self.skip_scalar(),
        }
    }

    /// Steps over a number, `true`, `false` or `null`.
    fn skip_scalar(&mut self) -> Result<(), RowError> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'))
        {
            self.at += 1;
        }
        if self.at == start {
            Err(self.malformed())
        } else {
            Ok(())
        }
    }

    fn skip_nested(&mut self) -> Result<(), RowError> {
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or_else(|| self.malformed())? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Calls `member` with each member's name, standing on its value, which `member` must step over. Stops when it says so.
    pub fn members(
        &mut self,
        mut member: impl FnMut(&mut Self, &'t [u8]) -> Result<bool, RowError>,
    ) -> Result<(), RowError> {
        self.expect(b'{')?;
        self.skip_space();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.skip_space();
            let name = self.string()?;
            self.colon()?;
            if !member(self, name)? {
                return Ok(());
            }
            self.skip_space();
            if !self.take(b',') {
                return self.expect(b'}');
            }
        }
    }

    /// Steps over the value here if it is Salesforce's `attributes` of a record: an object of that name that tells a `type`. No
    /// field of a record can hold such an object, so nothing of a user's is taken for it.
    pub fn take_attributes(&mut self, name: &[u8]) -> Result<bool, RowError> {
        if name != b"attributes" || self.peek() != Some(b'{') {
            return Ok(false);
        }
        let mut ahead = *self;
        let mut typed = false;
        ahead.members(|scan, name| {
            typed |= name == b"type" && scan.peek() == Some(b'"');
            scan.skip_value()?;
            Ok(true)
        })?;
        if typed {
            *self = ahead;
        }
        Ok(typed)
    }
}

/// Counts the bytes before the first quote or backslash, eight at a time: strings of records are short, so that looking for
/// them with vector instructions costs more than it saves, and WebAssembly need not have those.
#[inline]
fn plain_len(text: &[u8]) -> usize {
    let mut len = 0;
    let mut rest = text;
    while let Some((eight, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*eight);
        let found = zero_bytes(word ^ QUOTES) | zero_bytes(word ^ BACKSLASHES);
        if found != 0 {
            return len + (found.trailing_zeros() / 8) as usize;
        }
        len += 8;
        rest = after;
    }
    len + rest
        .iter()
        .take_while(|byte| !matches!(byte, b'"' | b'\\'))
        .count()
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
const BACKSLASHES: u64 = u64::from_le_bytes([b'\\'; 8]);

/// Sets the top bit of every byte that is zero; those above the first may be set wrongly.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

/// Adds a string's characters to `out`, escapes resolved. Half a surrogate pair, which no UTF-8 can hold, becomes U+FFFD.
pub(super) fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain);
        rest = match escape.get(1) {
            Some(b'u') => unescape_units(escape, out),
            Some(letter) => {
                out.push(control(*letter));
                escape.get(2..).unwrap_or_default()
            }
            None => &[],
        };
    }
    out.extend_from_slice(rest);
}

fn control(letter: u8) -> u8 {
    match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        itself => itself,
    }
}

/// Decodes the run of `\uXXXX` at the beginning of `text` and returns what follows it.
fn unescape_units<'t>(text: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    let mut rest = text;
    let mut units = Vec::new();
    while let Some((escape, after)) = rest
        .split_at_checked(6)
        .filter(|(escape, _)| escape.starts_with(b"\\u"))
    {
        let digits = escape
            .get(2..)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        units.push(
            digits
                .and_then(|digits| u16::from_str_radix(digits, 16).ok())
                .unwrap_or(0xfffd),
        );
        rest = after;
    }
    for char in char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)) {
        out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    }
    // A run that serde_json let through is never empty; were it so, one byte is dropped rather than looping.
    if rest.len() == text.len() {
        rest.get(1..).unwrap_or_default()
    } else {
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::{Scan, unescape};

    fn unescaped(raw: &str) -> String {
        let mut out = Vec::new();
        unescape(raw.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_become_characters() {
        assert_eq!(
            unescaped(r#"a\"b\\c\/d\n\r\t\b\f"#),
            "a\"b\\c/d\n\r\t\u{8}\u{c}"
        );
        assert_eq!(unescaped(r"\u00e9\ud83d\ude00x\u0041"), "é😀xA");
        assert_eq!(unescaped(r"\ud83dx\ude00"), "\u{fffd}x\u{fffd}");
        assert_eq!(unescaped("plain é"), "plain é");
    }

    #[test]
    fn a_value_is_stepped_over_whole() {
        for text in [
            r#"{"a":["}",{"b":"\"]"}]}"#,
            r#""x\\""#,
            "-1.5e+3",
            "null",
            "[]",
        ] {
            let padded = format!("{text},");
            let mut scan = Scan::new(padded.as_bytes());
            scan.skip_value().unwrap();
            assert_eq!(scan.at, text.len(), "{text}");
        }
    }

    #[test]
    fn broken_text_is_an_error_and_no_panic() {
        for text in ["", "\"", "\"a\\", "{", "[1", "{\"a\"", ",", "]"] {
            assert!(Scan::new(text.as_bytes()).skip_value().is_err(), "{text}");
        }
    }

    #[test]
    fn only_an_object_with_a_type_is_attributes() {
        let is =
            |name: &[u8], text: &str| Scan::new(text.as_bytes()).take_attributes(name).unwrap();
        assert!(is(b"attributes", r#"{"url":"/x", "type":"Account"}"#));
        assert!(!is(b"attributes", r#"{"type":5}"#));
        assert!(!is(b"attributes", r#"{}"#));
        assert!(!is(b"attributes", r#""type""#));
        assert!(!is(b"Attributes", r#"{"type":"Account"}"#));
    }
}
