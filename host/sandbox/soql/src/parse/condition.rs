//! WHERE and HAVING. AND, OR and NOT may not be mixed without parentheses: Salesforce's grammar has no precedence.

use super::super::ast::{Comparison, Condition, Operand, Value};
use super::super::error::Result;
use super::Parser;

const COMPARISONS: &[(&str, Comparison)] = &[
    ("=", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<>", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    ("<", Comparison::Less),
    (">=", Comparison::GreaterOrEqual),
    (">", Comparison::Greater),
];

impl Parser<'_> {
    pub(super) fn condition(&mut self) -> Result<Condition> {
        if self.take_word("NOT") {
            return Ok(Condition::Not(Box::new(self.nested(Self::simple)?)));
        }
        let first = self.simple()?;
        if self.is_word(0, "AND") {
            return Ok(Condition::And(self.chain(first, "AND")?));
        }
        if self.is_word(0, "OR") {
            return Ok(Condition::Or(self.chain(first, "OR")?));
        }
        Ok(first)
    }

    /// Returns the rest of `a AND b AND c`. The other conjunction after it is an unexpected token.
    fn chain(&mut self, first: Condition, word: &str) -> Result<Vec<Condition>> {
        let mut conditions = vec![first];
        while self.take_word(word) {
            conditions.push(self.simple()?);
        }
        if self.is_word(0, "AND") || self.is_word(0, "OR") {
            return Err(self.unexpected());
        }
        Ok(conditions)
    }

    fn simple(&mut self) -> Result<Condition> {
        if self.take_mark("(") {
            let inner = self.nested(Self::condition)?;
            self.expect_closing()?;
            return Ok(inner);
        }
        let operand = self.operand()?;
        self.comparison(operand)
    }

    fn comparison(&mut self, operand: Operand) -> Result<Condition> {
        if self.take_word("LIKE") {
            return Ok(Condition::Compare(operand, Comparison::Like, self.value()?));
        }
        if self.take_word("IN") {
            return self.membership(operand, true);
        }
        if self.take_words(&["NOT", "IN"]) {
            return self.membership(operand, false);
        }
        for (word, includes) in [("INCLUDES", true), ("EXCLUDES", false)] {
            if self.take_word(word) {
                return Ok(Condition::Includes(operand, includes, self.list()?));
            }
        }
        let known = COMPARISONS.iter().find(|(mark, _)| self.is_mark(0, mark));
        let (_, comparison) = known.ok_or_else(|| self.unexpected())?;
        self.advance();
        Ok(Condition::Compare(operand, *comparison, self.value()?))
    }

    fn membership(&mut self, operand: Operand, within: bool) -> Result<Condition> {
        if !(self.is_mark(0, "(") && self.is_word(1, "SELECT")) {
            return Ok(Condition::In(operand, within, self.list()?));
        }
        self.advance();
        let query = self.nested(Self::query)?;
        self.expect_closing()?;
        Ok(Condition::SemiJoin(operand, within, Box::new(query)))
    }

    fn list(&mut self) -> Result<Vec<Value>> {
        self.reject_bind()?;
        self.expect_mark("(")?;
        let mut values = vec![self.value()?];
        while self.take_mark(",") {
            values.push(self.value()?);
        }
        self.expect_closing()?;
        Ok(values)
    }
}
