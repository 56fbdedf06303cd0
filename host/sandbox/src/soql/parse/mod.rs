//! The recursive-descent parser: from text to [`Query`]. What Salesforce's grammar refuses is refused here, in its
//! words; names are looked up later.

mod condition;
mod select;
mod value;

use super::ast::{From, GroupBy, Name, Operand, OrderItem, Path, Query, Totals};
use super::error::{ErrorCode, Result, SoqlError};
use super::limits;
use super::token::{Token, TokenKind, tokens};

/// Words that can be neither alias nor field.
const RESERVED: &[&str] = &[
    "AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST",
    "LIKE", "LIMIT", "NOT", "NULL", "NULLS", "OR", "SELECT", "USING", "WHERE", "WITH",
];

/// Words that end the FROM clause although they could be aliases elsewhere.
const CLAUSES: &[&str] = &["ORDER", "OFFSET", "FOR", "ALL", "UPDATE", "TYPEOF"];

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

    /// The refusal of the next token.
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

    fn refuse(&self, at: usize, message: impl std::fmt::Display) -> SoqlError {
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

    /// Runs `inner` one level deeper; deeper than anybody needs is refused, so that the stack stays small.
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

    /// A word that is neither reserved nor the start of a clause.
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

    fn query(&mut self) -> Result<Query> {
        let at = self.peek().start;
        self.expect_word("SELECT")?;
        let select = self.select_list()?;
        self.expect_word("FROM")?;
        let from = self.from()?;
        let mut joined = Vec::new();
        while self.take_mark(",") {
            joined.push(self.from()?);
        }
        let scope = if self.take_words(&["USING", "SCOPE"]) {
            Some(self.name()?)
        } else {
            None
        };
        let filter = if self.take_word("WHERE") {
            Some(self.condition()?)
        } else {
            None
        };
        self.with()?;
        let group = self.group_by()?;
        let having = if self.take_word("HAVING") {
            Some(self.condition()?)
        } else {
            None
        };
        let order = self.order_by()?;
        let limit = if self.take_word("LIMIT") {
            Some(self.count()?)
        } else {
            None
        };
        let offset_at = self.peek().start;
        let offset = if self.take_word("OFFSET") {
            Some((self.count()?, offset_at))
        } else {
            None
        };
        self.tail()?;
        Ok(Query {
            select,
            from,
            joined,
            scope,
            filter,
            group,
            having,
            order,
            limit,
            offset,
            at,
        })
    }

    fn from(&mut self) -> Result<From> {
        let path = self.path()?;
        self.take_word("AS");
        Ok(From {
            path,
            alias: self.alias(),
        })
    }

    /// WITH is for Apex, but for data categories, which this org has none of.
    fn with(&mut self) -> Result<()> {
        let at = self.peek().start;
        if !self.take_word("WITH") {
            return Ok(());
        }
        let word = self.text(self.peek()).to_ascii_uppercase();
        match word.as_str() {
            "SECURITY_ENFORCED" | "USER_MODE" | "SYSTEM_MODE" => {
                Err(self.refuse(at, format_args!("{word} not allowed in this context")))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn group_by(&mut self) -> Result<Option<GroupBy>> {
        if !self.take_words(&["GROUP", "BY"]) {
            return Ok(None);
        }
        let totals = match self.text(self.peek()).to_ascii_uppercase().as_str() {
            "ROLLUP" if self.is_mark(1, "(") => Totals::Rollup,
            "CUBE" if self.is_mark(1, "(") => Totals::Cube,
            _ => {
                return Ok(Some(GroupBy {
                    by: self.operands()?,
                    totals: Totals::Plain,
                }));
            }
        };
        self.next += 2;
        let by = self.operands()?;
        self.expect_closing()?;
        Ok(Some(GroupBy { by, totals }))
    }

    fn operands(&mut self) -> Result<Vec<Operand>> {
        let mut operands = vec![self.operand()?];
        while self.take_mark(",") {
            operands.push(self.operand()?);
        }
        Ok(operands)
    }

    fn order_by(&mut self) -> Result<Vec<OrderItem>> {
        let mut items = Vec::new();
        if !self.take_words(&["ORDER", "BY"]) {
            return Ok(items);
        }
        loop {
            let operand = self.operand()?;
            let descending = !self.take_word("ASC") && self.take_word("DESC");
            let nulls_last = if self.take_word("NULLS") {
                let last = self.take_word("LAST");
                if !last {
                    self.expect_word("FIRST")?;
                }
                last
            } else {
                false
            };
            items.push(OrderItem {
                operand,
                descending,
                nulls_last,
            });
            if !self.take_mark(",") {
                return Ok(items);
            }
        }
    }

    fn count(&mut self) -> Result<u64> {
        let token = self.peek();
        let count = self
            .text(token)
            .parse()
            .ok()
            .filter(|_| token.kind == TokenKind::Number);
        let count = count.ok_or_else(|| self.unexpected())?;
        self.next += 1;
        Ok(count)
    }

    /// FOR VIEW, FOR REFERENCE, FOR UPDATE, UPDATE TRACKING, UPDATE VIEWSTAT change what Salesforce remembers, not
    /// what is answered. ALL ROWS is for Apex; the API has queryAll.
    fn tail(&mut self) -> Result<()> {
        loop {
            let at = self.peek().start;
            if self.take_words(&["ALL", "ROWS"]) {
                return Err(self.refuse(at, "ALL ROWS not allowed in this context"));
            } else if self.take_word("FOR") {
                let known = ["VIEW", "REFERENCE", "UPDATE"]
                    .iter()
                    .any(|word| self.take_word(word));
                if !known {
                    return Err(self.unexpected());
                }
            } else if self.take_word("UPDATE") {
                let known = ["TRACKING", "VIEWSTAT"]
                    .iter()
                    .any(|word| self.take_word(word));
                if !known {
                    return Err(self.unexpected());
                }
                self.take_mark(",");
            } else {
                return Ok(());
            }
        }
    }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
