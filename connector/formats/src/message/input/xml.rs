//! Records of an XML document, in the shapes that Boomi and WSO2 use.
//!
//! | document | records |
//! |---|---|
//! | root named as the sObject: `<Account><Name>…` | one |
//! | root `records` with an attribute `type` | one |
//! | any other root around such elements | each of them |
//! | root `sObjects`, with or without an attribute `type`, around elements `sObject` | each of them, of that type |
//! | where ids stand for records: a root around elements `Ids` | each of them |
//! | documents of one record each, one after the other | each of them |
//!
//! Nested elements are references by external id or compound fields; `records` below a relationship are its children. An element of
//! the schema's type `sObject` may have what the schema gives it: `type` first, and `fieldsToNull`.
//! `xsi:nil="true"` empties a field, an empty element leaves it alone. Namespaces are passed over.

use super::buffer::Buffer;
use super::split::{CUT_SHORT, Flaw, Found, Next, Split, waiting};
use super::tree::{Node, Value};
use super::xml_element::read;
use super::xml_markup::{IllFormed, Markup, element, markup, qualified};
use super::xml_tags::{LIST, Piece, Tag, Tags, first_tag, strange_encoding};
use super::{InputError, Options};

/// Names of elements that say "a record" and not of which sObject.
const NEUTRAL: [&str; 4] = ["records", "record", "row", "sobject"];

/// Names of elements that hold an id where ids stand for records; the second is also that of a root around them.
const PLAIN_IDS: [&str; 2] = ["id", "ids"];

/// Bytes of a root that are looked at to tell a list from a record; one that has not shown a value of its own by then is a list.
const MOST_LOOKAHEAD: usize = 1 << 20;

/// Where a reader of XML stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first document.
    Start,
    /// Within a root around records.
    List,
    /// Behind such a root.
    Ended,
    /// Behind a document that is a record: others may follow.
    Documents,
}

/// Reads XML record by record.
#[derive(Debug)]
pub struct XmlRecords {
    object: Option<String>,
    options: Options,
    /// The tag that opens the root around records.
    root: Option<String>,
    /// The sObject that the root tells for its records.
    root_object: Option<String>,
    state: State,
}

impl XmlRecords {
    /// Begins at the beginning.
    pub fn new(object: Option<&str>, options: Options) -> Self {
        Self {
            object: object.map(str::to_owned),
            options,
            root: None,
            root_object: None,
            state: State::Start,
        }
    }

    /// Continues behind a record: within this root, or behind a document.
    pub fn behind_record(mut self, root: Option<String>) -> Self {
        self.state = State::Documents;
        if let Some(root) = root {
            self.enter(root);
        }
        self
    }

    /// Enters the root around records that this tag opens.
    fn enter(&mut self, root: String) {
        let tag = first_tag(root.as_bytes(), 1).ok();
        self.root_object = tag.and_then(|tag| tag.sobject);
        self.root = Some(root);
        self.state = State::List;
    }

    /// Returns the tag that opens the root, once it is known.
    pub fn root(&self) -> Option<&str> {
        self.root.as_deref()
    }

    fn names_object(&self, name: &str) -> bool {
        let object = self.object.as_deref();
        object.is_some_and(|object| object.eq_ignore_ascii_case(name))
    }

    /// Takes the root that begins here, if it is one around records; `None` while that cannot be told.
    fn root_of_list(&mut self, buffer: &Buffer<'_>) -> Result<Option<bool>, InputError> {
        let text = buffer.rest();
        let Some((kind, len)) = markup(text) else {
            return Ok(None);
        };
        let opening = text.get(..len).unwrap_or_default();
        let root = first_tag(opening, buffer.line).map_err(|flaw| broken(buffer, flaw))?;
        if root.name.eq_ignore_ascii_case(LIST) {
            return Ok(Some(true));
        }
        if self.names_object(&root.name) || root.sobject.is_some() {
            return Ok(Some(false));
        }
        if kind == Markup::Empty {
            return Ok(Some(is_neutral(&root.name)));
        }
        let seen = text.get(..MOST_LOOKAHEAD).unwrap_or(text);
        let list = self.holds_records(seen, len, buffer, &root)?;
        let late = seen.len() == MOST_LOOKAHEAD || buffer.ended;
        Ok(list.or(late.then_some(true)))
    }

