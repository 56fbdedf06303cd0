//! One element of XML as the value of a record.

use super::Options;
use super::split::Flaw;
use super::tree::{Node, Value};
use super::xml_tags::{Piece, Tag, Tags};
use crate::message::MAX_DEPTH;

/// Name of the elements that empty a field, in the schema's type `sObject`.
const NULLS: &str = "fieldsToNull";

/// Whether an element tells the sObject of its record: the first one in the schema's type `sObject`. A field is called `Type`.
fn says_type(node: &Node, name: &str) -> bool {
    name == "type" && node.sobject.is_none() && node.members.is_empty()
}

/// Reads an element to its end; `None` if it is empty.
pub(super) fn read(
    tags: &mut Tags<'_>,
    tag: Tag,
    depth: usize,
    options: Options,
) -> Result<Option<Value>, Flaw> {
    if depth >= MAX_DEPTH {
        return Err(tags.flaw(format_args!("is nested more than {MAX_DEPTH} levels deep")));
    }
    let mut text = String::new();
    let mut node = Node {
        sobject: tag.sobject,
        ..Node::default()
    };
    let mut nested = false;
    loop {
        match tags.next()? {
            Piece::Text(more) => text.push_str(&more),
            Piece::Close => break,
            Piece::Open(child) => {
                nested = true;
                let name = child.name.clone();
                let Some(value) = read(tags, child, depth + 1, options)? else {
                    continue;
                };
                match value {
                    Value::Untyped(text) if tag.is_sobject && says_type(&node, &name) => {
                        node.sobject = Some(text);
                    }
                    Value::Untyped(field) if tag.is_sobject && name == NULLS => {
                        add(tags, &mut node, field, Value::Null, options)?;
                    }
                    value => add(tags, &mut node, name, value, options)?,
                }
            }
        }
    }
    let blank = text.trim_ascii().is_empty();
    if nested && !blank {
        let name = tag.name;
        return Err(tags.flaw(format_args!("has text between the elements of `{name}`")));
    }
    if tag.nil {
        let empty = blank && node.members.is_empty();
        return match empty {
            true => Ok(Some(Value::Null)),
            false => Err(tags.flaw(format_args!("has a value in `{}`, which is nil", tag.name))),
        };
    }
    if nested || node.sobject.is_some() {
        return Ok(Some(node.into_children()));
    }
    Ok((!text.is_empty()).then_some(Value::Untyped(text)))
}

/// Adds a member; nested elements of one name become a list.
fn add(
    tags: &Tags<'_>,
    node: &mut Node,
    name: String,
    value: Value,
    options: Options,
) -> Result<(), Flaw> {
    let known = node.members.iter_mut().find(|(known, _)| *known == name);
    match (known, value) {
        (None, value) => node.members.push((name, value)),
        (Some((_, Value::List(list))), value) => list.push(value),
        (Some((_, first @ Value::Object(_))), value @ Value::Object(_)) => {
            let before = std::mem::replace(first, Value::Null);
            *first = Value::List(vec![before, value]);
        }
        (Some((_, known)), value) if options.repeated => {
            let before = std::mem::replace(known, Value::Null);
            *known = Value::List(vec![before, value]);
        }
        // SOAP answers tell the id of a record twice.
        (Some((_, known)), value) if *known == value => {}
        (Some(_), _) => {
            return Err(tags.flaw(format_args!("has `{name}` twice, the second time")));
        }
    }
    Ok(())
}
