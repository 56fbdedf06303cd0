//! Cuts SOQL into tokens.
//!
//! Borders of tokens always fall on ASCII characters, so every range is a valid slice of the text.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A keyword, a name, a date literal such as `TODAY`, a currency literal such as `USD5000`.
    Word,
    /// A string literal with its quotes.
    Text,
    /// A number, a date or a date-time: whatever begins with a digit.
    Number,
    /// Any other single character.
    Symbol,
}

/// One token and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its characters, string literals with their quotes.
    pub text: &'a str,
    /// Its bytes in the SOQL.
    pub range: Range<usize>,
}

impl Token<'_> {
    /// Says whether this is the keyword `word`, in any case.
    #[must_use]
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Says whether this is the symbol `symbol`.
    #[must_use]
    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }
}

/// A string literal begins at this byte and never ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unterminated(pub usize);

/// Cuts `soql` into tokens; white space falls away.
///
/// # Errors
/// A string literal that is not closed.
pub fn tokens(soql: &str) -> Result<Vec<Token<'_>>, Unterminated> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = soql.get(at..).and_then(|rest| rest.chars().next()) {
        let (kind, len) = match first {
            '\'' => (Kind::Text, text_len(soql, at)?),
            _ if first.is_whitespace() => {
                at += first.len_utf8();
                continue;
            }
            _ if starts_word(first) => (Kind::Word, word_len(soql, at)),
            _ if first.is_ascii_digit() => (Kind::Number, number_len(soql, at)),
            _ => (Kind::Symbol, first.len_utf8()),
        };
        let range = at..at + len;
        at = range.end;
        found.push(Token {
            kind,
            text: soql.get(range.clone()).unwrap_or_default(),
            range,
        });
    }
    Ok(found)
}

fn starts_word(first: char) -> bool {
    first.is_ascii_alphabetic() || first == '_'
}

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn rest(soql: &str, at: usize) -> &[u8] {
    soql.as_bytes().get(at..).unwrap_or_default()
}

fn word_len(soql: &str, at: usize) -> usize {
    rest(soql, at)
        .iter()
        .take_while(|byte| in_word(**byte))
        .count()
}

/// Counts the bytes of a string literal; a backslash takes the next character with it.
fn text_len(soql: &str, start: usize) -> Result<usize, Unterminated> {
    let mut escaped = false;
    for (len, byte) in rest(soql, start).iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'\'' => return Ok(len + 1),
            _ => {}
        }
    }
    Err(Unterminated(start))
}

/// Counts the bytes of `2026-01-31T10:00:00+01:00`, `3.14` and the like: `-`, `+`, `:` belong to it before a digit only.
fn number_len(soql: &str, start: usize) -> usize {
    let bytes = rest(soql, start);
    let followed = |at: usize| bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
    bytes
        .iter()
        .enumerate()
        .position(|(at, byte)| match byte {
            b'-' | b'+' | b':' | b'.' => !followed(at),
            byte => !in_word(*byte),
        })
        .unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::{Kind, Unterminated, tokens};

    fn texts(soql: &str) -> Vec<&str> {
        tokens(soql)
            .unwrap()
            .into_iter()
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn date_times_stay_whole_and_date_literals_split_at_the_colon() {
        assert_eq!(
            texts("a>2026-01-31T10:00:00Z"),
            ["a", ">", "2026-01-31T10:00:00Z"]
        );
        assert_eq!(
            texts("a>2026-01-31T10:00:00.000+01:00)"),
            ["a", ">", "2026-01-31T10:00:00.000+01:00", ")"]
        );
        assert_eq!(texts("LAST_N_DAYS:30"), ["LAST_N_DAYS", ":", "30"]);
        assert_eq!(texts("IN(1,:ids)"), ["IN", "(", "1", ",", ":", "ids", ")"]);
    }

    #[test]
    fn strings_keep_escaped_quotes_and_any_script() {
        let found = tokens(r"Name='it\'s :not \\' AND Ünï=:x").unwrap();
        let text: Vec<_> = found
            .iter()
            .filter(|token| token.kind == Kind::Text)
            .collect();
        assert_eq!(text.len(), 1);
        assert_eq!(text[0].text, r"'it\'s :not \\'");
    }

    #[test]
    fn an_open_string_is_told_with_its_place() {
        assert_eq!(tokens("Name = 'abc"), Err(Unterminated(7)));
        assert_eq!(tokens(r"Name = 'abc\'"), Err(Unterminated(7)));
    }
}
