//! Records of an XML document, in the shapes that Boomi uses.
//!
//! | document | records |
//! |---|---|
//! | root named as the sObject: `<Account><Name>…` | one |
//! | root `records` with an attribute `type` | one |
//! | any other root around such elements | each of them |
//! | documents of one record each, one after the other | each of them |
//!
//! Nested elements are references by external id or compound fields; `records` below a relationship are its children.
//! `xsi:nil="true"` empties a field, an empty element leaves it alone. Namespaces are passed over.

use super::place::InputError;
use super::tree::{Node, Value};
use super::xml_tags::{Piece, Tag, Tags};
use super::{Next, Record};
use crate::message::MAX_DEPTH;

/// Names of elements that say "a record" and not of which sObject.
const NEUTRAL: [&str; 4] = ["records", "record", "row", "sobject"];

/// Reads an XML document record by record.
pub(super) struct XmlRecords<'b> {
    tags: Tags<'b>,
    object: Option<String>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// Within a root around records.
    List,
    /// Behind a document that is a record.
    Documents,
    Done,
}

impl<'b> XmlRecords<'b> {
    pub fn open(body: &'b [u8], object: Option<&str>, repeated: bool) -> Result<Self, InputError> {
        let mut tags = Tags::open(body)?;
        tags.repeated = repeated;
        Ok(Self {
            tags,
            object: object.map(str::to_owned),
            state: State::Start,
        })
    }

    pub fn next(&mut self) -> Next {
        match self.state {
            State::Start => self.start(),
            State::List => self.list(),
            State::Documents => match self.tags.next_root()? {
                Some(root) => self.record(root).map(Some),
                None => {
                    self.state = State::Done;
                    Ok(None)
                }
            },
            State::Done => Ok(None),
        }
    }

    fn start(&mut self) -> Next {
        // A second reader looks ahead; this one then reads from the beginning.
        let list = is_list(self.tags.again()?, self.object.as_deref())?;
        let root = self.tags.root()?;
        if list {
            self.state = State::List;
            return self.list();
        }
        self.state = State::Documents;
        self.record(root).map(Some)
    }

    fn list(&mut self) -> Next {
        match self.tags.next_element()? {
            Some(tag) => self.record(tag).map(Some),
            None => {
                self.state = State::Done;
                self.tags.end().map(|()| None)
            }
        }
    }

    fn record(&mut self, tag: Tag) -> Result<Record, InputError> {
        let place = self.tags.place();
        let named = self.sobject(&tag);
        let name = tag.name.clone();
        let mut node = match element(&mut self.tags, tag, 0)? {
            Some(Value::Object(node)) => node,
            None => Node::default(),
            Some(_) => {
                return Err(InputError::of(
                    place,
                    format_args!("is an element `{name}` without elements for its fields"),
                ));
            }
        };
        node.sobject = named;
        self.tags.count_record();
        Ok(Record { place, node })
    }

    /// The sObject that an element tells: by its type, or by its name.
    fn sobject(&self, tag: &Tag) -> Option<String> {
        let told = tag
            .sobject
            .clone()
            .or_else(|| (!is_neutral(&tag.name)).then(|| tag.name.clone()))?;
        let same = self
            .object
            .as_ref()
            .filter(|object| object.eq_ignore_ascii_case(&told));
        Some(same.cloned().unwrap_or(told))
    }
}

fn is_neutral(name: &str) -> bool {
    NEUTRAL
        .iter()
        .any(|neutral| neutral.eq_ignore_ascii_case(name))
}

/// Finds out whether the root is a list of records, or a record.
fn is_list(mut tags: Tags<'_>, object: Option<&str>) -> Result<bool, InputError> {
    let names_object = |name: &str| object.is_some_and(|object| object.eq_ignore_ascii_case(name));
    let root = tags.root()?;
    if names_object(&root.name) || root.sobject.is_some() {
        return Ok(false);
    }
    let mut first = true;
    // A record has some field with a value of its own; the elements of a list have elements themselves.
    while let Some(child) = tags.next_element()? {
        if first && (names_object(&child.name) || is_neutral(&child.name)) {
            return Ok(true);
        }
        if child.nil || !tags.skip_element()? {
            return Ok(false);
        }
        first = false;
    }
    Ok(!first || is_neutral(&root.name))
}

/// Reads an element to its end; `None` if it is empty.
fn element(tags: &mut Tags<'_>, tag: Tag, depth: usize) -> Result<Option<Value>, InputError> {
    if depth >= MAX_DEPTH {
        let what = format!("is nested more than {MAX_DEPTH} levels deep");
        return Err(tags.error(&what));
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
                if let Some(value) = element(tags, child, depth + 1)? {
                    add(tags, &mut node, name, value)?;
                }
            }
        }
    }
    let blank = text.trim_ascii().is_empty();
    if nested && !blank {
        let what = format!("has text between the elements of `{}`", tag.name);
        return Err(tags.error(&what));
    }
    if tag.nil {
        let empty = blank && node.members.is_empty();
        return match empty {
            true => Ok(Some(Value::Null)),
            false => Err(tags.error(&format!("has a value in `{}`, which is nil", tag.name))),
        };
    }
    if nested || node.sobject.is_some() {
        return Ok(Some(node.into_children()));
    }
    Ok((!text.is_empty()).then_some(Value::Untyped(text)))
}

/// Adds a member; nested elements of one name become a list.
fn add(tags: &Tags<'_>, node: &mut Node, name: String, value: Value) -> Result<(), InputError> {
    let known = node.members.iter_mut().find(|(known, _)| *known == name);
    match (known, value) {
        (None, value) => node.members.push((name, value)),
        (Some((_, Value::List(list))), value) => list.push(value),
        (Some((_, first @ Value::Object(_))), value @ Value::Object(_)) => {
            let before = std::mem::replace(first, Value::Null);
            *first = Value::List(vec![before, value]);
        }
        (Some((_, known)), value) if tags.repeated => {
            let before = std::mem::replace(known, Value::Null);
            *known = Value::List(vec![before, value]);
        }
        // SOAP answers tell the id of a record twice.
        (Some((_, known)), value) if *known == value => {}
        (Some(_), _) => {
            return Err(tags.error(&format!(
                "has `{name}` twice in one record, the second time"
            )));
        }
    }
    Ok(())
}
