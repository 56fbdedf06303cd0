//! Writing XML.

use std::fmt::Display;

/// XML under way.
#[derive(Debug, Default)]
pub struct Out(Vec<u8>);

impl Out {
    /// Returns what was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Markup as it is.
    pub fn raw(&mut self, xml: impl AsRef<[u8]>) {
        self.0.extend_from_slice(xml.as_ref());
    }

    /// `<name>text</name>`
    pub fn text(&mut self, name: &str, text: &str) {
        self.element(name, "", |out| escape(&mut out.0, text));
    }

    /// `<name>true</name>`
    pub fn flag(&mut self, name: &str, truth: bool) {
        self.text(name, if truth { "true" } else { "false" });
    }

    /// `<name>1</name>`
    pub fn number(&mut self, name: &str, number: impl Display) {
        self.text(name, &number.to_string());
    }

    /// `<name xsi:nil="true"/>`
    pub fn nil(&mut self, name: &str) {
        self.raw("<");
        self.raw(name);
        self.raw(" xsi:nil=\"true\"/>");
    }

    /// The text, or nil where there is none.
    pub fn nillable(&mut self, name: &str, text: Option<&str>) {
        match text {
            Some(text) => self.text(name, text),
            None => self.nil(name),
        }
    }

    /// `<name attributes>…</name>`; `attributes` begins with a blank unless it is empty.
    pub fn element(&mut self, name: &str, attributes: &str, content: impl FnOnce(&mut Self)) {
        self.raw("<");
        self.raw(name);
        self.raw(attributes);
        self.raw(">");
        content(self);
        self.raw("</");
        self.raw(name);
        self.raw(">");
    }

    /// Returns the bytes, for writers that know nothing of this type.
    pub fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

/// Text as element content. Characters that XML cannot carry at all are left out.
pub fn escape(out: &mut Vec<u8>, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(is_special) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut characters = special.chars();
        let replacement: &[u8] = match characters.next() {
            Some('&') => b"&amp;",
            Some('<') => b"&lt;",
            Some('>') => b"&gt;",
            Some('"') => b"&quot;",
            Some('\'') => b"&apos;",
            Some('\r') => b"&#xD;",
            _ => b"",
        };
        out.extend_from_slice(replacement);
        rest = characters.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
}

/// XML 1.0, "Char" and "AttValue"; a carriage return would come back as a line feed.
fn is_special(c: char) -> bool {
    match c {
        '&' | '<' | '>' | '"' | '\'' | '\r' | '\u{fffe}' | '\u{ffff}' => true,
        '\t' | '\n' => false,
        _ => c < ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::super::Element;
    use super::*;

    proptest::proptest! {
        #[test]
        fn every_text_that_xml_can_carry_is_read_back(text in "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\u{fffe}\u{ffff}]*") {
            let mut out = Out::default();
            out.text("a", &text);
            let read = Element::read(&out.into_bytes()).unwrap();
            proptest::prop_assert_eq!(read.text, text);
        }
    }

    #[test]
    fn what_xml_cannot_carry_is_left_out() {
        let mut out = Out::default();
        out.text("a", "x\0\u{1b}y");
        assert_eq!(out.into_bytes(), b"<a>xy</a>");
    }
}
