//! Records of XML, found as their ends arrive: the elements of the root, or the root itself where it is named as the object.

use super::Buffer;
use super::cells::MAX_RECORD_BYTES;
use super::json::Found;
use crate::bindings::Message;
use crate::message::input::{Document, Node, Options};
use crate::org::bad_input;

/// Splits an XML document into records.
pub struct Elements {
    object: String,
    /// The tag that opens the root.
    root: Option<String>,
    done: bool,
}

/// A piece of markup.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Open,
    Close,
    Empty,
    /// A comment, a declaration, an instruction.
    Other,
}

impl Elements {
    /// Begins at the beginning, or within this root.
    pub fn new(object: &str, root: Option<String>) -> Self {
        Self {
            object: object.to_owned(),
            root,
            done: false,
        }
    }

    /// The tag that opens the root, once it is known.
    pub fn root(&self) -> Option<String> {
        self.root.clone()
    }

    /// Whether the root has been closed.
    pub fn finished(&self) -> bool {
        self.done
    }

    /// The next record, if it is whole.
    pub fn next(&mut self, buffer: &mut Buffer) -> Found {
        loop {
            let blank = memchr::memchr(b'<', buffer.rest()).unwrap_or(buffer.rest().len());
            buffer.skip(blank);
            let Some((tag, len)) = markup(buffer.rest()) else {
                return waiting(buffer);
            };
            match (tag, &self.root) {
                (Tag::Other, _) => buffer.skip(len),
                (Tag::Close, Some(_)) => {
                    self.done = true;
                    buffer.skip(len);
                }
                (Tag::Open | Tag::Empty, None) if !self.is_record(buffer.rest()) => {
                    let text = buffer.rest().get(..len).unwrap_or_default();
                    self.root = Some(String::from_utf8_lossy(text).into_owned());
                    self.done = tag == Tag::Empty;
                    buffer.skip(len);
                }
                (Tag::Open | Tag::Empty, _) => return self.element(buffer),
                (Tag::Close, None) => {
                    return Err(bad_input(
                        "The input is not XML: it begins with a closing tag",
                    ));
                }
            }
        }
    }

    /// Whether the root that begins here is the record itself.
    fn is_record(&self, text: &[u8]) -> bool {
        let name = name(text);
        name.eq_ignore_ascii_case(&self.object)
    }

    fn element(&mut self, buffer: &mut Buffer) -> Found {
        let Some(len) = element_len(buffer.rest()) else {
            return waiting(buffer);
        };
        let line = buffer.line;
        let node = self.record(buffer.rest().get(..len).unwrap_or_default());
        self.done |= self.root.is_none();
        buffer.skip(len);
        Ok(Some((node, line, len)))
    }

    /// Reads a record: an element of the root, or the root itself. The error is what is wrong with it alone.
    pub fn record(&self, element: &[u8]) -> Result<Node, String> {
        let body = match &self.root {
            Some(root) => {
                let closing = format!("</{}>", qualified(root.as_bytes()));
                [root.as_bytes(), element, closing.as_bytes()].concat()
            }
            None => element.to_vec(),
        };
        let message = Message {
            media_type: "application/xml".into(),
            body,
            attributes: Vec::new(),
        };
        let unreadable =
            |error: &dyn std::fmt::Display| format!("the record cannot be read: {error}");
        let document = Document::open(&message, Some(&self.object), Options::default())
            .map_err(|error| unreadable(&error))?;
        let record = document.only().map_err(|error| unreadable(&error))?;
        Ok(record.node)
    }
}

fn waiting(buffer: &Buffer) -> Found {
    if buffer.rest().len() <= MAX_RECORD_BYTES {
        return Ok(None);
    }
    Err(bad_input(format!(
        "The record at line {} of the input has more than {MAX_RECORD_BYTES} bytes",
        buffer.line
    )))
}

/// The name of a tag with its prefix.
fn qualified(tag: &[u8]) -> String {
    let name = tag.strip_prefix(b"<").unwrap_or(tag);
    let end = name
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

fn name(tag: &[u8]) -> String {
    let name = qualified(tag);
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

/// The markup that `text` begins with, and its bytes; `None` while it has no end.
fn markup(text: &[u8]) -> Option<(Tag, usize)> {
    let until = |end: &[u8]| Some(memchr::memmem::find(text, end)? + end.len());
    if text.starts_with(b"<!--") {
        return Some((Tag::Other, until(b"-->")?));
    }
    if text.starts_with(b"<![CDATA[") {
        return Some((Tag::Other, until(b"]]>")?));
    }
    if text.starts_with(b"<?") {
        return Some((Tag::Other, until(b"?>")?));
    }
    let len = tag_len(text)?;
    let tag = match text.get(1)? {
        b'/' => Tag::Close,
        b'!' => Tag::Other,
        _ if text.get(len - 2) == Some(&b'/') => Tag::Empty,
        _ => Tag::Open,
    };
    // `<!` alone could still become a comment.
    (text.len() >= b"<![CDATA[".len() || tag != Tag::Other).then_some((tag, len))
}

/// The bytes of a tag: `>` within quotes does not end it.
fn tag_len(text: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The bytes of the element that `text` begins with; `None` while it has no end.
fn element_len(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        at += memchr::memchr(b'<', text.get(at..)?)?;
        let (tag, len) = markup(text.get(at..)?)?;
        at += len;
        match tag {
            Tag::Open => depth += 1,
            Tag::Close => depth = depth.saturating_sub(1),
            Tag::Empty | Tag::Other => {}
        }
        if depth == 0 && tag != Tag::Other {
            return Some(at);
        }
    }
}
