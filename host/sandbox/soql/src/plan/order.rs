//! ORDER BY, LIMIT and OFFSET.

use super::super::ast::{OrderItem, Query};
use super::super::error::{ErrorCode, Result, SoqlError};
use super::super::limits;
use super::column::Column;
use super::function::is_formula;
use super::scope::Scope;
use sandbox_model::schema::FieldType;

impl Scope<'_> {
    /// ` ORDER BY …`, or nothing: then rows come in the order they were made, as from Salesforce mostly.
    pub(super) fn order_clause(&mut self, order: &[OrderItem]) -> Result<String> {
        let mut terms = Vec::new();
        for item in order {
            let column = self.operand(&item.operand)?;
            if !column.sortable() || is_formula(&item.operand) {
                let message = format!("field '{}' can not be sorted in a query call", column.name);
                return Err(self.reject(item.operand.at(), message));
            }
            let keys = self.sort_keys(&column);
            terms.extend(keys.iter().map(|key| ordered(key, item)));
        }
        Ok(clause(&terms))
    }

    /// Returns what a column is sorted by: pick-lists by the places of their values in setup, with values that are not listed (any more)
    /// at the end; anything else by itself (SOQL and SOSL Reference, "ORDER BY").
    pub(super) fn sort_keys(&self, column: &Column<'_>) -> Vec<String> {
        let sql = &column.sql;
        let listed = column.field.map_or(&[][..], |field| &field.picklist);
        if !matches!(&*column.field_type, FieldType::Picklist { .. }) || listed.is_empty() {
            return vec![sql.clone()];
        }
        let mut places = String::new();
        for (place, value) in listed.iter().enumerate() {
            let value = self.context.binder.one(value.value.clone());
            places.push_str(&format!(" WHEN {value} THEN {place}"));
        }
        let last = listed.len();
        let place =
            format!("(CASE {sql}{places} ELSE CASE WHEN {sql} IS NOT NULL THEN {last} END END)");
        vec![place, sql.clone()]
    }
}

/// One term of SQL's ORDER BY. Salesforce puts nulls first in both directions.
pub(super) fn ordered(sql: &str, item: &OrderItem) -> String {
    let direction = if item.descending { "DESC" } else { "ASC" };
    let nulls = if item.nulls_last { "LAST" } else { "FIRST" };
    format!("{sql} {direction} NULLS {nulls}")
}

pub(super) fn clause(terms: &[String]) -> String {
    if terms.is_empty() {
        String::new()
    } else {
        format!(" ORDER BY {}", terms.join(", "))
    }
}

/// ` LIMIT … OFFSET …`, or nothing.
pub(super) fn window(query: &Query) -> Result<String> {
    let offset = offset(query)?;
    let most = query.offset.map(|_| limits::ROWS_WITH_OFFSET);
    let limit = query.limit.into_iter().chain(most).min();
    let limit = limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
    Ok(match (limit, offset) {
        (None, 0) => String::new(),
        (limit, 0) => format!(" LIMIT {}", limit.unwrap_or(-1)),
        (limit, offset) => format!(" LIMIT {} OFFSET {offset}", limit.unwrap_or(-1)),
    })
}

/// Returns the rows to skip.
pub(super) fn offset(query: &Query) -> Result<u64> {
    let offset = query.offset.map_or(0, |(rows, _)| rows);
    if offset > limits::OFFSET_ROWS {
        let message = format!("Maximum SOQL offset allowed is {}", limits::OFFSET_ROWS);
        return Err(SoqlError::new(ErrorCode::NumberOutsideValidRange, message));
    }
    Ok(offset)
}
