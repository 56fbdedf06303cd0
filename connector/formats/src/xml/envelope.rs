//! Steps through envelopes of SOAP 1.1: down to what stands in the body, element by element, and to the end.

use super::{Element, Malformed, Open, Space, XmlEvent, XmlReader};

impl XmlReader<'_> {
    /// Steps into the body of an envelope; returns its header, if it has one.
    pub fn enter_envelope(&mut self) -> Result<Option<Element>, Malformed> {
        let root = self.expect_element()?;
        if !root.is(Space::Soap, "Envelope") {
            return Err(Malformed(format!(
                "is `{}`, not an envelope of SOAP 1.1",
                root.name
            )));
        }
        let mut part = self.expect_element()?;
        let mut header = None;
        if part.is(Space::Soap, "Header") {
            header = Some(Element::read(self, part)?);
            part = self.expect_element()?;
        }
        if !part.is(Space::Soap, "Body") {
            return Err(self.error(format_args!("has `{}` where its body should be", part.name)));
        }
        Ok(header)
    }

    /// Steps into the next element, which must be there.
    pub fn expect_element(&mut self) -> Result<Open, Malformed> {
        match self.next_element()? {
            Some(open) => Ok(open),
            None => Err(self.error("has no element where one is needed")),
        }
    }

    /// Steps into the next element of the one that is open; `None` at its end.
    pub fn next_element(&mut self) -> Result<Option<Open>, Malformed> {
        loop {
            match self.next_event()? {
                Some(XmlEvent::Open(open)) => return Ok(Some(open)),
                Some(XmlEvent::Close) => return Ok(None),
                Some(XmlEvent::Text(text)) if text.trim_ascii().is_empty() => {}
                Some(XmlEvent::Text(_)) => return Err(self.error("has text between elements")),
                None => return Err(self.error("is cut short")),
            }
        }
    }

    /// Reads to the end of the document; nothing but white space may come before it.
    pub fn finish(&mut self) -> Result<(), Malformed> {
        while let Some(event) = self.next_event()? {
            match event {
                XmlEvent::Close => {}
                XmlEvent::Text(text) if text.trim_ascii().is_empty() => {}
                _ => return Err(self.error("goes on after the answer of the call")),
            }
        }
        Ok(())
    }
}
