//! WHERE and HAVING in SQL.
//!
//! SOQL knows no third truth value: a comparison with a missing value is false, but `!=`, NOT IN and EXCLUDES, which are
//! true. In SQL the former is NULL, which counts as false until NOT meets it; hence `IS NOT TRUE`.

use sandbox_model::schema::FieldType;

use super::super::ast::{Comparison, Condition, Operand, Query, Value};
use super::super::error::{ErrorCode, Result};
use super::super::literal::Literal;
use super::clause::{Clause, Nesting};
use super::column::Column;
use super::compare::Bound;
use super::scope::Scope;
use super::sql::Param;

impl<'a> Scope<'a> {
    /// Returns the rows of the query: its filter, its scope, and what is not deleted.
    pub(super) fn where_clause(&mut self, query: &Query, nesting: Nesting) -> Result<Vec<String>> {
        let mut terms = Vec::new();
        if !self.context.options.include_deleted {
            terms.push(format!("{}.\"IsDeleted\" = 0", self.root()));
        }
        if let Some(scope) = &query.scope {
            terms.extend(self.using_scope(&scope.text, scope.at)?);
        }
        if let Some(filter) = &query.filter {
            terms.push(self.condition(
                filter,
                Clause {
                    groups: None,
                    nesting,
                },
            )?);
        }
        Ok(terms)
    }

    pub(super) fn condition(
        &mut self,
        condition: &Condition,
        clause: Clause<'_, 'a>,
    ) -> Result<String> {
        match condition {
            Condition::And(all) => self.junction(all, " AND ", clause),
            Condition::Or(any) => self.junction(
                any,
                " OR ",
                Clause {
                    nesting: clause.nesting.within_or(),
                    ..clause
                },
            ),
            Condition::Not(inner) => {
                let inner = self.condition(
                    inner,
                    Clause {
                        nesting: clause.nesting.within_not(),
                        ..clause
                    },
                )?;
                Ok(format!("(({inner}) IS NOT TRUE)"))
            }
            Condition::Compare(operand, comparison, value) => {
                self.compare(operand, *comparison, value, clause)
            }
            Condition::In(operand, within, values) => self.within(operand, *within, values, clause),
            Condition::SemiJoin(operand, within, query) => {
                self.semi_join(operand, *within, query, clause.nesting)
            }
            Condition::Includes(operand, includes, values) => {
                self.includes(operand, *includes, values, clause)
            }
        }
    }

    fn junction(
        &mut self,
        conditions: &[Condition],
        word: &str,
        clause: Clause<'_, 'a>,
    ) -> Result<String> {
        let terms = conditions
            .iter()
            .map(|condition| self.condition(condition, clause))
            .collect::<Result<Vec<_>>>()?;
        Ok(format!("({})", terms.join(word)))
    }

