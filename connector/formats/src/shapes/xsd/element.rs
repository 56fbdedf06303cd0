//! Elements of a document that is being made.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// An element of XML Schema with attributes and either elements or text in it.
#[derive(Clone, Debug)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Vec<Element>,
    text: String,
}

impl Element {
    /// An empty element.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            content: Vec::new(),
            text: String::new(),
        }
    }

    /// Adds an attribute.
    pub fn put(mut self, name: &'static str, value: impl ToString) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    /// Adds an element.
    pub fn with(mut self, element: Self) -> Self {
        self.content.push(element);
        self
    }

    /// Adds elements.
    pub fn with_all(mut self, elements: impl IntoIterator<Item = Self>) -> Self {
        self.content.extend(elements);
        self
    }

    /// Sets the text; characters that XML cannot hold become U+FFFD.
    pub fn say(mut self, text: &str) -> Self {
        self.text = clean(text);
        self
    }

    /// The document with this root.
    pub fn document(&self) -> std::io::Result<Vec<u8>> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.write(&mut writer)?;
        let mut document = writer.into_inner();
        document.push(b'\n');
        Ok(document)
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let name = format!("xs:{}", self.name);
        let mut start = BytesStart::new(name.as_str());
        for (attribute, value) in &self.attributes {
            start.push_attribute((*attribute, clean(value).as_str()));
        }
        if self.content.is_empty() && self.text.is_empty() {
            return writer.write_event(Event::Empty(start));
        }
        writer.write_event(Event::Start(start))?;
        if !self.text.is_empty() {
            writer.write_event(Event::Text(BytesText::new(&self.text)))?;
        }
        for element in &self.content {
            element.write(writer)?;
        }
        writer.write_event(Event::End(BytesEnd::new(name.as_str())))
    }
}

fn clean(text: &str) -> String {
    let fits =
        |char: char| matches!(char, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    text.chars()
        .map(|char| if fits(char) { char } else { '\u{fffd}' })
        .collect()
}
