//! XML as clients send it: a tree of elements with resolved namespaces, of bounded depth and size.
//!
//! Document types are rejected, and with them every entity but the five that XML itself defines.

use std::collections::HashMap;
use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

/// Namespace of `xsi:type` and `xsi:nil`.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Elements within each other; the deepest call, a record with a parent by external id, needs seven.
const MAX_DEPTH: usize = 32;
/// Elements of a request: 200 records with every one of 800 fields (Salesforce Developer Limits) fit twice over.
const MAX_ELEMENTS: usize = 400_000;

/// What is wrong with a document, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// An element with all it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Empty for elements in no namespace.
    pub namespace: Arc<str>,
    /// Local name.
    pub name: String,
    /// Local part of `xsi:type`.
    pub kind: Option<String>,
    /// Whether `xsi:nil` says so.
    pub nil: bool,
    /// Its own text; meaningless where there are children.
    pub text: String,
    /// Its elements, in order.
    pub children: Vec<Element>,
}

impl Element {
    /// Reads a document.
    ///
    /// # Errors
    /// What is wrong: no UTF-8, not well-formed, a document type, too deep, too many elements.
    pub fn read(xml: &[u8]) -> Result<Self, Malformed> {
        let xml = xml.strip_prefix(b"\xef\xbb\xbf").unwrap_or(xml);
        let text = std::str::from_utf8(xml).map_err(malformed)?;
        let mut reader = NsReader::from_str(text);
        let mut tree = Tree::default();
        loop {
            match reader.read_event().map_err(malformed)? {
                Event::Start(start) => {
                    let element = tree.element(&reader, &start)?;
                    tree.open(element)?;
                }
                Event::Empty(start) => {
                    let element = tree.element(&reader, &start)?;
                    tree.open(element)?;
                    tree.close()?;
                }
                Event::End(_) => tree.close()?,
                Event::Text(part) => tree.text(&part.xml10_content())?,
                Event::CData(part) => tree.text(&part.xml10_content())?,
                Event::GeneralRef(name) => tree.text(&referred(&name)?)?,
                Event::DocType(_) => return Err(malformed("DOCTYPE is not allowed")),
                Event::Eof => return tree.finish(),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
    }

    /// Returns whether this is the element called `name` in `namespace`.
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.name == name && *self.namespace == *namespace
    }

    /// Returns the first child with this local name, whatever its namespace.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Returns the text without blanks around it; `None` for nil elements.
    pub fn value(&self) -> Option<&str> {
        (!self.nil).then(|| self.text.trim())
    }

    /// `{urn:partner.soap.sforce.com}query`, as faults name elements.
    pub fn expanded_name(&self) -> String {
        format!("{{{}}}{}", self.namespace, self.name)
    }
}

/// The elements that are open, outermost first.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
    namespaces: HashMap<String, Arc<str>>,
}

impl Tree {
    fn element(
        &mut self,
        reader: &NsReader<&[u8]>,
        start: &BytesStart<'_>,
    ) -> Result<Element, Malformed> {
        let (namespace, name) = reader.resolver().resolve_element(start.name());
        let mut element = Element {
            namespace: self.namespace(namespace)?,
            name: name.as_ref().to_owned(),
            ..Element::default()
        };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(malformed)?;
            let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
            if namespace != ResolveResult::Bound(Namespace(INSTANCE)) {
                continue;
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(malformed)?;
            match name.as_ref() {
                "nil" => element.nil = matches!(value.trim(), "true" | "1"),
                "type" => element.kind = value.trim().rsplit(':').next().map(str::to_owned),
                _ => {}
            }
        }
        Ok(element)
    }

    fn namespace(&mut self, found: ResolveResult<'_>) -> Result<Arc<str>, Malformed> {
        let uri = match found {
            ResolveResult::Unbound => "",
            ResolveResult::Bound(Namespace(uri)) => uri,
            ResolveResult::Unknown(prefix) => {
                return Err(malformed(format!(
                    "The prefix \"{prefix}\" is not bound to a namespace"
                )));
            }
        };
        if let Some(known) = self.namespaces.get(uri) {
            return Ok(Arc::clone(known));
        }
        let new: Arc<str> = Arc::from(uri);
        self.namespaces.insert(uri.to_owned(), Arc::clone(&new));
        Ok(new)
    }