    /// Looks at the elements of a root: a record has some field with a value of its own, those of a list have elements themselves.
    fn holds_records(
        &self,
        text: &[u8],
        mut at: usize,
        buffer: &Buffer<'_>,
        root: &Tag,
    ) -> Result<Option<bool>, InputError> {
        let mut first = true;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let blank = rest.len() - rest.trim_ascii_start().len();
            let rest = rest.get(blank..).unwrap_or_default();
            at += blank;
            match rest.first() {
                None => return Ok(None),
                // Text: whoever reads the record complains.
                Some(byte) if *byte != b'<' => return Ok(Some(false)),
                Some(_) => {}
            }
            let Some((kind, len)) = markup(rest) else {
                return Ok(None);
            };
            match kind {
                Markup::Close => return Ok(Some(!first || is_neutral(&root.name))),
                Markup::Open | Markup::Empty => {
                    let opening = rest.get(..len).unwrap_or_default();
                    let child =
                        first_tag(opening, buffer.line).map_err(|flaw| broken(buffer, flaw))?;
                    let named = self.names_object(&child.name) || is_neutral(&child.name);
                    if first && (named || self.is_id_of(root, &child)) {
                        return Ok(Some(true));
                    }
                    match element(rest).map_err(|IllFormed| ill_formed(buffer))? {
                        None if !child.nil => return Ok(None),
                        Some(extent) if extent.nested && !child.nil => at += extent.len,
                        _ => return Ok(Some(false)),
                    }
                    first = false;
                }
                Markup::Data => return Ok(Some(false)),
                Markup::DocType => return Err(doctype(buffer)),
                Markup::Strange => return Err(ill_formed(buffer)),
                Markup::Aside | Markup::Declaration => at += len,
            }
        }
    }

    fn record(&mut self, buffer: &mut Buffer<'_>) -> Next {
        let found = element(buffer.rest()).map_err(|IllFormed| ill_formed(buffer))?;
        let Some(extent) = found else {
            return waiting(buffer);
        };
        buffer.check_length(extent.len)?;
        let line = buffer.line;
        let text = buffer.rest().get(..extent.len).unwrap_or_default();
        let node = match self.node(text, line) {
            Ok(node) => Ok(node),
            Err(Flaw::Record(what)) => Err(what),
            Err(flaw) => return Err(broken(buffer, flaw)),
        };
        buffer.skip(extent.len);
        if self.state != State::List {
            self.state = State::Documents;
        }
        Ok(Some(Found {
            node,
            line,
            len: extent.len,
        }))
    }

    /// Reads a record: an element of the root, or the root itself.
    pub fn node(&self, text: &[u8], line: u64) -> Result<Node, Flaw> {
        let mut tags = Tags::open(text, line)?;
        let Piece::Open(tag) = tags.next()? else {
            return Err(tags.flaw("has no tag"));
        };
        let named = self.sobject(&tag);
        let name = tag.name.clone();
        let mut node = match read(&mut tags, tag, 0, self.options)? {
            Some(Value::Object(node)) => node,
            Some(id @ Value::Untyped(_)) if self.is_plain_id(&name) => Node {
                members: vec![("Id".to_owned(), id)],
                ..Node::default()
            },
            None => Node::default(),
            Some(_) => {
                return Err(Flaw::Record(format!(
                    "the record is an element `{name}` without elements for its fields"
                )));
            }
        };
        node.sobject = named.or(node.sobject);
        if node.sobject.is_none() {
            node.sobject.clone_from(&self.root_object);
        }
        Ok(node)
    }

    /// Whether an element of this name is an id that stands for its record.
    fn is_plain_id(&self, name: &str) -> bool {
        self.options.plain_ids && PLAIN_IDS.iter().any(|id| id.eq_ignore_ascii_case(name))
    }

    /// Whether the first element of a root says that the root is one around ids. One `Id` alone is that of a record.
    fn is_id_of(&self, root: &Tag, child: &Tag) -> bool {
        let [_, ids] = PLAIN_IDS;
        let [of_root, of_child] = [root, child].map(|tag| tag.name.eq_ignore_ascii_case(ids));
        self.is_plain_id(&child.name) && (of_root || of_child)
    }

    /// Returns the sObject that an element tells: by its type, or by its name.
    fn sobject(&self, tag: &Tag) -> Option<String> {
        let told = tag
            .sobject
            .clone()
            .or_else(|| self.names_sobject(&tag.name).then(|| tag.name.clone()))?;
        let same = self
            .object
            .as_ref()
            .filter(|object| object.eq_ignore_ascii_case(&told));
        Some(same.cloned().unwrap_or(told))
    }

    /// Whether the name of a record's element is that of its sObject.
    fn names_sobject(&self, name: &str) -> bool {
        !is_neutral(name) && !self.is_plain_id(name)
    }

    /// Steps over the end tag of the root.
    fn close(&mut self, buffer: &mut Buffer<'_>, len: usize) -> Result<(), InputError> {
        let root = self.root.as_deref().unwrap_or_default();
        if self.state != State::List || qualified(root.as_bytes()) != qualified(buffer.rest()) {
            return Err(ill_formed(buffer));
        }
        self.state = State::Ended;
        buffer.skip(len);
        Ok(())
    }
}