    /// Returns the column of a condition, if it is filterable.
    pub(super) fn subject(
        &mut self,
        operand: &Operand,
        clause: Clause<'_, 'a>,
    ) -> Result<Column<'a>> {
        if let Some(groups) = clause.groups {
            return self.grouped(operand, groups, |name| {
                format!("Field must be grouped or aggregated: {name}")
            });
        }
        if let Operand::Function(function) = operand
            && super::function::is_aggregate(operand)
        {
            let message = format!(
                "Aggregate functions are only allowed in HAVING: {}",
                function.name
            );
            return Err(self.reject(function.at, message));
        }
        let column = self.operand(operand)?;
        if *column.field_type == FieldType::Address {
            let message = "Address fields can only be filtered using Distance expressions";
            return Err(self
                .context
                .error(operand.at(), ErrorCode::InvalidField, message));
        }
        if !column.filterable() {
            let message = format!(
                "field '{}' can not be filtered in a query call",
                column.name
            );
            return Err(self
                .context
                .error(operand.at(), ErrorCode::InvalidField, message));
        }
        Ok(column)
    }

    fn compare(
        &mut self,
        operand: &Operand,
        comparison: Comparison,
        value: &Value,
        clause: Clause<'_, 'a>,
    ) -> Result<String> {
        let column = self.subject(operand, clause)?;
        self.check_distance(operand, Some(comparison))?;
        self.check_operator(&column, comparison, operand.at())?;
        if comparison == Comparison::Like {
            return self.like(&column, value, operand.at());
        }
        let bound = self.context.bound(&column, value, operand.at())?;
        Ok(self.comparison(&column.sql, comparison, bound))
    }

    fn comparison(&self, sql: &str, comparison: Comparison, bound: Bound) -> String {
        let binder = &self.context.binder;
        let (from, to) = match bound {
            Bound::Null => {
                return match comparison {
                    Comparison::NotEqual => format!("{sql} IS NOT NULL"),
                    Comparison::Less | Comparison::Greater => "0".into(),
                    _ => format!("{sql} IS NULL"),
                };
            }
            Bound::Empty => {
                return match comparison {
                    Comparison::NotEqual | Comparison::Greater => format!("{sql} IS NOT NULL"),
                    Comparison::Less => "0".into(),
                    Comparison::GreaterOrEqual => "1".into(),
                    Comparison::Equal | Comparison::LessOrEqual | Comparison::Like => {
                        format!("{sql} IS NULL")
                    }
                };
            }
            Bound::One(value) => {
                let value = binder.bind(Param::One(value));
                (value.clone(), value)
            }
            Bound::Range(from, to) => return self.range(sql, comparison, from, to),
        };
        match comparison {
            Comparison::NotEqual => format!("{sql} IS NOT {from}"),
            Comparison::Less => format!("{sql} < {from}"),
            Comparison::LessOrEqual => format!("{sql} <= {to}"),
            Comparison::Greater => format!("{sql} > {to}"),
            Comparison::GreaterOrEqual => format!("{sql} >= {from}"),
            Comparison::Equal | Comparison::Like => format!("{sql} = {from}"),
        }
    }

    /// Before, in or after a stretch of time.
    fn range(
        &self,
        sql: &str,
        comparison: Comparison,
        from: rusqlite::types::Value,
        to: rusqlite::types::Value,
    ) -> String {
        let bind = |value| self.context.binder.bind(Param::One(value));
        match comparison {
            Comparison::Less => format!("{sql} < {}", bind(from)),
            Comparison::LessOrEqual => format!("{sql} < {}", bind(to)),
            Comparison::Greater => format!("{sql} >= {}", bind(to)),
            Comparison::GreaterOrEqual => format!("{sql} >= {}", bind(from)),
            Comparison::Equal | Comparison::Like => {
                format!("({sql} >= {} AND {sql} < {})", bind(from), bind(to))
            }
            Comparison::NotEqual => {
                format!(
                    "(({sql} >= {} AND {sql} < {}) IS NOT TRUE)",
                    bind(from),
                    bind(to)
                )
            }
        }
    }

    fn like(&self, column: &Column<'_>, value: &Value, at: usize) -> Result<String> {
        let Literal::Text(text) = &value.literal else {
            let bound = self.context.bound(column, value, at)?;
            return Ok(self.comparison(&column.sql, Comparison::Equal, bound));
        };
        let pattern = self.context.binder.one(text.pattern());
        Ok(format!("{} LIKE {pattern} ESCAPE '\\'", column.sql))
    }

    fn check_operator(&self, column: &Column<'_>, comparison: Comparison, at: usize) -> Result<()> {
        let allowed = match (comparison, &*column.field_type) {
            (Comparison::Equal | Comparison::NotEqual, _) => true,
            (Comparison::Like, FieldType::MultiPicklist { .. }) => false,
            (Comparison::Like, field_type) => super::column::primitive(field_type) == "string",
            (_, FieldType::Boolean | FieldType::MultiPicklist { .. }) => false,
            _ => true,
        };
        if allowed {
            Ok(())
        } else {
            Err(self.invalid_operator(column, at))
        }
    }

    fn invalid_operator(&self, column: &Column<'_>, at: usize) -> super::super::error::SoqlError {
        let message = format!(
            "invalid operator on {} field",
            column.field_type.describe_name()
        );
        self.context
            .error(at, ErrorCode::InvalidQueryFilterOperator, message)
    }

    fn within(
        &mut self,
        operand: &Operand,
        within: bool,
        values: &[Value],
        clause: Clause<'_, 'a>,
    ) -> Result<String> {
        let column = self.subject(operand, clause)?;
        self.check_distance(operand, None)?;
        let (mut list, mut terms) = (Vec::new(), Vec::new());
        for value in values {
            match self.context.bound(&column, value, operand.at())? {
                Bound::One(value) => list.push(value),
                other => terms.push(self.comparison(&column.sql, Comparison::Equal, other)),
            }
        }
        if !list.is_empty() {
            terms.push(format!(
                "{} IN rarray({})",
                column.sql,
                self.context.binder.bind(Param::Many(list))
            ));
        }
        let any = format!("({})", terms.join(" OR "));
        Ok(if within {
            any
        } else {
            format!("({any} IS NOT TRUE)")
        })
    }

    fn includes(
        &mut self,
        operand: &Operand,
        includes: bool,
        values: &[Value],
        clause: Clause<'_, 'a>,
    ) -> Result<String> {
        let column = self.subject(operand, clause)?;
        if !matches!(&*column.field_type, FieldType::MultiPicklist { .. }) {
            return Err(self.invalid_operator(&column, operand.at()));
        }
        let mut terms = Vec::new();
        for value in values {
            let Literal::Text(text) = &value.literal else {
                terms.push(match self.context.bound(&column, value, operand.at())? {
                    Bound::Null | Bound::Empty => format!("{} IS NULL", column.sql),
                    Bound::One(_) | Bound::Range(..) => "0".to_owned(),
                });
                continue;
            };
            terms.push(self.includes_all(&column.sql, &text.value()));
        }
        let any = format!("({})", terms.join(" OR "));
        Ok(if includes {
            any
        } else {
            format!("({any} IS NOT TRUE)")
        })
    }

    /// `'A;B'` asks for both.
    fn includes_all(&self, sql: &str, values: &str) -> String {
        let one = |value: &str| {
            let value = value
                .replace('\\', r"\\")
                .replace('%', r"\%")
                .replace('_', r"\_");
            let pattern = self.context.binder.one(format!("%;{value};%"));
            format!("';' || {sql} || ';' LIKE {pattern} ESCAPE '\\'")
        };
        let all: Vec<_> = values.split(';').map(|value| one(value.trim())).collect();
        format!("({})", all.join(" AND "))
    }
}
