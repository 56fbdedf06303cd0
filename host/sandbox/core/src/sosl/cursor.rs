//! A statement of SOSL as it is read, and the errors that point into it.

use super::malformed;
use sandbox_model::api_error::ApiError;
use sandbox_soql::error;

/// A statement, and what of it is left to be read.
pub(super) struct Cursor<'s> {
    statement: &'s str,
    /// An end of the statement that never begins with blanks.
    left: &'s str,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(statement: &'s str) -> Self {
        let left = statement.trim_start();
        Self { statement, left }
    }

    /// Returns what is left.
    pub(super) fn left(&self) -> &'s str {
        self.left
    }

    /// Returns the byte of the statement at which what is left begins.
    fn at(&self) -> usize {
        self.statement.len() - self.left.len()
    }

    /// Rejects the next token.
    pub(super) fn unexpected(&self) -> ApiError {
        self.reject(&format!("unexpected token: '{}'", self.token()))
    }

    /// Rejects the next token where one of a few keywords is required.
    pub(super) fn malformed_token(&self) -> ApiError {
        self.reject(&format!("Malformed search token: {}", self.token()))
    }

    fn reject(&self, message: &str) -> ApiError {
        malformed(error::before(self.statement, self.at(), &message))
    }

    /// Rejects the character at a byte of the statement.
    pub(super) fn mismatched(&self, at: usize, message: &str) -> ApiError {
        let before = self.statement.get(..at).unwrap_or(self.statement);
        let (line, column) = (
            before.matches('\n').count() + 1,
            before.chars().rev().take_while(|c| *c != '\n').count(),
        );
        let message = format!("line {line}:{column} {message}");
        malformed(error::before(self.statement, at, &message))
    }

    /// Returns the next run without blanks, for errors.
    pub(super) fn token(&self) -> &'s str {
        self.left.split_whitespace().next().unwrap_or_default()
    }

    /// Takes so many bytes, and the blanks behind them.
    pub(super) fn skip(&mut self, bytes: usize) -> &'s str {
        let (taken, rest) = self.left.split_at_checked(bytes).unwrap_or((self.left, ""));
        self.left = rest.trim_start();
        taken
    }

    /// Takes a name or number.
    pub(super) fn word(&mut self) -> &'s str {
        let end = self
            .left
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.left.len());
        self.skip(end)
    }

    /// Takes this keyword if it is next.
    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let before = self.left;
        let is_next = self.word().eq_ignore_ascii_case(keyword);
        if !is_next {
            self.left = before;
        }
        is_next
    }

    /// Takes this character if it is next.
    pub(super) fn symbol(&mut self, symbol: char) -> bool {
        let is_next = self.left.starts_with(symbol);
        if is_next {
            self.skip(symbol.len_utf8());
        }
        is_next
    }

    /// Takes `{…}`; a backslash hides a brace. Returns where in the statement the inside begins.
    pub(super) fn braces(&mut self) -> Result<(usize, &'s str), ApiError> {
        if !self.left.starts_with('{') {
            return Err(malformed(
                "No search term found. The search term must be enclosed in braces.",
            ));
        }
        let mut escaped = false;
        for (at, c) in self.left.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '}' => {
                    let begins = self.at() + 1;
                    let inside = self.left.get(1..at).unwrap_or_default();
                    self.skip(at + 1);
                    return Ok((begins, inside));
                }
                _ => {}
            }
        }
        let end = "mismatched character '<EOF>' expecting '}'";
        Err(self.mismatched(self.statement.len(), end))
    }

    /// Takes `(…)` if it is next; quotes and inner parentheses are passed over.
    pub(super) fn parentheses(&mut self) -> Result<Option<&'s str>, ApiError> {
        if !self.left.starts_with('(') {
            return Ok(None);
        }
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        for (at, c) in self.left.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '\'' => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted && depth == 1 => {
                    let inside = self.left.get(1..at).unwrap_or_default();
                    self.skip(at + 1);
                    return Ok(Some(inside));
                }
                ')' if !quoted => depth -= 1,
                _ => {}
            }
        }
        Err(malformed("RETURNING lacks a closing ')'"))
    }
}
