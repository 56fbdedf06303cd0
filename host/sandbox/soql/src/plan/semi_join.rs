//! Semi-joins and anti-joins: `AccountId IN (SELECT Id FROM Account …)`.

use super::super::ast::{Operand, Query, SelectItem};
use super::super::error::Result;
use super::super::limits;
use super::clause::{Clause, Nesting};
use super::scope::Scope;

impl<'a> Scope<'a> {
    pub(super) fn semi_join(
        &mut self,
        left: &Operand,
        within: bool,
        query: &Query,
        nesting: Nesting,
    ) -> Result<String> {
        self.count_semi_join(left, nesting)?;
        let column = self.subject(
            left,
            Clause {
                groups: None,
                nesting,
            },
        )?;
        let object = self.context.root_object(&query.from)?;
        if object.name == self.object.name {
            return Err(self.reject(
                query.from.path.at,
                "The inner and outer selects should not be on the same object type",
            ));
        }
        let mut inner = Scope::new(self.context, object, &query.from);
        let selected = inner.only_field(query)?;
        self.check_targets(left, &column, &selected)?;
        let mut terms = inner.where_clause(query, Nesting::SemiJoin)?;
        terms.push(format!("{} IS NOT NULL", selected.sql));
        let sql = format!(
            "{} IN (SELECT {} FROM {} WHERE {})",
            column.sql,
            selected.sql,
            inner.tables_and_joins(),
            terms.join(" AND ")
        );
        Ok(if within {
            sql
        } else {
            format!("(({sql}) IS NOT TRUE)")
        })
    }

    fn count_semi_join(&self, left: &Operand, nesting: Nesting) -> Result<()> {
        if let Some(error_text) = nesting.error_text() {
            return Err(self.reject(left.at(), error_text));
        }
        let count = self.context.semi_joins.get() + 1;
        self.context.semi_joins.set(count);
        if count > limits::SEMI_JOINS {
            let most = limits::SEMI_JOINS;
            let message = format!("Maximum {most} semi join sub-selects are allowed");
            return Err(self.reject(left.at(), message));
        }
        Ok(())
    }

    fn check_targets(
        &self,
        left: &Operand,
        column: &super::column::Column<'a>,
        selected: &super::column::Column<'a>,
    ) -> Result<()> {
        let outer = column.id_targets();
        let mut inner = selected.id_targets().into_iter();
        if inner.any(|target| outer.contains(&target)) {
            return Ok(());
        }
        let message = format!(
            "The selected field '{}' in the subquery and the left operand field in the where expression in the outer \
             query '{}' should point to the same object type",
            selected.name, column.name
        );
        Err(self.reject(left.at(), message))
    }

    fn only_field(&mut self, query: &Query) -> Result<super::column::Column<'a>> {
        match query.select.as_slice() {
            [
                SelectItem::Value {
                    operand: Operand::Field(path),
                    alias: None,
                },
            ] => self.column(path),
            _ => Err(self.reject(
                query.at,
                "Semi join sub-selects must select exactly one id or reference field",
            )),
        }
    }
}