impl Split for XmlRecords {
    fn next(&mut self, buffer: &mut Buffer<'_>) -> Next {
        loop {
            buffer.skip_space();
            match buffer.rest().first() {
                None => return Ok(None),
                Some(b'<') => {}
                Some(_) => return Err(stray_text(self.state, buffer)),
            }
            let Some((kind, len)) = markup(buffer.rest()) else {
                return waiting(buffer);
            };
            match (kind, self.state) {
                (Markup::Aside, _) => buffer.skip(len),
                (Markup::Declaration, _) => {
                    declaration(buffer, len)?;
                    buffer.skip(len);
                }
                (Markup::DocType, _) => return Err(doctype(buffer)),
                (Markup::Data, state) => return Err(stray_text(state, buffer)),
                (Markup::Strange, _) => return Err(ill_formed(buffer)),
                (Markup::Close, _) => self.close(buffer, len)?,
                (_, State::Ended) => {
                    return Err(buffer.error("goes on after its root element"));
                }
                (_, State::List | State::Documents) => return self.record(buffer),
                (_, State::Start) => match self.root_of_list(buffer)? {
                    None => return waiting(buffer),
                    Some(false) => return self.record(buffer),
                    Some(true) => {
                        let text = buffer.rest().get(..len).unwrap_or_default();
                        self.enter(String::from_utf8_lossy(text).into_owned());
                        if kind == Markup::Empty {
                            self.state = State::Ended;
                        }
                        buffer.skip(len);
                    }
                },
            }
        }
    }

    fn missing(&self) -> Option<&'static str> {
        match self.state {
            State::Start => Some("is empty: give an XML document"),
            State::List => Some(CUT_SHORT),
            State::Ended | State::Documents => None,
        }
    }
}

fn broken(buffer: &Buffer<'_>, flaw: Flaw) -> InputError {
    let (Flaw::Text(what) | Flaw::Record(what)) = flaw;
    InputError(format!("Of the input's line {}, {what}", buffer.line))
}

fn ill_formed(buffer: &Buffer<'_>) -> InputError {
    buffer.error(
        "is not XML: an end tag is missing, or is not that of its element, in what begins here",
    )
}

fn doctype(buffer: &Buffer<'_>) -> InputError {
    buffer.error("has a document type definition (<!DOCTYPE>), which is never read: take it out")
}

fn stray_text(state: State, buffer: &Buffer<'_>) -> InputError {
    buffer.error(match state {
        State::List => "has text between its records",
        _ => "is not XML: it has text outside of elements",
    })
}

fn declaration(buffer: &Buffer<'_>, len: usize) -> Result<(), InputError> {
    let text = buffer.rest().get(..len).unwrap_or_default();
    match strange_encoding(text) {
        None => Ok(()),
        Some(encoding) => Err(buffer.error(format_args!(
            "says that its encoding is `{encoding}`: save the document as UTF-8"
        ))),
    }
}

fn is_neutral(name: &str) -> bool {
    NEUTRAL
        .iter()
        .any(|neutral| neutral.eq_ignore_ascii_case(name))
}
