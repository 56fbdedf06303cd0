//! The few things of XML that records need: elements, their text, `type` and `nil`. What is dangerous is refused: document type
//! definitions, entities other than the five of XML itself, other encodings than UTF-8.

use super::place::{InputError, Lines, Place};
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

/// The beginning of an element.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    /// Its name without prefix.
    pub name: String,
    /// Its attribute `type`, without prefix.
    pub sobject: Option<String>,
    /// Whether `xsi:nil` is true.
    pub nil: bool,
}

/// What comes next in a document.
pub(super) enum Piece {
    Open(Tag),
    Text(String),
    Close,
}

/// Steps through a document.
pub(super) struct Tags<'b> {
    body: &'b [u8],
    reader: Reader<&'b [u8]>,
    lines: Lines<'b>,
    index: u64,
    depth: usize,
    /// Whether elements of one name may follow one another.
    pub repeated: bool,
}

impl<'b> Tags<'b> {
    pub fn open(body: &'b [u8]) -> Result<Self, InputError> {
        let text = std::str::from_utf8(body)
            .map_err(|error| InputError::at(body, error.valid_up_to(), "is not UTF-8"))?;
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Self {
            body,
            reader,
            lines: Lines::of(body),
            index: 0,
            depth: 0,
            repeated: false,
        })
    }

    /// Another reader of the same document, at its beginning.
    pub fn again(&self) -> Result<Self, InputError> {
        Self::open(self.body)
    }

    /// Where the record stands whose beginning has just been read.
    pub fn place(&mut self) -> Place {
        let line = self.lines.line_at(self.offset());
        Place {
            index: self.index,
            line,
        }
    }

    pub fn count_record(&mut self) {
        self.index += 1;
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.body.len())
    }

    /// A complaint about the place reached.
    pub fn error(&self, what: &str) -> InputError {
        InputError::at(self.body, self.offset(), what)
    }

    /// The root element.
    pub fn root(&mut self) -> Result<Tag, InputError> {
        let empty = || InputError("The input is empty: give an XML document".into());
        self.next_root()?.ok_or_else(empty)
    }

    /// The root element of the next document, or `None` at the end of the input.
    pub fn next_root(&mut self) -> Result<Option<Tag>, InputError> {
        loop {
            match self.event()? {
                Some(Piece::Open(tag)) => return Ok(Some(tag)),
                Some(Piece::Text(text)) if text.trim_ascii().is_empty() => {}
                Some(_) => return Err(self.error("is not XML: it has text outside of elements")),
                None => return Ok(None),
            }
        }
    }

    /// What comes next inside of the root.
    pub fn next(&mut self) -> Result<Piece, InputError> {
        match self.event()? {
            Some(piece) => Ok(piece),
            None => Err(self.error("is cut short: an element has no end")),
        }
    }

    /// The next child of the element that is open, or `None` at its end.
    pub fn next_element(&mut self) -> Result<Option<Tag>, InputError> {
        loop {
            match self.next()? {
                Piece::Open(tag) => return Ok(Some(tag)),
                Piece::Close => return Ok(None),
                Piece::Text(text) if text.trim_ascii().is_empty() => {}
                Piece::Text(_) => return Err(self.error("has text between its records")),
            }
        }
    }

    /// Steps over the element that is open; says whether it had elements in it.
    pub fn skip_element(&mut self) -> Result<bool, InputError> {
        let outside = self.depth - 1;
        let mut nested = false;
        while self.depth > outside {
            nested |= matches!(self.next()?, Piece::Open(_));
        }
        Ok(nested)
    }

    /// Checks that nothing follows the root.
    pub fn end(&mut self) -> Result<(), InputError> {
        while let Some(piece) = self.event()? {
            if !matches!(&piece, Piece::Text(text) if text.trim_ascii().is_empty()) {
                return Err(self.error("goes on after its root element"));
            }
        }
        Ok(())
    }

    /// The next piece, or `None` at the end of a document that is whole.
    fn event(&mut self) -> Result<Option<Piece>, InputError> {
        loop {
            let event = self.reader.read_event().map_err(|error| {
                let at = usize::try_from(self.reader.error_position()).unwrap_or_default();
                InputError::at(self.body, at, &format!("is not XML ({error})"))
            })?;
            return Ok(Some(match event {
                Event::Start(start) => {
                    self.depth += 1;
                    Piece::Open(self.tag(&start)?)
                }
                // With `expand_empty_elements` this does not come.
                Event::Empty(_) | Event::Comment(_) | Event::PI(_) => continue,
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Piece::Close
                }
                Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => Piece::Text(self.character(&reference)?),
                Event::Decl(declaration) => {
                    self.encoding(&declaration)?;
                    continue;
                }
                Event::DocType(_) => {
                    return Err(self.error("has a document type definition (<!DOCTYPE>), which is never read: take it out; it ends"));
                }
                Event::Eof if self.depth == 0 => return Ok(None),
                Event::Eof => return Err(self.error("is cut short: an element has no end")),
            }));
        }
    }

    fn tag(&self, start: &BytesStart<'_>) -> Result<Tag, InputError> {
        let mut tag = Tag {
            name: start.local_name().as_ref().to_owned(),
            sobject: None,
            nil: false,
        };
        for attribute in start.attributes() {
            let attribute = attribute
                .map_err(|error| self.error(&format!("has a broken attribute ({error})")))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.error(&format!("has a broken attribute ({error})")))?;
            match attribute.key.local_name().as_ref() {
                "nil" => tag.nil = matches!(value.trim_ascii(), "true" | "1"),
                "type" => tag.sobject = sobject(&value),
                _ => {}
            }
        }
        Ok(tag)
    }

    /// What `&amp;` and `&#38;` stand for; other entities do not exist here.
    fn character(&self, reference: &BytesRef<'_>) -> Result<String, InputError> {
        if let Ok(Some(found)) = reference.resolve_char_ref() {
            return Ok(found.to_string());
        }
        let known = resolve_xml_entity(reference).map(str::to_owned);
        known.ok_or_else(|| {
            self.error(&format!(
                "has the entity `&{};`, which XML does not define: write the character itself; it stands",
                &**reference
            ))
        })
    }

    fn encoding(&self, declaration: &BytesDecl<'_>) -> Result<(), InputError> {
        let Some(Ok(encoding)) = declaration.encoding() else {
            return Ok(());
        };
        if ["utf-8", "utf8", "us-ascii"].contains(&encoding.to_ascii_lowercase().as_str()) {
            return Ok(());
        }
        Err(self.error(&format!(
            "says that its encoding is `{encoding}`: save the document as UTF-8; it says so"
        )))
    }
}

/// The sObject that a type names: `Account`, `sf:Account`; `sObject` and schema types name none.
fn sobject(value: &str) -> Option<String> {
    let (prefix, name) = value
        .trim_ascii()
        .rsplit_once(':')
        .unwrap_or(("", value.trim_ascii()));
    let schema = matches!(prefix, "xsd" | "xs");
    (!schema && !name.is_empty() && !name.eq_ignore_ascii_case("sObject")).then(|| name.to_owned())
}
