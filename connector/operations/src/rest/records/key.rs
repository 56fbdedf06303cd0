//! What the path of a record says already. Salesforce refuses it in the body ("The Id field should not be specified in the sobject data"),
//! but records that were read, or come from a form, have it.

use salesforce_contract::bindings::{Fault, bad_input};
use salesforce_formats::message::input::{Node, Value};
use salesforce_formats::record_id::same_id;

/// The field by which a path names its record.
#[derive(Clone, Copy)]
pub(in crate::rest) struct Key<'a> {
    field: &'a str,
    value: &'a str,
    /// The member of the config that has the value.
    member: &'static str,
}

impl<'a> Key<'a> {
    /// The id of the record.
    pub fn id(id: &'a str) -> Self {
        Self {
            field: "Id",
            value: id,
            member: "id",
        }
    }

    /// An external id.
    pub fn external(field: &'a str, value: &'a str) -> Self {
        Self {
            field,
            value,
            member: "external-id",
        }
    }

    /// Takes the field out of a record. One with another value is another record, and is refused.
    pub fn take_out(self, node: &mut Node) -> Result<(), Fault> {
        let is_key = |name: &str| name.eq_ignore_ascii_case(self.field);
        let others = node.members.iter();
        let other = others
            .filter(|(name, _)| is_key(name))
            .find(|(_, value)| !self.is(value));
        if let Some((name, _)) = other {
            return Err(bad_input(format!(
                "The input has another value in `{name}` than config.{}: leave it out, or give both the same",
                self.member
            )));
        }
        node.members.retain(|(name, _)| !is_key(name));
        Ok(())
    }

    fn is(self, value: &Value) -> bool {
        match value {
            Value::Text(text) | Value::Untyped(text) if self.member == "id" => {
                same_id(text.trim_ascii(), self.value)
            }
            Value::Text(text) | Value::Untyped(text) | Value::Number(text) => text == self.value,
            Value::Null | Value::Bool(_) | Value::Object(_) | Value::List(_) => false,
        }
    }
}
