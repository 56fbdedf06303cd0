//! Filters of reports as SOQL conditions.

use super::{Column, Query, ReportFilter, bad, position};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::FieldType;

/// Returns all filters, joined as the boolean filter says, or by AND.
pub(super) fn condition(query: &Query<'_>) -> Result<Option<String>, ApiError> {
    let mut conditions = Vec::new();
    for filter in &query.filters {
        let column = position(&query.columns, &filter.column)?;
        let column = query
            .columns
            .get(column)
            .ok_or_else(|| bad("no such column"))?;
        conditions.push(one(column, filter)?);
    }
    match &query.boolean_filter {
        Some(logic) => joined(logic, &conditions).map(Some),
        None if conditions.is_empty() => Ok(None),
        None => Ok(Some(conditions.join(" AND "))),
    }
}

fn one(column: &Column<'_>, filter: &ReportFilter) -> Result<String, ApiError> {
    let path = column.path;
    let values: Vec<&str> = filter.value.split(',').map(str::trim).collect();
    let any = |operator: &str, joiner: &str| {
        let each = values
            .iter()
            .map(|value| Ok(format!("{path} {operator} {}", literal(column, value)?)));
        let each = each.collect::<Result<Vec<_>, ApiError>>()?;
        Ok(format!("({})", each.join(joiner)))
    };
    let like = |before: &str, after: &str| {
        let each = values
            .iter()
            .map(|value| format!("{path} LIKE '{before}{}{after}'", pattern(value)));
        format!("({})", each.collect::<Vec<_>>().join(" OR "))
    };
    match filter.operator.as_str() {
        "equals" => any("=", " OR "),
        "notEqual" => any("!=", " AND "),
        "lessThan" => any("<", " OR "),
        "greaterThan" => any(">", " OR "),
        "lessOrEqual" => any("<=", " OR "),
        "greaterOrEqual" => any(">=", " OR "),
        "contains" => Ok(like("%", "%")),
        "notContain" => Ok(format!("(NOT {})", like("%", "%"))),
        "startsWith" => Ok(like("", "%")),
        "includes" | "excludes" => {
            let list: Vec<_> = values.iter().map(|value| quoted(value)).collect();
            let operator = filter.operator.to_ascii_uppercase();
            Ok(format!("{path} {operator} ({})", list.join(", ")))
        }
        other => Err(bad(format!(
            "{other:?} is no operator: give equals, notEqual, lessThan, greaterThan, lessOrEqual, greaterOrEqual, \
             contains, notContain, startsWith, includes or excludes"
        ))),
    }
}

/// Returns a value in SOQL; nothing means null.
fn literal(column: &Column<'_>, value: &str) -> Result<String, ApiError> {
    if value.is_empty() {
        return Ok("null".into());
    }
    let rejected = |what: &str| {
        bad(format!(
            "{value:?} is no {what}, which {} asks for",
            column.name
        ))
    };
    match &column.field.field_type {
        FieldType::Boolean => match value.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok("true".into()),
            "false" | "0" => Ok("false".into()),
            _ => Err(rejected("boolean")),
        },
        FieldType::Int | FieldType::Double | FieldType::Currency | FieldType::Percent => {
            let number: f64 = value.parse().map_err(|_| rejected("number"))?;
            if number.is_finite() {
                Ok(number.to_string())
            } else {
                Err(rejected("number"))
            }
        }
        FieldType::Date | FieldType::DateTime => {
            let is_safe = value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ":.+-_".contains(c));
            if is_safe {
                Ok(value.to_owned())
            } else {
                Err(rejected("date"))
            }
        }
        _ => Ok(quoted(value)),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\'', "\\'");
    escaped.replace('%', "\\%").replace('_', "\\_")
}

/// `(1 OR 2) AND 3` with each number replaced by its filter. SOQL wants parentheses around every NOT.
fn joined(logic: &str, conditions: &[String]) -> Result<String, ApiError> {
    let mut out = String::new();
    // Its depth, and the depths of the NOTs that wait for what they negate.
    let (mut depth, mut negations) = (0_usize, Vec::new());
    let close = |out: &mut String, negations: &mut Vec<usize>, depth: usize| {
        while negations.last() == Some(&depth) {
            negations.pop();
            out.push(')');
        }
    };
    let mut rest = logic;
    while let Some(c) = rest.chars().next() {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        match word.to_ascii_uppercase().as_str() {
            "" if c.is_whitespace() || "()".contains(c) => {
                out.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                match c {
                    '(' => depth += 1,
                    ')' => {
                        depth = depth.saturating_sub(1);
                        close(&mut out, &mut negations, depth);
                    }
                    _ => {}
                }
                continue;
            }
            operator @ ("AND" | "OR") => out.push_str(operator),
            "NOT" => {
                out.push_str("(NOT");
                negations.push(depth);
            }
            number => {
                let place = number
                    .parse::<usize>()
                    .ok()
                    .and_then(|it| it.checked_sub(1));
                let condition = place.and_then(|at| conditions.get(at)).ok_or_else(|| {
                    bad(format!(
                        "reportBooleanFilter {logic:?} names what is no filter: {word:?}"
                    ))
                })?;
                out.push_str(condition);
                close(&mut out, &mut negations, depth);
            }
        }
        rest = after;
    }
    Ok(format!("({out})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logic_joins_filters_by_number() {
        let conditions = ["a = 1", "b = 2", "c = 3"].map(str::to_owned);
        assert_eq!(
            joined("(1 or 2) AND NOT 3", &conditions).unwrap(),
            "((a = 1 OR b = 2) AND (NOT c = 3))"
        );
        assert_eq!(
            joined("NOT (1 AND 2) OR 3", &conditions).unwrap(),
            "((NOT (a = 1 AND b = 2)) OR c = 3)"
        );
        for bad in ["1 AND 4", "1; DROP", "0", "1 XOR 2"] {
            assert_eq!(
                joined(bad, &conditions).unwrap_err().code,
                "BAD_REQUEST",
                "{bad}"
            );
        }
    }

    #[test]
    fn texts_cannot_leave_their_quotes() {
        assert_eq!(quoted("a' OR Name != '"), "'a\\' OR Name != \\''");
        assert_eq!(pattern("50%_'"), "50\\%\\_\\'");
    }
}
