//! The recursive-descent parser: from text to [`Query`]. What Salesforce's grammar rejects is rejected here, in its
//! words; names are looked up later.

mod clauses;
mod condition;
mod select;
mod value;

use super::ast::{Name, Path, Query};
use super::error::{ErrorCode, Result, SoqlError};
use super::limits;
use super::token::{Token, TokenKind, tokens};

/// Keywords that can be neither alias nor field.
const RESERVED: &[&str] = &[
    "AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST",
    "LIKE", "LIMIT", "NOT", "NULL", "NULLS", "OR", "SELECT", "USING", "WHERE", "WITH",
];

/// Keywords that end the FROM clause although they could be aliases elsewhere.
const CLAUSES: &[&str] = &["ORDER", "OFFSET", "FOR", "ALL", "UPDATE", "TYPEOF", "SET"];

/// Reads a statement.
///
/// # Errors
/// `MALFORMED_QUERY` with the place of the first token that does not fit, or for the whole if it is too long.
pub fn parse(soql: &str) -> Result<Query> {
    if soql.chars().count() > limits::STATEMENT_CHARACTERS {
        let message = format!(
            "SOQL statements can not be longer than {} characters",
            limits::STATEMENT_CHARACTERS
        );
        return Err(SoqlError::new(ErrorCode::MalformedQuery, message));
    }
    let tokens = tokens(soql)?;
    let mut parser = Parser {
        soql,
        tokens,
        next: 0,
        depth: 0,
    };
    let query = parser.query()?;
    match parser.peek().kind {
        TokenKind::End => Ok(query),
        _ => Err(parser.unexpected()),
    }
}

pub(super) struct Parser<'q> {
    soql: &'q str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl<'q> Parser<'q> {
    fn peek(&self) -> Token {
        self.ahead(0)
    }

    fn ahead(&self, count: usize) -> Token {
        let end = Token {
            kind: TokenKind::End,
            start: self.soql.len(),
            end: self.soql.len(),
        };
        self.tokens.get(self.next + count).copied().unwrap_or(end)
    }

    fn text(&self, token: Token) -> &'q str {
        self.soql.get(token.start..token.end).unwrap_or_default()
    }

    fn advance(&mut self) -> Token {
        let token = self.peek();
        self.next += 1;
        token
    }

    /// Returns the error of the next token.
    fn unexpected(&self) -> SoqlError {
        let token = self.peek();
        let text = match token.kind {
            TokenKind::End => "<EOF>",
            TokenKind::Text => self.text(token).trim_matches('\''),
            _ => self.text(token),
        };
        SoqlError::syntax(
            self.soql,
            token.start,
            format_args!("unexpected token: '{text}'"),
        )
    }

    fn reject(&self, at: usize, message: impl std::fmt::Display) -> SoqlError {
        SoqlError::at(self.soql, at, ErrorCode::MalformedQuery, message)
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        let token = self.ahead(ahead);
        token.kind == TokenKind::Word && self.text(token).eq_ignore_ascii_case(word)
    }

    fn is_mark(&self, ahead: usize, mark: &str) -> bool {
        let token = self.ahead(ahead);
        token.kind == TokenKind::Mark && self.text(token) == mark
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        self.next += usize::from(found);
        found
    }

    /// Takes several words in a row, or none.
    fn take_words(&mut self, words: &[&str]) -> bool {
        let found = words
            .iter()
            .enumerate()
            .all(|(ahead, word)| self.is_word(ahead, word));
        self.next += if found { words.len() } else { 0 };
        found
    }

    fn take_mark(&mut self, mark: &str) -> bool {
        let found = self.is_mark(0, mark);
        self.next += usize::from(found);
        found
    }

    fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.take_word(word) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn expect_mark(&mut self, mark: &str) -> Result<()> {
        if self.take_mark(mark) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn expect_closing(&mut self) -> Result<()> {
        if self.take_mark(")") {
            return Ok(());
        }
        let token = self.peek();
        let text = if token.kind == TokenKind::End {
            "<EOF>"
        } else {
            self.text(token)
        };
        let message = format!("expecting a right parentheses, found '{text}'");
        Err(SoqlError::syntax(self.soql, token.start, message))
    }

    /// Runs `inner` one level deeper; deeper than anybody needs is rejected, so that the stack stays small.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= limits::NESTING {
            let message = "Query is either selecting too many fields or the filter conditions are too complicated.";
            return Err(SoqlError::new(ErrorCode::QueryTooComplicated, message));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn name(&mut self) -> Result<Name> {
        let token = self.peek();
        if token.kind != TokenKind::Word || is_one_of(self.text(token), RESERVED) {
            return Err(self.unexpected());
        }
        self.next += 1;
        Ok(Name {
            text: self.text(token).to_owned(),
            at: token.start,
        })
    }

    fn path(&mut self) -> Result<Path> {
        let first = self.name()?;
        let mut path = Path {
            at: first.at,
            names: vec![first],
        };
        while self.take_mark(".") {
            path.names.push(self.name()?);
        }
        Ok(path)
    }

    /// Returns what FROM names: a path, or the object that is called as a clause begins, `FROM Group`.
    fn object_path(&mut self) -> Result<Path> {
        if !self.is_group_object() {
            return self.path();
        }
        let name = self.object_name()?;
        Ok(Path {
            at: name.at,
            names: vec![name],
        })
    }

    /// Returns the name of an object, which may be that of a clause: `WHEN Group`.
    fn object_name(&mut self) -> Result<Name> {
        if !self.is_group_object() {
            return self.name();
        }
        let token = self.advance();
        Ok(Name {
            text: self.text(token).to_owned(),
            at: token.start,
        })
    }

    fn is_group_object(&self) -> bool {
        self.is_word(0, "GROUP") && !self.is_word(1, "BY")
    }

    /// Returns a word that is neither reserved nor the start of a clause.
    fn alias(&mut self) -> Option<Name> {
        let token = self.peek();
        let text = self.text(token);
        let taken = is_one_of(text, RESERVED) || is_one_of(text, CLAUSES);
        if token.kind != TokenKind::Word || taken {
            return None;
        }
        self.next += 1;
        Some(Name {
            text: text.to_owned(),
            at: token.start,
        })
    }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
