//! Compound fields: read as one object, written through their parts (Object Reference, "Compound Fields").

use super::{Members, RecordError, field_error};
use salesforce_client::describe::{Described, Field};
use salesforce_formats::compound::{Naming, PARTS, suffix};
use salesforce_formats::message::input::{Node, Value};

/// Says whether an object is a compound field by its name and its members: references are named otherwise, and refer by
/// fields that no compound has.
pub(super) fn is_compound(name: &str, node: &Node) -> bool {
    let all_parts = node.members.iter().all(|(part, _)| suffix(part).is_some());
    all_parts
        && !node.members.is_empty()
        && node.sobject.is_none()
        && Naming::from_field(name).is_some()
}

/// The parts of a compound field as fields of the record. A part that is null is left out where the org has no such field:
/// queries tell `stateCode` in orgs without state pick-lists, too.
pub(super) fn expanded(
    compound: &str,
    node: Node,
    exists: impl Fn(&str) -> bool,
) -> Result<Members, RecordError> {
    let naming = Naming::from_field(compound)
        .ok_or_else(|| field_error(compound, "is a compound field that cannot be written"))?;
    let mut members = Vec::with_capacity(node.members.len());
    for (part, value) in node.members {
        let suffix = suffix(&part).ok_or_else(|| {
            field_error(
                &format!("{compound}.{part}"),
                "is no part of a compound field",
            )
        })?;
        let field = naming.part(suffix);
        let null = value == Value::Null;
        if null && (suffix.ends_with("Code") && suffix != "PostalCode" || !exists(&field)) {
            continue;
        }
        members.push((field, value));
    }
    Ok(members)
}

/// The parts that the org has, each null.
pub(super) fn emptied(field: &Field, object: &Described) -> Members {
    let Some(naming) = Naming::from_field(&field.name) else {
        return vec![(field.name.clone(), Value::Null)];
    };
    let parts = PARTS
        .iter()
        .filter_map(|(_, suffix)| object.field(&naming.part(suffix)));
    parts.map(|part| (part.name.clone(), Value::Null)).collect()
}
