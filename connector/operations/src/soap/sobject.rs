//! Records as the `sObject`s of requests: `type`, `fieldsToNull`, `Id`, then the fields, in the order that the schema asks for.

use super::id;
use super::xml::{Xml, unwritable};
use crate::typing::{RecordEncoder, RecordError, field_error};
use salesforce_formats::message::input::{Node, Value};

/// Writes a record that has been encoded as the element `name`.
pub fn write(
    encoder: &RecordEncoder<'_>,
    name: &str,
    object: &str,
    node: Node,
    xml: &mut Xml,
) -> Result<(), RecordError> {
    let described = encoder.described(object)?;
    let object = described.name.as_str();
    open(name, object, xml)?;
    let mut id = None;
    let mut nulls = Vec::new();
    let mut fields = Vec::with_capacity(node.members.len());
    for (name, value) in node.members {
        match value {
            Value::Null if is_id(&name) => {}
            Value::Null => nulls.push(name),
            Value::Text(text) | Value::Untyped(text) if is_id(&name) => id = Some(text),
            value => fields.push((name, value)),
        }
    }
    for name in nulls {
        check_name(&name)?;
        xml.text("sf:fieldsToNull", &name);
    }
    id_of(id.as_deref(), xml)?;
    for (name, value) in fields {
        field(encoder, object, &name, value, xml)?;
    }
    xml.end(name);
    Ok(())
}

fn open(name: &str, object: &str, xml: &mut Xml) -> Result<(), RecordError> {
    xml.start_with(name, " xsi:type=\"sf:sObject\"");
    check_name(object)?;
    xml.text("sf:type", object);
    Ok(())
}

fn id_of(id: Option<&str>, xml: &mut Xml) -> Result<(), RecordError> {
    let wrong = || field_error("Id", "is no id: ids have 15 or 18 letters and digits");
    let id = id.map(|id| id::long(id).ok_or_else(wrong)).transpose()?;
    xml.text_or_nil("sf:Id", id.as_deref());
    Ok(())
}

fn is_id(name: &str) -> bool {
    name.eq_ignore_ascii_case("Id")
}

fn field(
    encoder: &RecordEncoder<'_>,
    object: &str,
    name: &str,
    value: Value,
    xml: &mut Xml,
) -> Result<(), RecordError> {
    check_name(name)?;
    let element = format!("sf:{name}");
    match value {
        Value::Bool(value) => xml.flag(&element, value),
        Value::Number(digits) => xml.text(&element, &digits),
        Value::Text(text) | Value::Untyped(text) => {
            check_text(name, &text)?;
            xml.text(&element, &text);
        }
        Value::Object(node) => reference(encoder, object, name, node, xml)?,
        Value::Null => {}
        Value::List(_) => {
            return Err(field_error(
                name,
                "is a list: the partner API takes no children with a record",
            ));
        }
    }
    Ok(())
}

/// Writes a reference by external id: a record of which only that field is told.
fn reference(
    encoder: &RecordEncoder<'_>,
    object: &str,
    name: &str,
    node: Node,
    xml: &mut Xml,
) -> Result<(), RecordError> {
    let mut members = node.members.into_iter();
    let (Some((key, value)), None) = (members.next(), members.next()) else {
        return Err(field_error(
            name,
            "is an object with other than one field: a reference names its record by one external id",
        ));
    };
    let text = match value {
        Value::Text(text) | Value::Untyped(text) | Value::Number(text) => text,
        Value::Bool(_) | Value::Null | Value::Object(_) | Value::List(_) => {
            return Err(field_error(
                &format!("{name}.{key}"),
                "is no external id: give a text or a number",
            ));
        }
    };
    let target = encoder.target_of(object, name, &key, node.sobject)?;
    check_name(&key)?;
    check_text(&key, &text)?;
    let element = format!("sf:{name}");
    open(&element, &target, xml)?;
    if is_id(&key) {
        id_of(Some(&text), xml)?;
    } else {
        id_of(None, xml)?;
        xml.text(&format!("sf:{key}"), &text);
    }
    xml.end(&element);
    Ok(())
}

/// Names become elements: only letters, digits and underscores can be names of the org.
pub fn check_name(name: &str) -> Result<(), RecordError> {
    if is_name(name) {
        return Ok(());
    }
    Err(field_error(
        name,
        "is no name of a field or sObject: those have letters, digits and underscores",
    ))
}

/// Whether a text can be the name of an element, as far as the partner API has such.
pub fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    first && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// XML has no place for most control characters.
pub fn check_text(name: &str, text: &str) -> Result<(), RecordError> {
    match unwritable(text) {
        None => Ok(()),
        Some(char) => Err(field_error(
            name,
            format_args!(
                "has the character U+{:04X}, which XML cannot carry: take it out, or write the record by `collections`",
                u32::from(char)
            ),
        )),
    }
}
