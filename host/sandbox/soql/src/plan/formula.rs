//! `FORMULA('Amount - ExpectedRevenue')`: two fields of a record held against each other (SOQL and SOSL Reference,
//! "FORMULA()").

use sandbox_model::schema::FieldType;

use super::super::ast::{Argument, Function, Name, Path};
use super::super::error::Result;
use super::super::literal::Literal;
use super::column::Column;
use super::scope::Scope;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What a field contributes to a sum or difference.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Term {
    Number,
    Day,
    Instant,
}

impl Term {
    fn from_field_type(field_type: &FieldType) -> Option<Self> {
        match field_type {
            FieldType::Int | FieldType::Double | FieldType::Currency => Some(Self::Number),
            FieldType::Date => Some(Self::Day),
            FieldType::DateTime => Some(Self::Instant),
            _ => None,
        }
    }
}

impl<'a> Scope<'a> {
    /// Returns the column of the formula's result. Days and instants differ in days, and move by days.
    pub(super) fn formula(&mut self, function: &Function) -> Result<Column<'a>> {
        let [Argument::Literal(Literal::Text(text))] = function.arguments.as_slice() else {
            return Err(self.reject(function.at, "FORMULA takes one text: 'field + field'"));
        };
        let text = text.value();
        let Some((at, sign)) = text.char_indices().find(|(_, c)| matches!(c, '+' | '-')) else {
            let message = format!("FORMULA knows 'field + field' and 'field - field', not {text}");
            return Err(self.reject(function.at, message));
        };
        let (left, right) = text.split_at(at);
        let left = self.column(&path(left, function.at))?;
        let right = self.column(&path(right.trim_start_matches(sign), function.at))?;
        let terms = (
            Term::from_field_type(&left.field_type),
            Term::from_field_type(&right.field_type),
        );
        let (a, b) = (&left.sql, &right.sql);
        let (sql, field_type) = match (terms, sign) {
            ((Some(Term::Number), Some(Term::Number)), _) => {
                (format!("({a} {sign} {b})"), FieldType::Double)
            }
            ((Some(Term::Day), Some(Term::Day)), '-') => (
                format!("(julianday({a}) - julianday({b}))"),
                FieldType::Double,
            ),
            ((Some(Term::Instant), Some(Term::Instant)), '-') => {
                (format!("(({a} - {b}) / {DAY_MS}.0)"), FieldType::Double)
            }
            ((Some(Term::Day), Some(Term::Number)), _) => {
                (format!("date(julianday({a}) {sign} {b})"), FieldType::Date)
            }
            ((Some(Term::Instant), Some(Term::Number)), _) => (
                format!("({a} {sign} CAST({b} * {DAY_MS} AS INTEGER))"),
                FieldType::DateTime,
            ),
            _ => {
                let (left, right) = (left.name, right.name);
                let message = format!("FORMULA cannot reckon {left} {sign} {right}");
                return Err(self.reject(function.at, message));
            }
        };
        Ok(Column::computed(sql, "FORMULA", field_type))
    }
}

/// Returns the field path of a part of the formula.
fn path(text: &str, at: usize) -> Path {
    let name = |part: &str| Name {
        text: part.trim().to_owned(),
        at,
    };
    Path {
        names: text.split('.').map(name).collect(),
        at,
    }
}
