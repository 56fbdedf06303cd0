//! References by external id: `Owner.Email`, `Account__r.Ext__c`, `Account:Parent.Ext__c`.

use super::{RecordEncoder, RecordError, field_error, known_field};
use salesforce_client::describe::{Described, Field};
use salesforce_formats::message::input::{Node, Value};

/// Targets that are described to find out which one a reference means; more must be told.
const MOST_CANDIDATES: usize = 4;

impl RecordEncoder<'_> {
    /// A reference as nested JSON; `None` if it says nothing, and null of its field if it is null.
    pub(super) fn reference(
        &self,
        object: &Described,
        name: &str,
        node: Node,
    ) -> Result<Option<(String, Value)>, RecordError> {
        let field = object
            .reference(name)
            .ok_or_else(|| no_reference(object, name))?;
        let mut members = node.members.into_iter();
        let (key, value) = match (members.next(), members.next()) {
            (None, _) => return Ok(None),
            (Some(only), None) => only,
            (Some(_), Some((second, _))) => {
                return Err(field_error(
                    &format!("{name}.{second}"),
                    "is a second field of the same reference: a reference names its record by one external id",
                ));
            }
        };
        let column = format!("{name}.{key}");
        match value {
            // A parent that lacks the field is a parent all the same: taken for null, its child would lose it.
            Value::Null => {
                return Err(field_error(
                    &column,
                    format_args!(
                        "is null and finds no record: leave `{name}` out, or make it null as a whole to empty the reference"
                    ),
                ));
            }
            Value::Object(_) | Value::List(_) => {
                return Err(field_error(
                    &column,
                    "is nested too deeply: a reference names its record by one external id",
                ));
            }
            _ => {}
        }
        let target = self.target(field, name, &key, node.sobject)?;
        let parent = self.described(&target)?;
        let by = known_field(&parent, &key)?;
        let value = self.scalar(by, &column, value)?;
        let nested = Node {
            // Only a reference to one of several objects needs to say to which.
            sobject: (field.refers_to.len() > 1).then(|| parent.name.clone()),
            reference_id: None,
            members: vec![(by.name.clone(), value)],
        };
        let name = field.relationship.as_deref().unwrap_or(name);
        Ok(Some((name.to_owned(), Value::Object(nested))))
    }

    /// The sObject that a reference of `object` means.
    pub(crate) fn target_of(
        &self,
        object: &str,
        name: &str,
        key: &str,
        told: Option<String>,
    ) -> Result<String, RecordError> {
        let object = self.described(object)?;
        let field = object
            .reference(name)
            .ok_or_else(|| no_reference(&object, name))?;
        self.target(field, name, key, told)
    }

    /// The sObject that a reference means: the one told, the only one, or the only one that is found by this field.
    fn target(
        &self,
        field: &Field,
        name: &str,
        key: &str,
        told: Option<String>,
    ) -> Result<String, RecordError> {
        if let Some(told) = told {
            let known = field
                .refers_to
                .iter()
                .find(|known| known.eq_ignore_ascii_case(&told));
            return known.cloned().ok_or_else(|| {
                field_error(
                    name,
                    format_args!(
                        "is told to be of `{told}`, which {} does not refer to",
                        field.name
                    ),
                )
            });
        }
        let mut candidates = Vec::new();
        match field.refers_to.as_slice() {
            [only] => return Ok(only.clone()),
            several if several.len() <= MOST_CANDIDATES => {
                for object in several {
                    let described = self.described(object)?;
                    if described.field(key).is_some_and(|field| field.finds) {
                        candidates.push(object.clone());
                    }
                }
            }
            _ => {}
        }
        match (candidates.pop(), candidates.is_empty()) {
            (Some(only), true) => Ok(only),
            _ => Err(ambiguous(field, name, key)),
        }
    }
}

fn no_reference(object: &Described, name: &str) -> RecordError {
    field_error(
        name,
        format_args!("is no reference of {} to a parent", object.name),
    )
}

fn ambiguous(field: &Field, name: &str, key: &str) -> RecordError {
    let shown: Vec<&str> = field
        .refers_to
        .iter()
        .take(MOST_CANDIDATES)
        .map(String::as_str)
        .collect();
    let more = if field.refers_to.len() > shown.len() {
        ", …"
    } else {
        ""
    };
    let first = shown.first().copied().unwrap_or("Type");
    field_error(
        &format!("{name}.{key}"),
        format_args!(
            "may refer to several objects ({}{more}): name one, as the column `{first}:{name}.{key}` or the attribute `type` of the element",
            shown.join(", ")
        ),
    )
}
