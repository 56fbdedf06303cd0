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
        if let Some(error_text) = nesting.error_text() {
            return Err(self.reject(left.at(), error_text));
        }
        self.context
            .semi_joins
            .set(self.context.semi_joins.get() + 1);
        if self.context.semi_joins.get() > limits::SEMI_JOINS {
            return Err(self.reject(
                left.at(),
                format!(
                    "Maximum {} semi join sub-selects are allowed",
                    limits::SEMI_JOINS
                ),
            ));
        }
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
        let outer = column.id_targets();
        if !selected
            .id_targets()
            .iter()
            .any(|target| outer.contains(target))
        {
            let message = format!(
                "The selected field '{}' in the subquery and the left operand field in the where expression in the outer \
                 query '{}' should point to the same object type",
                selected.name, column.name
            );
            return Err(self.reject(left.at(), message));
        }
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
