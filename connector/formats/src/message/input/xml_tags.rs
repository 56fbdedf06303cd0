//! The few things of XML that a record needs: elements, their text, `type` and `nil`. What is dangerous is refused: document type
//! definitions, entities other than the five of XML itself, other encodings than UTF-8.

use super::split::Flaw;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

/// Name of the element around the records of a call, in requests and in WSO2's documents.
pub(super) const LIST: &str = "sObjects";

/// Names of elements that are of the schema's type `sObject`.
const SOBJECTS: [&str; 3] = [SOBJECT, LIST, "masterRecord"];

/// The schema's type of records.
const SOBJECT: &str = "sObject";

/// The beginning of an element.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    /// Its name without prefix.
    pub name: String,
    /// Its attribute `type`, without prefix.
    pub sobject: Option<String>,
    /// Whether it is of the schema's type `sObject`: by its name, or by its attribute `type`.
    pub is_sobject: bool,
    /// Whether `xsi:nil` is true.
    pub nil: bool,
}

/// What comes next in an element.
pub(super) enum Piece {
    Open(Tag),
    Text(String),
    Close,
}

/// Steps through one element.
pub(super) struct Tags<'b> {
    text: &'b str,
    reader: Reader<&'b [u8]>,
    /// The line on which it begins.
    line: u64,
}

impl<'b> Tags<'b> {
    pub fn open(element: &'b [u8], line: u64) -> Result<Self, Flaw> {
        let text = std::str::from_utf8(element).map_err(|_| {
            Flaw::Text("the record is not UTF-8: save the document as UTF-8".into())
        })?;
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { text, reader, line })
    }

    /// Returns what is wrong with the record, at the place reached.
    pub fn flaw(&self, what: impl std::fmt::Display) -> Flaw {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(self.text.len());
        Flaw::Record(self.at(at, what))
    }

    fn at(&self, offset: usize, what: impl std::fmt::Display) -> String {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        let line = self.line + memchr::memchr_iter(b'\n', before).count() as u64;
        format!("the record {what} at line {line}")
    }

    fn not_xml(&self, why: impl std::fmt::Display) -> Flaw {
        let at = usize::try_from(self.reader.error_position()).unwrap_or_default();
        Flaw::Text(self.at(at, format_args!("is not XML ({why})")))
    }

    /// Returns what comes next.
    pub fn next(&mut self) -> Result<Piece, Flaw> {
        loop {
            let event = self.reader.read_event();
            return Ok(match event.map_err(|error| self.not_xml(error))? {
                Event::Start(start) => Piece::Open(self.tag(&start)?),
                // With `expand_empty_elements` an empty element does not come.
                Event::Empty(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_) => continue,
                Event::End(_) => Piece::Close,
                Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => Piece::Text(self.character(&reference)?),
                Event::DocType(_) => return Err(self.not_xml("a document type definition")),
                Event::Eof => return Err(self.not_xml("an element has no end")),
            });
        }
    }

    fn tag(&self, start: &BytesStart<'_>) -> Result<Tag, Flaw> {
        let name = start.local_name().as_ref().to_owned();
        let mut tag = Tag {
            is_sobject: SOBJECTS
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&name)),
            name,
            sobject: None,
            nil: false,
        };
        for attribute in start.attributes() {
            let attribute = attribute
                .map_err(|error| self.flaw(format_args!("has a broken attribute ({error})")))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.flaw(format_args!("has a broken attribute ({error})")))?;
            match attribute.key.local_name().as_ref() {
                "nil" => tag.nil = matches!(value.trim_ascii(), "true" | "1"),
                "type" => {
                    tag.is_sobject |= local(&value).1.eq_ignore_ascii_case(SOBJECT);
                    tag.sobject = sobject(&value);
                }
                _ => {}
            }
        }
        Ok(tag)
    }

    /// Returns what `&amp;` and `&#38;` stand for; other entities do not exist here.
    fn character(&self, reference: &BytesRef<'_>) -> Result<String, Flaw> {
        if let Ok(Some(found)) = reference.resolve_char_ref() {
            return Ok(found.to_string());
        }
        let known = resolve_xml_entity(reference).map(str::to_owned);
        known.ok_or_else(|| {
            self.flaw(format_args!(
                "has the entity `&{};`, which XML does not define: write the character itself; it stands",
                &**reference
            ))
        })
    }
}

/// Returns the tag that a text begins with.
pub(super) fn first_tag(text: &[u8], line: u64) -> Result<Tag, Flaw> {
    let mut tags = Tags::open(text, line)?;
    match tags.next()? {
        Piece::Open(tag) => Ok(tag),
        Piece::Text(_) | Piece::Close => Err(tags.flaw("has no tag")),
    }
}

/// Returns the encoding that a declaration tells, where it is none that can be read.
pub(super) fn strange_encoding(declaration: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(declaration);
    let mut reader = Reader::from_str(&text);
    let Ok(Event::Decl(declaration)) = reader.read_event() else {
        return None;
    };
    let encoding = BytesDecl::encoding(&declaration)?.ok()?.into_owned();
    let known = ["utf-8", "utf8", "us-ascii"].contains(&encoding.to_ascii_lowercase().as_str());
    (!known).then_some(encoding)
}

/// Splits a type into its prefix and its name.
fn local(value: &str) -> (&str, &str) {
    let value = value.trim_ascii();
    value.rsplit_once(':').unwrap_or(("", value))
}

/// Returns the sObject that a type names: `Account`, `sf:Account`; `sObject` and schema types name none.
fn sobject(value: &str) -> Option<String> {
    let (prefix, name) = local(value);
    let schema = matches!(prefix, "xsd" | "xs");
    (!schema && !name.is_empty() && !name.eq_ignore_ascii_case(SOBJECT)).then(|| name.to_owned())
}
