//! The sObject of a record.

use super::{FieldError, RecordEncoder, RecordError, field_error};
use salesforce_client::fault::is_absent;
use salesforce_formats::message::input::Node;

/// The member that tells the sObject of a record.
const TYPE: &str = "attributes.type";

/// The sObject of a record: that of the config, where it tells one, and otherwise its own. Nothing in a record changes it.
pub fn object_of(node: &Node, object: Option<&str>) -> Result<String, RecordError> {
    let field_error = |message: String| {
        RecordError::Record(FieldError {
            field: TYPE.into(),
            message,
        })
    };
    match (node.sobject.as_deref(), object) {
        (Some(own), Some(object)) if !own.eq_ignore_ascii_case(object) => Err(field_error(
            format!("it is of `{own}`, not of config.object `{object}`"),
        )),
        (_, Some(object)) => Ok(object.to_owned()),
        (Some(own), None) => Ok(own.to_owned()),
        (None, None) => Err(field_error(
            "no sObject is told: set config.object, or give the record `attributes.type`".into(),
        )),
    }
}

impl RecordEncoder<'_> {
    /// Encodes a record, under the sObject of the config or its own. One of an sObject that the org does not have fails alone.
    pub fn encode_of(
        &self,
        node: Node,
        object: Option<&str>,
    ) -> Result<(String, Node), RecordError> {
        let own = object.is_none();
        let object = object_of(&node, object)?;
        if own && self.every {
            self.known_object(&object)?;
        }
        let node = self.encode(node, &object)?;
        Ok((object, node))
    }

    fn known_object(&self, object: &str) -> Result<(), RecordError> {
        match self.described(object) {
            Err(fault) if is_absent(&fault) => Err(field_error(
                TYPE,
                format_args!("is `{object}`, and the org has no such sObject for its user"),
            )),
            described => Ok(described.map(drop)?),
        }
    }
}
