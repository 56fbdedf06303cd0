//! Literal values.

use super::super::ast::Value;
use super::super::date_literal::DateLiteral;
use super::super::error::{ErrorCode, Result, SoqlError};
use super::super::limits;
use super::super::literal::{Literal, Text, date_time};
use super::super::token::{TokenKind, is_currency};
use super::Parser;

impl Parser<'_> {
    pub(super) fn value(&mut self) -> Result<Value> {
        self.reject_bind()?;
        let at = self.peek().start;
        let literal = match self.peek().kind {
            TokenKind::Text => self.text_literal()?,
            TokenKind::Number => Literal::Number(self.number()?),
            TokenKind::DateTime => self.date_time()?,
            TokenKind::Word => self.word_literal()?,
            TokenKind::Mark | TokenKind::End => return Err(self.unexpected()),
        };
        Ok(Value { literal, at })
    }

    /// `:variable` belongs to Apex.
    pub(super) fn reject_bind(&self) -> Result<()> {
        if self.is_mark(0, ":") {
            return Err(self.reject(
                self.peek().start,
                "Bind variables only allowed in Apex code",
            ));
        }
        Ok(())
    }

    fn text_literal(&mut self) -> Result<Literal> {
        let token = self.advance();
        let quoted = self.text(token);
        let raw = quoted
            .get(1..quoted.len().saturating_sub(1))
            .unwrap_or_default();
        if raw.chars().count() > limits::STRING_CHARACTERS {
            let message = format!(
                "maximum length of a string literal is {} characters",
                limits::STRING_CHARACTERS
            );
            return Err(self.reject(token.start, message));
        }
        Text::new(raw).map(Literal::Text).map_err(|escape| {
            let message = format!("Invalid string literal {quoted}. Illegal character sequence '{escape}' in string literal.");
            SoqlError::new(ErrorCode::MalformedQuery, message)
        })
    }

    fn number(&mut self) -> Result<f64> {
        let text = self.text(self.peek());
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        let number = number.ok_or_else(|| self.unexpected())?;
        self.advance();
        Ok(number)
    }

    fn date_time(&mut self) -> Result<Literal> {
        let token = self.peek();
        let text = self.text(token);
        let literal = date_time(text).ok_or_else(|| {
            let kind = if text.contains('T') {
                "datetime"
            } else {
                "date"
            };
            self.reject(token.start, format_args!("Invalid {kind}: {text}"))
        })?;
        self.advance();
        Ok(literal)
    }

    fn word_literal(&mut self) -> Result<Literal> {
        let token = self.peek();
        let word = self.text(token);
        let literal = match word.to_ascii_uppercase().as_str() {
            "NULL" => Literal::Null,
            "TRUE" => Literal::Boolean(true),
            "FALSE" => Literal::Boolean(false),
            _ if DateLiteral::is_counted(word) => return self.counted(word),
            _ => match DateLiteral::plain(word) {
                Some(literal) => Literal::Relative(literal),
                None => self.currency(word)?,
            },
        };
        self.advance();
        Ok(literal)
    }

    fn currency(&self, word: &str) -> Result<Literal> {
        let amount = word
            .get(3..)
            .filter(|_| is_currency(word))
            .and_then(|amount| amount.parse().ok());
        match amount {
            Some(amount) => Ok(Literal::Currency(amount)),
            None if super::is_one_of(word, super::RESERVED) => Err(self.unexpected()),
            None if self.is_signed_amount(word) => {
                let at = self.ahead(1).start;
                let sign = self.text(self.ahead(1));
                Err(SoqlError::syntax(
                    self.soql,
                    at,
                    format_args!("unexpected token: '{sign}'"),
                ))
            }
            None => Err(self.reject(
                self.peek().start,
                "Bind variables only allowed in Apex code",
            )),
        }
    }

    /// Returns whether the next words are an amount of money with a sign, `USD-500`, which has none.
    fn is_signed_amount(&self, code: &str) -> bool {
        let (word, amount) = (self.peek(), self.ahead(1));
        code.len() == 3 && amount.kind == TokenKind::Number && amount.start == word.end
    }

    /// Reads the next token as a whole number, without taking it.
    pub(super) fn whole_number<T: std::str::FromStr>(&self) -> Result<T> {
        let token = self.peek();
        let number = self.text(token).parse().ok();
        number
            .filter(|_| token.kind == TokenKind::Number)
            .ok_or_else(|| self.unexpected())
    }

    fn counted(&mut self, word: &str) -> Result<Literal> {
        self.advance();
        if !self.take_mark(":") {
            return Err(self.unexpected());
        }
        let token = self.peek();
        let count = self.whole_number()?;
        let literal = DateLiteral::counted(word, count).ok_or_else(|| {
            self.reject(
                token.start,
                format_args!("Invalid number of units in {word}: {count}"),
            )
        })?;
        self.advance();
        Ok(Literal::Relative(literal))
    }
}
