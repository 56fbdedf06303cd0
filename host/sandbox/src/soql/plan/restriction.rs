//! Objects that may only be asked for with a certain filter.

use crate::soql::ast::{Comparison, Condition, Operand, Query};
use crate::soql::error::{ErrorCode, Result, SoqlError};

/// An object of which one of these fields must be compared with `=` or `IN` (Object reference, "ContentDocumentLink").
const FILTERED: (&str, [&str; 2]) = (
    "ContentDocumentLink",
    ["ContentDocumentId", "LinkedEntityId"],
);

/// Refuses a query without the filter that its object needs.
pub(super) fn check(query: &Query) -> Result<()> {
    let (object, [first, second]) = FILTERED;
    if !query.from.path.text().eq_ignore_ascii_case(object) {
        return Ok(());
    }
    if query.filter.as_ref().is_some_and(names_ids) {
        return Ok(());
    }
    let message = format!(
        "Implementation restriction: {object} requires a filter by a single Id on {first} or {second} using the equals \
         operator or multiple Id's using the IN operator."
    );
    Err(SoqlError::new(ErrorCode::MalformedQuery, message))
}

fn names_ids(condition: &Condition) -> bool {
    match condition {
        Condition::And(all) => all.iter().any(names_ids),
        Condition::Or(any) => any.iter().all(names_ids),
        Condition::Compare(operand, Comparison::Equal, _)
        | Condition::In(operand, true, _)
        | Condition::SemiJoin(operand, true, _) => is_filter(operand),
        _ => false,
    }
}

fn is_filter(operand: &Operand) -> bool {
    let Operand::Field(path) = operand else {
        return false;
    };
    let (_, fields) = FILTERED;
    let name = path.names.last();
    name.is_some_and(|name| {
        fields
            .iter()
            .any(|field| field.eq_ignore_ascii_case(&name.text))
    })
}
