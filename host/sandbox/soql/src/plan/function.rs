//! Functions that make a value of a value: parts of dates, labels, formats.

use std::borrow::Cow;

use sandbox_model::schema::FieldType;

use super::super::ast::{Argument, Function, Operand};
use super::super::error::{Result, SoqlError};
use super::super::projection::ValueKind;
use super::column::Column;
use super::scope::Scope;

/// Milliseconds of a second.
const SECOND_MS: i64 = 1_000;

/// Functions of a date or date-time, with the SQL of what they give: `{d}` is the SQLite time value. Weeks are counted
/// from the first day of the month or year, days of the week from Sunday (SOQL and SOSL Reference, "Date Functions");
/// the fiscal year is the calendar year. Date-times count in UTC unless `convertTimezone()` says otherwise.
const DATE_PARTS: &[(&str, &str)] = &[
    ("CALENDAR_MONTH", "CAST(strftime('%m', {d}) AS INTEGER)"),
    (
        "CALENDAR_QUARTER",
        "((CAST(strftime('%m', {d}) AS INTEGER) + 2) / 3)",
    ),
    ("CALENDAR_YEAR", "CAST(strftime('%Y', {d}) AS INTEGER)"),
    ("DAY_IN_MONTH", "CAST(strftime('%d', {d}) AS INTEGER)"),
    ("DAY_IN_WEEK", "(CAST(strftime('%w', {d}) AS INTEGER) + 1)"),
    ("DAY_IN_YEAR", "CAST(strftime('%j', {d}) AS INTEGER)"),
    ("FISCAL_MONTH", "CAST(strftime('%m', {d}) AS INTEGER)"),
    (
        "FISCAL_QUARTER",
        "((CAST(strftime('%m', {d}) AS INTEGER) + 2) / 3)",
    ),
    ("FISCAL_YEAR", "CAST(strftime('%Y', {d}) AS INTEGER)"),
    ("HOUR_IN_DAY", "CAST(strftime('%H', {d}) AS INTEGER)"),
    (
        "WEEK_IN_MONTH",
        "((CAST(strftime('%d', {d}) AS INTEGER) - 1) / 7 + 1)",
    ),
    (
        "WEEK_IN_YEAR",
        "((CAST(strftime('%j', {d}) AS INTEGER) - 1) / 7 + 1)",
    ),
    ("DAY_ONLY", "strftime('%Y-%m-%d', {d})"),
];

/// Functions that give totals of rows.
pub(super) const AGGREGATES: &[&str] = &["COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"];

/// Returns whether an operand is a function of rows, or wraps one.
pub(super) fn is_aggregate(operand: &Operand) -> bool {
    let Operand::Function(function) = operand else {
        return false;
    };
    let wraps =
        |argument: &Argument| matches!(argument, Argument::Operand(inner) if is_aggregate(inner));
    AGGREGATES.contains(&function.name.as_str()) || function.arguments.iter().any(wraps)
}

/// Returns whether a function needs (or allows) no GROUP BY around it and keeps the field's name.
pub(super) fn keeps_name(function: &Function) -> bool {
    matches!(
        function.name.as_str(),
        "TOLABEL" | "FORMAT" | "CONVERTCURRENCY"
    )
}

/// Returns whether an operand is a computed number that only WHERE may use.
pub(super) fn is_formula(operand: &Operand) -> bool {
    matches!(operand, Operand::Function(function) if function.name == "FORMULA")
}

/// Returns whether an operand is a computed number that rows are not grouped by.
pub(super) fn is_measure(operand: &Operand) -> bool {
    is_formula(operand)
        || matches!(operand, Operand::Function(function) if function.name == "DISTANCE")
}