    fn open(&mut self, element: Element) -> Result<(), Malformed> {
        self.count += 1;
        if self.root.is_some() {
            return Err(malformed("There is more than one root element"));
        }
        if self.open.len() == MAX_DEPTH || self.count > MAX_ELEMENTS {
            let message =
                format!("more than {MAX_DEPTH} levels or {MAX_ELEMENTS} elements are not taken");
            return Err(malformed(message));
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Malformed> {
        let Some(element) = self.open.pop() else {
            return Err(malformed("An element ends that never began"));
        };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Malformed> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(malformed("Content is not allowed outside of the root")),
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, Malformed> {
        match (self.open.last(), self.root) {
            (None, Some(root)) => Ok(root),
            (Some(open), _) => Err(malformed(format!("The element {} does not end", open.name))),
            (None, None) => Err(malformed("Premature end of file")),
        }
    }
}

/// Returns the text of `&lt;` or `&#65;`.
fn referred(name: &BytesRef<'_>) -> Result<String, Malformed> {
    if let Some(character) = name.resolve_char_ref().map_err(malformed)? {
        return Ok(character.to_string());
    }
    resolve_predefined_entity(name)
        .map(str::to_owned)
        .ok_or_else(|| malformed(format!("The entity \"{}\" was not declared", &**name)))
}

fn malformed(error: impl std::fmt::Display) -> Malformed {
    Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(xml: &[u8]) -> String {
        format!("{:?}", Element::read(xml).unwrap_err())
    }

    #[test]
    fn prefixes_are_only_a_way_to_name_namespaces() {
        let with = r#"<a:x xmlns:a="urn:1" xmlns:b="urn:2"><b:y>1</b:y></a:x>"#;
        let without = r#"<x xmlns="urn:1"><y xmlns="urn:2">1</y></x>"#;
        let read = |xml: &str| Element::read(xml.as_bytes()).unwrap();
        assert_eq!(read(with), read(without));
        assert!(read(with).is("urn:1", "x"));
    }

    #[test]
    fn types_nils_references_and_cdata_are_understood() {
        let xml = "\u{feff}<?xml version=\"1.0\"?><r xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"><a i:nil=\"1\"/><b i:type=\"xsd:string\">a&amp;&#x42;<![CDATA[<c>]]>\r\n</b></r>";
        let root = Element::read(xml.as_bytes()).unwrap();
        let [a, b] = root.children.as_slice() else {
            panic!("{root:?}");
        };
        assert_eq!((a.nil, a.value()), (true, None));
        assert_eq!(
            (b.kind.as_deref(), b.text.as_str()),
            (Some("string"), "a&B<c>\n")
        );
    }

    #[test]
    fn hostile_documents_are_rejected() {
        let deep = "<a>".repeat(10_000);
        let wide = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "xxx">]><a>&b;</a>"#;
        assert!(rejected(deep.as_bytes()).contains("levels"));
        assert!(rejected(wide.as_bytes()).contains("elements"));
        assert!(rejected(bomb.as_bytes()).contains("DOCTYPE"));
        assert!(rejected(b"<a>&nope;</a>").contains("nope"));
        assert!(rejected(b"<p:a/>").contains("prefix"));
        assert!(rejected(b"\xff\xfe<\0a\0").contains("utf-8"));
        for broken in [
            "",
            "{}",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a x='1' x='2'/>",
            "</a>",
            "a<b/>",
        ] {
            assert!(Element::read(broken.as_bytes()).is_err(), "{broken}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_reader_survives_any_bytes(bytes in proptest::prelude::any::<Vec<u8>>()) {
            let _ = Element::read(&bytes);
        }
    }
}
