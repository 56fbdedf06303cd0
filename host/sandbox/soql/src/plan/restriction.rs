//! Objects that may only be asked for with a certain filter.

use crate::ast::{Comparison, Condition, Operand, Query};
use crate::error::{ErrorCode, Result, SoqlError};

/// An object of which one of these fields must be compared with `=` or `IN`.
struct Restriction {
    object: &'static str,
    fields: &'static [&'static str],
    /// A relationship whose fields do as well.
    parent: Option<&'static str>,
    message: &'static str,
}

/// Object Reference, "ContentDocumentLink"; Tooling API guide, "FieldDefinition".
const RESTRICTIONS: [Restriction; 2] = [
    Restriction {
        object: "ContentDocumentLink",
        fields: &["ContentDocumentId", "LinkedEntityId"],
        parent: None,
        message: "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or \
                  LinkedEntityId using the equals operator or multiple Id's using the IN operator.",
    },
    Restriction {
        object: "FieldDefinition",
        fields: &["EntityDefinitionId", "DurableId"],
        parent: Some("EntityDefinition"),
        message: "FieldDefinition: a filter on a reified column is required [EntityDefinitionId,DurableId]",
    },
];

/// Rejects a query without the filter that its object needs.
pub(super) fn check(query: &Query) -> Result<()> {
    let object = query.from.path.text();
    let mut restrictions = RESTRICTIONS.iter();
    let Some(restriction) = restrictions.find(|it| it.object.eq_ignore_ascii_case(&object)) else {
        return Ok(());
    };
    let filter = query.filter.as_ref();
    if filter.is_some_and(|filter| restriction.is_met_by(filter)) {
        return Ok(());
    }
    Err(SoqlError::new(
        ErrorCode::MalformedQuery,
        restriction.message,
    ))
}

impl Restriction {
    fn is_met_by(&self, condition: &Condition) -> bool {
        match condition {
            Condition::And(all) => all.iter().any(|it| self.is_met_by(it)),
            Condition::Or(any) => any.iter().all(|it| self.is_met_by(it)),
            Condition::Compare(operand, Comparison::Equal, _)
            | Condition::In(operand, true, _)
            | Condition::SemiJoin(operand, true, _) => self.names(operand),
            _ => false,
        }
    }

    fn names(&self, operand: &Operand) -> bool {
        let Operand::Field(path) = operand else {
            return false;
        };
        let names: Vec<&str> = path.names.iter().map(|name| name.text.as_str()).collect();
        let is = |known: &str, name: &str| known.eq_ignore_ascii_case(name);
        match names.as_slice() {
            [.., parent, _] if self.parent.is_some_and(|known| is(known, parent)) => true,
            [.., name] => self.fields.iter().any(|field| is(field, name)),
            [] => false,
        }
    }
}
