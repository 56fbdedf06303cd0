//! The clauses of a statement, in the order SOQL demands.

use super::super::ast::{From, GroupBy, Operand, OrderItem, Query, Totals};
use super::super::error::Result;
use super::Parser;

impl Parser<'_> {
    pub(super) fn query(&mut self) -> Result<Query> {
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
        let data_category = self.with()?;
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
            data_category,
            group,
            having,
            order,
            limit,
            offset,
            at,
        })
    }

    fn from(&mut self) -> Result<From> {
        let path = self.object_path()?;
        self.take_word("AS");
        Ok(From {
            path,
            alias: self.alias(),
        })
    }

    /// WITH is for Apex, but for data categories; returns their position.
    fn with(&mut self) -> Result<Option<usize>> {
        let at = self.peek().start;
        if !self.take_word("WITH") {
            return Ok(None);
        }
        if self.take_words(&["DATA", "CATEGORY"]) {
            self.data_categories()?;
            return Ok(Some(at));
        }
        let word = self.text(self.peek()).to_ascii_uppercase();
        match word.as_str() {
            "SECURITY_ENFORCED" | "USER_MODE" | "SYSTEM_MODE" => {
                Err(self.reject(at, format_args!("{word} not allowed in this context")))
            }
            _ => Err(self.unexpected()),
        }
    }

    /// `Geography__c ABOVE usa__c AND Product__c AT (dsl__c, mobile__c)`.
    fn data_categories(&mut self) -> Result<()> {
        loop {
            self.name()?;
            let known = ["AT", "ABOVE_OR_BELOW", "ABOVE", "BELOW"];
            if !known.iter().any(|word| self.take_word(word)) {
                return Err(self.unexpected());
            }
            if self.take_mark("(") {
                self.paths()?;
                self.expect_closing()?;
            } else {
                self.name()?;
            }
            if !self.take_word("AND") {
                return Ok(());
            }
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
        let count = self.whole_number()?;
        self.advance();
        Ok(count)
    }

    /// FOR VIEW, FOR REFERENCE, FOR UPDATE, UPDATE TRACKING, UPDATE VIEWSTAT change what Salesforce remembers, not
    /// the result; SET OPTIONS changes the result for Data 360 objects only. ALL ROWS is for Apex; the API has
    /// queryAll.
    fn tail(&mut self) -> Result<()> {
        loop {
            let at = self.peek().start;
            if self.take_words(&["ALL", "ROWS"]) {
                return Err(self.reject(at, "ALL ROWS not allowed in this context"));
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
            } else if self.take_words(&["SET", "OPTIONS"]) {
                self.query_options()?;
            } else {
                return Ok(());
            }
        }
    }

    /// `(dataspace = 'default', honorEmptyStrings = true)` (SOQL and SOSL Reference, "SET OPTIONS").
    fn query_options(&mut self) -> Result<()> {
        self.reject_bind()?;
        self.expect_mark("(")?;
        loop {
            let known = ["dataspace", "honorEmptyStrings"];
            if !known.iter().any(|word| self.take_word(word)) {
                return Err(self.unexpected());
            }
            self.expect_mark("=")?;
            self.value()?;
            if !self.take_mark(",") {
                return self.expect_closing();
            }
        }
    }
}
