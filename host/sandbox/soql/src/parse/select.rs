//! The SELECT list: fields, functions, sub-queries, TYPEOF, FIELDS().

use super::super::ast::{Argument, FieldSet, Function, Name, Operand, Path, SelectItem, TypeOf};
use super::super::error::Result;
use super::super::token::TokenKind;
use super::Parser;

impl Parser<'_> {
    pub(super) fn select_list(&mut self) -> Result<Vec<SelectItem>> {
        let mut items = vec![self.select_item()?];
        while self.take_mark(",") {
            items.push(self.select_item()?);
        }
        Ok(items)
    }

    fn select_item(&mut self) -> Result<SelectItem> {
        if self.take_mark("(") {
            let children = self.nested(Self::query)?;
            self.expect_closing()?;
            return Ok(SelectItem::Children(Box::new(children)));
        }
        if self.is_word(0, "TYPEOF")
            && self.ahead(1).kind == TokenKind::Word
            && !self.is_word(1, "FROM")
        {
            return Ok(SelectItem::TypeOf(self.type_of()?));
        }
        if self.is_word(0, "FIELDS") && self.is_mark(1, "(") {
            return self.fields();
        }
        let operand = self.operand()?;
        Ok(SelectItem::Value {
            operand,
            alias: self.alias(),
        })
    }

    fn fields(&mut self) -> Result<SelectItem> {
        let at = self.advance().start;
        self.expect_mark("(")?;
        let set = match self.text(self.peek()).to_ascii_uppercase().as_str() {
            "ALL" => FieldSet::All,
            "STANDARD" => FieldSet::Standard,
            "CUSTOM" => FieldSet::Custom,
            _ => return Err(self.unexpected()),
        };
        self.advance();
        self.expect_closing()?;
        Ok(SelectItem::Fields(set, at))
    }

    /// Returns a field, or a function of fields, other functions and literals.
    pub(super) fn operand(&mut self) -> Result<Operand> {
        if self.peek().kind != TokenKind::Word || !self.is_mark(1, "(") {
            return Ok(Operand::Field(self.path()?));
        }
        let Name { text, at } = self.name()?;
        self.expect_mark("(")?;
        let arguments = if self.is_mark(0, ")") {
            Vec::new()
        } else {
            self.nested(Self::arguments)?
        };
        self.expect_closing()?;
        Ok(Operand::Function(Function {
            name: text.to_ascii_uppercase(),
            arguments,
            at,
        }))
    }

    fn arguments(&mut self) -> Result<Vec<Argument>> {
        let mut arguments = Vec::new();
        loop {
            arguments.push(match self.peek().kind {
                TokenKind::Word => Argument::Operand(self.operand()?),
                _ => Argument::Literal(self.value()?.literal),
            });
            if !self.take_mark(",") {
                return Ok(arguments);
            }
        }
    }

    fn type_of(&mut self) -> Result<TypeOf> {
        self.advance();
        let relationship = self.path()?;
        let mut when = Vec::new();
        while self.take_word("WHEN") {
            let object = self.object_name()?;
            self.expect_word("THEN")?;
            when.push((object, self.paths()?));
        }
        if when.is_empty() {
            return Err(self.unexpected());
        }
        let otherwise = if self.take_word("ELSE") {
            self.paths()?
        } else {
            Vec::new()
        };
        self.expect_word("END")?;
        Ok(TypeOf {
            relationship,
            when,
            otherwise,
        })
    }

    pub(super) fn paths(&mut self) -> Result<Vec<Path>> {
        let mut paths = vec![self.path()?];
        while self.take_mark(",") {
            paths.push(self.path()?);
        }
        Ok(paths)
    }
}
