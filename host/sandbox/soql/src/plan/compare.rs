//! Literals held against fields: which types suit, and what they become in SQL.

use rusqlite::types::Value as SqlValue;

use sandbox_model::id::RecordId;
use sandbox_model::schema::FieldType;
use sandbox_model::value::dates;

use super::super::ast::Value;
use super::super::date_literal::{DateLiteral, midnight};
use super::super::error::{ErrorCode, Result};
use super::super::literal::Literal;
use super::column::{Column, primitive};
use super::context::Context;

/// A literal in SQL's terms.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bound {
    /// No value.
    Null,
    /// The empty text: no value is equal to it, and every value is greater.
    Empty,
    /// One value.
    One(SqlValue),
    /// From the first on, up to but without the second.
    Range(SqlValue, SqlValue),
}

impl Context<'_> {
    /// Returns what `value` means to a filter on `column`, whose operand is at byte `at`.
    pub(super) fn bound(&self, column: &Column<'_>, value: &Value, at: usize) -> Result<Bound> {
        let bound = match (&*column.field_type, &value.literal) {
            (FieldType::Boolean, Literal::Null) => Some(Bound::One(SqlValue::Integer(0))),
            (_, Literal::Null) => Some(Bound::Null),
            (FieldType::Id | FieldType::Reference(_), Literal::Text(text)) => {
                if self.is_durable(column) {
                    return Ok(Bound::One(text.value().into()));
                }
                return self.id(&text.value(), at);
            }
            (FieldType::Boolean, Literal::Boolean(truth)) => {
                Some(Bound::One(i64::from(*truth).into()))
            }
            (FieldType::Int, Literal::Number(number)) => Some(Bound::One(whole(*number))),
            (
                FieldType::Double | FieldType::Percent | FieldType::Currency,
                Literal::Number(number),
            )
            | (FieldType::Currency, Literal::Currency(number)) => {
                Some(Bound::One((*number).into()))
            }
            (FieldType::Date, Literal::Date(date)) => Some(Bound::One(date.clone().into())),
            (FieldType::DateTime, Literal::DateTime(ms)) => {
                Some(Bound::One(dates::whole_seconds(*ms).into()))
            }
            (FieldType::Time, Literal::Time(ms)) => Some(Bound::One((*ms).into())),
            (FieldType::Date | FieldType::DateTime, Literal::Relative(literal)) => {
                return self.range(column, *literal, value.at);
            }
            (field_type, Literal::Text(text)) if primitive(field_type) == "string" => {
                let text = text.value();
                Some(if text.is_empty() {
                    Bound::Empty
                } else {
                    Bound::One(text.into())
                })
            }
            _ => None,
        };
        bound.ok_or_else(|| {
            let word = primitive(&column.field_type);
            let quotes = if matches!(word, "string" | "ID") { "should be" } else { "should not be" };
            let message = format!(
                "value of filter criterion for field '{}' must be of type {word} and {quotes} enclosed in quotes",
                column.name
            );
            self.error(at, ErrorCode::InvalidField, message)
        })
    }

    /// Returns whether the column holds what calls a record of the schema itself: `Account`, `Account.Name`.
    fn is_durable(&self, column: &Column<'_>) -> bool {
        let derived = |name: &str| {
            let object = self.schema.any_object(name);
            object.is_some_and(|object| object.derived)
        };
        let targets = column.id_targets();
        !targets.is_empty() && targets.into_iter().all(derived)
    }

    fn id(&self, text: &str, at: usize) -> Result<Bound> {
        if text.is_empty() {
            return Ok(Bound::Empty);
        }
        let id = RecordId::parse(text).ok_or_else(|| {
            self.error(
                at,
                ErrorCode::InvalidQueryFilterOperator,
                format!("invalid ID field: {text}"),
            )
        })?;
        Ok(Bound::One(id.as_str().to_owned().into()))
    }

    fn range(&self, column: &Column<'_>, literal: DateLiteral, at: usize) -> Result<Bound> {
        let zone = &self.options.time_zone;
        let days = literal.days(self.options.now, zone);
        let ends = days.and_then(|(from, to)| match &*column.field_type {
            FieldType::Date => Some((
                SqlValue::from(from.to_string()),
                SqlValue::from(to.to_string()),
            )),
            _ => Some((midnight(from, zone)?.into(), midnight(to, zone)?.into())),
        });
        let (from, to) = ends.ok_or_else(|| {
            self.error(
                at,
                ErrorCode::MalformedQuery,
                "the date literal lies outside the calendar",
            )
        })?;
        Ok(Bound::Range(from, to))
    }
}

/// Returns a number for comparing with whole numbers.
fn whole(number: f64) -> SqlValue {
    // Doubles hold whole numbers exactly up to 2^53, far beyond SOQL's integers.
    let exact = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    if exact {
        SqlValue::Integer(number as i64)
    } else {
        SqlValue::Real(number)
    }
}
