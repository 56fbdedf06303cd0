//! Writes elements; every value is escaped on its way in.

use quick_xml::escape::escape;

/// XML in the making. Names are the connector's own or names of the org that were checked.
#[derive(Clone, Debug, Default)]
pub struct Xml(String);

impl Xml {
    /// Begins an element.
    pub fn start(&mut self, name: &str) {
        self.start_with(name, "");
    }

    /// Begins an element with attributes, written as they are.
    pub fn start_with(&mut self, name: &str, attributes: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push_str(attributes);
        self.0.push('>');
    }

    /// Ends an element.
    pub fn end(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// Adds an element with text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.start(name);
        self.0.push_str(&escape(value));
        self.end(name);
    }

    /// Adds an element with `true` or `false`.
    pub fn flag(&mut self, name: &str, value: bool) {
        self.text(name, if value { "true" } else { "false" });
    }

    /// Adds an element without a value.
    pub fn nil(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push_str(" xsi:nil=\"true\"/>");
    }

    /// Adds an element with text, or one without a value.
    pub fn text_or_nil(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.nil(name),
        }
    }

    /// Adds an element with `true` or `false`, or one without a value.
    pub fn flag_or_nil(&mut self, name: &str, value: Option<bool>) {
        match value {
            Some(value) => self.flag(name, value),
            None => self.nil(name),
        }
    }

    /// Adds elements of one name, one for each value.
    pub fn each(&mut self, name: &str, values: &[String]) {
        for value in values {
            self.text(name, value);
        }
    }

    /// Adds what is XML already.
    pub fn raw(&mut self, xml: &str) {
        self.0.push_str(xml);
    }

    /// How many bytes there are.
    pub fn byte_count(&self) -> usize {
        self.0.len()
    }

    /// The XML.
    pub fn finish(self) -> String {
        self.0
    }
}

/// The first character of a text that XML 1.0 cannot carry, not even as a reference (XML 1.0, production 2).
pub fn unwritable(text: &str) -> Option<char> {
    let fits = |char: char| matches!(char, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().find(|char| !fits(*char))
}

/// A document with this text at a place in it, escaped.
pub fn insert(document: &[u8], at: usize, text: &str) -> Vec<u8> {
    let text = escape(text);
    let (before, after) = document.split_at_checked(at).unwrap_or((document, &[]));
    [before, text.as_bytes(), after].concat()
}
