//! One element with all that is in it: a record, a result. Pages are read record by record, so that there is one such tree at a time.

use super::{Malformed, Open, Space, XmlEvent, XmlReader};

/// How many elements one tree may have. The largest real ones are describes: 800 fields with their pick-lists.
const MAX_ELEMENTS: usize = 1_000_000;

/// An element with its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// How it begins.
    pub open: Open,
    /// Its text; of an element with elements, nothing.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Element>,
}

impl Element {
    /// Reads the rest of an element that has just been opened.
    pub fn read(reader: &mut XmlReader<'_>, open: Open) -> Result<Self, Malformed> {
        let mut left = MAX_ELEMENTS;
        Self::read_some(reader, open, &mut left)
    }

    fn read_some(
        reader: &mut XmlReader<'_>,
        open: Open,
        left: &mut usize,
    ) -> Result<Self, Malformed> {
        *left = left.checked_sub(1).ok_or_else(|| {
            reader.error(format_args!(
                "has more than {MAX_ELEMENTS} elements in one result"
            ))
        })?;
        let mut element = Self {
            open,
            text: String::new(),
            children: Vec::new(),
        };
        loop {
            match reader.next_event()? {
                Some(XmlEvent::Open(open)) => {
                    let child = Self::read_some(reader, open, left)?;
                    element.children.push(child);
                }
                // Nearly all texts are one event.
                Some(XmlEvent::Text(text)) if element.text.is_empty() => element.text = text,
                Some(XmlEvent::Text(text)) => element.text.push_str(&text),
                Some(XmlEvent::Close) => return element.without_white_space(reader),
                None => return Err(reader.error("is cut short")),
            }
        }
    }

    /// Drops the white space between elements.
    fn without_white_space(mut self, reader: &XmlReader<'_>) -> Result<Self, Malformed> {
        if !self.children.is_empty() {
            if !self.text.trim_ascii().is_empty() {
                let name = &self.open.name;
                return Err(reader.error(format_args!("has text between elements of `{name}`")));
            }
            self.text = String::new();
        }
        Ok(self)
    }

    /// Its name without prefix.
    pub fn name(&self) -> &str {
        &self.open.name
    }

    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name() == name)
    }

    /// The children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children
            .iter()
            .filter(move |child| child.name() == name)
    }

    /// Its text; `None` if it is nil.
    pub fn value(&self) -> Option<&str> {
        (!self.open.nil).then_some(self.text.as_str())
    }

    /// The text of the first child of this name; `None` if it is nil or empty.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name)?.value().filter(|text| !text.is_empty())
    }

    /// The texts of all children of this name.
    pub fn texts_of(&self, name: &str) -> Vec<String> {
        self.all(name)
            .filter_map(Self::value)
            .map(str::to_owned)
            .collect()
    }

    /// Whether its `xsi:type` has this local name.
    pub fn is_of(&self, name: &str) -> bool {
        matches!(&self.open.of, Some((_, of)) if of == name)
    }

    /// Whether it is a record: its type says so, or its first element is the type of a record.
    pub fn is_record(&self) -> bool {
        self.is_of("sObject")
            || self
                .children
                .first()
                .is_some_and(|first| first.open.is(Space::Sobject, "type"))
    }
}
