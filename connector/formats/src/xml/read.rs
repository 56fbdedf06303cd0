//! Steps through an answer: elements with their namespaces, text and ends. What is dangerous is refused: document types, entities other than
//! the five of XML, other encodings than UTF-8, too deep nesting.

use super::{FAULT, PARTNER, SOAP, SOBJECT, XSD, XSI};
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};
use quick_xml::{NsReader, XmlVersion};
use std::fmt;

/// How deep elements may be nested. Answers go a dozen levels deep, queries five levels of parents and five of children more (SOQL
/// and SOSL Reference, "Relationship Query Limitations").
const MAX_DEPTH: usize = 64;

/// The namespaces that answers are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// The envelope's.
    Soap,
    /// That of calls and results.
    Partner,
    /// That of records.
    Sobject,
    /// That of faults.
    Fault,
    /// That of the types of XML Schema.
    Schema,
    /// None at all.
    Nothing,
    /// Any other.
    Other,
}

/// Why an answer is not to be used, in words that read on from "The answer ".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The answer {}", self.0)
    }
}

/// The beginning of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its namespace.
    pub space: Space,
    /// Its name without prefix.
    pub name: String,
    /// Whether `xsi:nil` is true.
    pub nil: bool,
    /// Its `xsi:type`.
    pub of: Option<(Space, String)>,
}

impl Open {
    /// Whether it is this element.
    pub fn is(&self, space: Space, name: &str) -> bool {
        self.space == space && self.name == name
    }
}

/// A step through a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum XmlEvent {
    /// An element begins.
    Open(Open),
    /// Text, or a part of one.
    Text(String),
    /// The element that was opened last ends.
    Close,
}

/// Reads a document event by event.
pub struct XmlReader<'b> {
    reader: NsReader<&'b [u8]>,
    depth: usize,
    rooted: bool,
}

impl<'b> XmlReader<'b> {
    /// A reader of a document; checks its encoding.
    pub fn new(body: &'b [u8]) -> Result<Self, Malformed> {
        if body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff") {
            return Err(Malformed("is encoded in UTF-16, not in UTF-8".into()));
        }
        let text = std::str::from_utf8(body).map_err(|error| {
            let what = if error.error_len().is_none() {
                "is cut short within a character"
            } else {
                "is not UTF-8"
            };
            Malformed(format!("{what} at byte {}", error.valid_up_to()))
        })?;
        let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
        reader.config_mut().expand_empty_elements = true;
        Ok(Self {
            reader,
            depth: 0,
            rooted: false,
        })
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Makes an error about the byte that was reached.
    pub fn error(&self, what: impl fmt::Display) -> Malformed {
        Malformed(format!("{what} at byte {}", self.reader.buffer_position()))
    }

    /// Reads the next event; `None` at the end of a document that is whole.
    pub fn next_event(&mut self) -> Result<Option<XmlEvent>, Malformed> {
        loop {
            let event = self.reader.read_event().map_err(|error| {
                let at = self.reader.error_position();
                Malformed(format!("is not XML ({error}) at byte {at}"))
            })?;
            match event {
                Event::Start(start) => return self.open(&start).map(Some),
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(XmlEvent::Close));
                }
                Event::Text(text) => {
                    if let Some(event) = self.text(text.xml10_content().into_owned())? {
                        return Ok(Some(event));
                    }
                }
                Event::CData(text) => {
                    if let Some(event) = self.text(text.xml10_content().into_owned())? {
                        return Ok(Some(event));
                    }
                }
                Event::GeneralRef(reference) => {
                    let text = self.character(&reference)?;
                    if let Some(event) = self.text(text)? {
                        return Ok(Some(event));
                    }
                }
                Event::Decl(declaration) => {
                    if let Some(Ok(encoding)) = declaration.encoding() {
                        self.encoding(&encoding)?;
                    }
                }
                Event::DocType(_) => {
                    return Err(self.error("has a document type definition, which SOAP forbids,"));
                }
                Event::Eof if self.depth == 0 && self.rooted => return Ok(None),
                Event::Eof if self.rooted => return Err(self.error("is cut short")),
                Event::Eof => return Err(self.error("has no element")),
                // With `expand_empty_elements` no empty element comes.
                Event::Empty(_) | Event::Comment(_) | Event::PI(_) => {}
            }
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<XmlEvent, Malformed> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(format_args!("is nested more than {MAX_DEPTH} levels deep")));
        }
        if self.depth == 0 && self.rooted {
            return Err(self.error("goes on after its root element"));
        }
        self.depth += 1;
        self.rooted = true;
        let mut open = Open {
            space: self.space(start.name(), true),
            name: start.local_name().as_ref().to_owned(),
            nil: false,
            of: None,
        };
        for attribute in start.attributes() {
            let attribute = attribute
                .map_err(|error| self.error(format_args!("has a broken attribute ({error})")))?;
            let (space, local) = self.reader.resolver().resolve_attribute(attribute.key);
            if !matches!(space, ResolveResult::Bound(space) if space.into_inner() == XSI) {
                continue;
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.error(format_args!("has a broken attribute ({error})")))?;
            let value = value.trim_ascii();
            match local.as_ref() {
                "nil" => open.nil = matches!(value, "true" | "1"),
                "type" => {
                    let name = QName(value);
                    open.of = Some((
                        self.space(name, true),
                        name.local_name().as_ref().to_owned(),
                    ));
                }
                _ => {}
            }
        }
        Ok(XmlEvent::Open(open))
    }

    fn space(&self, name: QName<'_>, is_element: bool) -> Space {
        match self
            .reader
            .resolver()
            .resolve_prefix(name.prefix(), is_element)
        {
            ResolveResult::Bound(space) => match space.into_inner() {
                SOAP => Space::Soap,
                PARTNER => Space::Partner,
                SOBJECT => Space::Sobject,
                FAULT => Space::Fault,
                XSD => Space::Schema,
                _ => Space::Other,
            },
            ResolveResult::Unbound => Space::Nothing,
            ResolveResult::Unknown(_) => Space::Other,
        }
    }

    fn text(&self, text: String) -> Result<Option<XmlEvent>, Malformed> {
        if self.depth > 0 {
            return Ok(Some(XmlEvent::Text(text)));
        }
        if text.trim_ascii().is_empty() {
            return Ok(None);
        }
        Err(self.error("is not XML: it has text outside of its root element"))
    }

    fn character(&self, reference: &BytesRef<'_>) -> Result<String, Malformed> {
        if let Ok(Some(found)) = reference.resolve_char_ref() {
            return Ok(found.to_string());
        }
        let known = resolve_xml_entity(reference).map(str::to_owned);
        known.ok_or_else(|| self.error("has an entity that XML does not define"))
    }

    fn encoding(&self, encoding: &str) -> Result<(), Malformed> {
        if ["utf-8", "utf8", "us-ascii"].contains(&encoding.to_ascii_lowercase().as_str()) {
            return Ok(());
        }
        let told: String = encoding.chars().take(40).collect();
        Err(self.error(format_args!("is encoded in {told}, not in UTF-8,")))
    }
}
