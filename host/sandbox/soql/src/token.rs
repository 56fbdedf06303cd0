//! Tokens of SOQL and the lexer that finds them.

use super::error::{ErrorCode, Result, SoqlError};

/// What kind of token it is; its text is in the statement from `start` to `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A word: keyword, name or literal such as `TODAY` or `USD50`.
    Word,
    /// A text between single quotes, quotes included.
    Text,
    /// A number, perhaps signed.
    Number,
    /// A date, date-time or time.
    DateTime,
    /// An operator or mark of punctuation.
    Mark,
    /// The end of the statement.
    End,
}

/// A token and its place in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its kind.
    pub kind: TokenKind,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// Splits a statement into tokens; the last one is [`TokenKind::End`].
///
/// # Errors
/// `MALFORMED_QUERY` if a text is not closed.
pub fn tokens(soql: &str) -> Result<Vec<Token>> {
    let mut lexer = Lexer { soql, at: 0 };
    let mut found = Vec::with_capacity(soql.len() / 5 + 2);
    loop {
        let token = lexer.token()?;
        found.push(token);
        if token.kind == TokenKind::End {
            return Ok(found);
        }
    }
}

struct Lexer<'q> {
    soql: &'q str,
    at: usize,
}

impl Lexer<'_> {
    fn token(&mut self) -> Result<Token> {
        self.skip(char::is_whitespace);
        let start = self.at;
        let kind = match self.peek(0) {
            None => TokenKind::End,
            Some('\'') => self.text()?,
            Some(c) if c.is_ascii_digit() => self.number_or_date_time(),
            Some('+' | '-') if self.peek(1).is_some_and(|c| c.is_ascii_digit() || c == '.') => {
                self.number()
            }
            Some('.') if self.peek(1).is_some_and(|c| c.is_ascii_digit()) => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.word(),
            Some(_) => self.mark(),
        };
        Ok(Token {
            kind,
            start,
            end: self.at,
        })
    }

    fn rest(&self) -> &str {
        self.soql.get(self.at..).unwrap_or_default()
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest().chars().nth(ahead)
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    }

    fn text(&mut self) -> Result<TokenKind> {
        let mut escaped = true; // the opening quote does not close
        let mut closing = None;
        for (at, c) in self.rest().char_indices() {
            if !escaped && c == '\'' {
                closing = Some(at);
                break;
            }
            escaped = !escaped && c == '\\';
        }
        let Some(closing) = closing else {
            let column = self.soql.chars().rev().take_while(|c| *c != '\n').count();
            let row = self.soql.matches('\n').count() + 1;
            let message = format!("line {row}:{column} mismatched character '<EOF>' expecting '''");
            return Err(SoqlError::new(ErrorCode::MalformedQuery, message));
        };
        self.at += closing + 1;
        Ok(TokenKind::Text)
    }

    fn number_or_date_time(&mut self) -> TokenKind {
        let digits = self
            .rest()
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.rest().len());
        match self
            .rest()
            .get(digits..)
            .and_then(|rest| rest.chars().next())
        {
            Some('-' | ':') => {
                self.skip(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.' | '+'));
                TokenKind::DateTime
            }
            _ => self.number(),
        }
    }

    fn number(&mut self) -> TokenKind {
        if matches!(self.peek(0), Some('+' | '-')) {
            self.at += 1;
        }
        self.skip(|c| c.is_ascii_digit());
        if self.peek(0) == Some('.') {
            self.at += 1;
            self.skip(|c| c.is_ascii_digit());
        }
        let sign = usize::from(matches!(self.peek(1), Some('+' | '-')));
        if matches!(self.peek(0), Some('e' | 'E'))
            && self.peek(1 + sign).is_some_and(|c| c.is_ascii_digit())
        {
            self.at += 1 + sign;
            self.skip(|c| c.is_ascii_digit());
        }
        TokenKind::Number
    }

    fn word(&mut self) -> TokenKind {
        let start = self.at;
        self.skip(|c| c.is_alphanumeric() || c == '_');
        let text = self.soql.get(start..self.at).unwrap_or_default();
        let amount = self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit());
        if amount && is_currency(text) {
            self.at += 1;
            self.skip(|c| c.is_ascii_digit());
        }
        TokenKind::Word
    }

    fn mark(&mut self) -> TokenKind {
        let pair = self.rest().get(..2).unwrap_or_default();
        let length = match pair {
            "!=" | "<>" | "<=" | ">=" => 2,
            _ => self.peek(0).map_or(0, char::len_utf8),
        };
        self.at += length;
        TokenKind::Mark
    }
}

/// Returns whether a word is an amount of money such as `USD5000`.
pub fn is_currency(word: &str) -> bool {
    let (code, amount) = word.split_at_checked(3).unwrap_or((word, ""));
    code.bytes().all(|b| b.is_ascii_alphabetic())
        && amount.starts_with(|c: char| c.is_ascii_digit())
        && amount.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(soql: &str) -> Vec<(TokenKind, &str)> {
        let all = tokens(soql).unwrap();
        all.iter()
            .map(|token| (token.kind, soql.get(token.start..token.end).unwrap()))
            .collect()
    }

    #[test]
    fn a_statement_is_split_into_words_marks_and_literals() {
        use TokenKind::{DateTime, End, Mark, Number, Text, Word};
        let soql = r"WHERE a.b>=-1.5e3 AND c != 'it\'s' OR d=2020-01-02T03:04:05.006+01:00";
        let expected = [
            (Word, "WHERE"),
            (Word, "a"),
            (Mark, "."),
            (Word, "b"),
            (Mark, ">="),
            (Number, "-1.5e3"),
            (Word, "AND"),
            (Word, "c"),
            (Mark, "!="),
            (Text, r"'it\'s'"),
            (Word, "OR"),
            (Word, "d"),
            (Mark, "="),
            (DateTime, "2020-01-02T03:04:05.006+01:00"),
            (End, ""),
        ];
        assert_eq!(texts(soql), expected);
    }

    #[test]
    fn amounts_of_money_are_one_word() {
        let kinds: Vec<_> = texts("USD50.25 abc12 10:00:00Z")
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(kinds, ["USD50.25", "abc12", "10:00:00Z", ""]);
        assert!(is_currency("USD50.25") && !is_currency("abc") && !is_currency("ab12"));
    }

    #[test]
    fn an_open_text_is_rejected() {
        let error = tokens("SELECT Id FROM Account WHERE Name = 'a\\'").unwrap_err();
        assert_eq!(
            error.message,
            "line 1:40 mismatched character '<EOF>' expecting '''"
        );
    }
}