impl<'a> Scope<'a> {
    /// Returns the column of a field or of a function of one.
    pub(super) fn operand(&mut self, operand: &Operand) -> Result<Column<'a>> {
        match operand {
            Operand::Field(path) => self.column(path),
            Operand::Function(function) => self.function(function),
        }
    }

    fn function(&mut self, function: &Function) -> Result<Column<'a>> {
        if let Some((name, sql)) = DATE_PARTS.iter().find(|(name, _)| *name == function.name) {
            return self.date_part(function, name, sql);
        }
        match function.name.as_str() {
            "TOLABEL" => {
                let column = self.argument(function)?;
                Ok(self.labelled(column))
            }
            "FORMAT" => Ok(self.argument(function)?.formatted()),
            "DISTANCE" => self.distance(function),
            "FORMULA" => self.formula(function),
            // The org has one currency: nothing to convert.
            "CONVERTCURRENCY" => self.argument(function),
            _ => Err(self.unknown_function(function)),
        }
    }

    /// Returns an unknown function looks to Salesforce's grammar like a field with a stray parenthesis.
    pub(super) fn unknown_function(&self, function: &Function) -> SoqlError {
        SoqlError::syntax(
            self.context.soql,
            function.at + function.name.len(),
            "unexpected token: '('",
        )
    }

    /// Returns the one argument of a function.
    fn argument(&mut self, function: &Function) -> Result<Column<'a>> {
        match function.arguments.as_slice() {
            [Argument::Operand(operand)] => self.operand(operand),
            _ => Err(self.reject(function.at, format!("{} takes one field", function.name))),
        }
    }

    fn date_part(&mut self, function: &Function, name: &str, sql: &str) -> Result<Column<'a>> {
        let (column, offset) = self.date_time(function)?;
        let by_hour = matches!(name, "HOUR_IN_DAY" | "DAY_ONLY");
        let time_value = match &*column.field_type {
            FieldType::Date if !by_hour => column.sql,
            FieldType::DateTime => format!("({} + {offset}) / 1000.0, 'unixepoch'", column.sql),
            _ => {
                let message = format!("field {} does not support function {name}", column.name);
                return Err(self.reject(function.at, message));
            }
        };
        let field_type = if name == "DAY_ONLY" {
            FieldType::Date
        } else {
            FieldType::Int
        };
        Ok(Column::computed(
            sql.replace("{d}", &time_value),
            name,
            field_type,
        ))
    }

    /// Returns a date function's field, and the milliseconds its time zone is ahead of UTC.
    fn date_time(&mut self, function: &Function) -> Result<(Column<'a>, i64)> {
        match function.arguments.as_slice() {
            [Argument::Operand(Operand::Function(inner))] if inner.name == "CONVERTTIMEZONE" => {
                Ok((self.argument(inner)?, self.context.zone_offset_ms()))
            }
            _ => Ok((self.argument(function)?, 0)),
        }
    }

    /// Returns a pick-list value by its label, where that differs.
    fn labelled(&self, mut column: Column<'a>) -> Column<'a> {
        let picklist = column.field.map_or(&[][..], |field| &field.picklist);
        let mut cases = String::new();
        for value in picklist.iter().filter(|value| value.value != value.label) {
            let binder = &self.context.binder;
            let (from, to) = (
                binder.one(value.value.clone()),
                binder.one(value.label.clone()),
            );
            cases.push_str(&format!(" WHEN {from} THEN {to}"));
        }
        if !cases.is_empty() {
            column.sql = format!(
                "(CASE {sql}{cases} ELSE {sql} END COLLATE NOCASE)",
                sql = column.sql
            );
        }
        column
    }

    /// Returns the column of an aggregate function.
    pub(super) fn aggregate(
        &mut self,
        function: &Function,
        grouped: &[Column<'a>],
    ) -> Result<Column<'a>> {
        let [Argument::Operand(Operand::Field(path))] = function.arguments.as_slice() else {
            return Err(self.unknown_function(function));
        };
        let column = self.column(path)?;
        let name = function.name.as_str();
        if grouped.iter().any(|group| group.sql == column.sql) {
            return Err(self.reject(
                path.at,
                format!("Grouped field should not be aggregated: {}", path.text()),
            ));
        }
        let numeric = !matches!(name, "SUM" | "AVG") || column.is_number();
        if !(column.aggregatable() && numeric) {
            let message = format!(
                "field {} does not support aggregate operator {name}",
                column.name
            );
            return Err(self.reject(path.at, message));
        }
        let sql = match name {
            "COUNT_DISTINCT" => format!("COUNT(DISTINCT {})", column.sql),
            _ => format!("{name}({})", column.sql),
        };
        Ok(match name {
            "COUNT" | "COUNT_DISTINCT" => Column::computed(sql, name, FieldType::Int),
            "AVG" => Column::computed(sql, name, FieldType::Double),
            _ => Column {
                sql,
                field: column.field,
                ..column
            },
        })
    }
}

impl super::context::Context<'_> {
    /// Returns how far the user's time zone is ahead of UTC.
    fn zone_offset_ms(&self) -> i64 {
        let instant = jiff::Timestamp::from_millisecond(self.options.now).unwrap_or_default();
        i64::from(self.options.time_zone.to_offset(instant).seconds()) * SECOND_MS
    }
}

/// `GROUPING(field)` of one set of sub-totals.
pub(super) fn grouping<'a>() -> Column<'a> {
    let field_type = Cow::Owned(FieldType::Int);
    let kind = ValueKind::Integer;
    Column {
        sql: String::new(),
        name: "GROUPING".into(),
        field_type,
        field: None,
        object: None,
        kind,
    }
}
