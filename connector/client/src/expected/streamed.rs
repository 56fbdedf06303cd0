//! What can be said of a streamed document while it passes: how it begins, and whether it has come to its own end.

use super::Expected;
use super::said::{is_page, quote};
use super::unusable::Unusable;

/// Bytes of a document's end that are kept, to look for the end tag of its root in them.
const TAIL_BYTES: usize = 256;

/// Follows a document.
pub struct Streamed {
    form: Form,
}

enum Form {
    /// Its first character has not come.
    Unknown,
    /// Nothing tells where it ends.
    Open,
    /// JSON: open objects and lists, and whether the place is within a string.
    Json {
        depth: u32,
        quoted: bool,
        escaped: bool,
    },
    /// XML: its first bytes and its last ones.
    Xml { head: Vec<u8>, tail: Vec<u8> },
}

impl Streamed {
    /// Follows a document from its beginning.
    pub fn new(expected: Expected) -> Self {
        Self {
            form: match expected {
                Expected::Document => Form::Unknown,
                _ => Form::Open,
            },
        }
    }

    /// Takes the next bytes.
    pub fn pass(&mut self, bytes: &[u8]) {
        if matches!(self.form, Form::Unknown) {
            self.form = Form::from_start(bytes);
        }
        match &mut self.form {
            Form::Json {
                depth,
                quoted,
                escaped,
            } => {
                for byte in bytes {
                    match byte {
                        _ if *escaped => *escaped = false,
                        b'\\' if *quoted => *escaped = true,
                        b'"' => *quoted = !*quoted,
                        b'{' | b'[' if !*quoted => *depth += 1,
                        b'}' | b']' if !*quoted => *depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
            }
            Form::Xml { head, tail } => {
                let room = TAIL_BYTES.saturating_sub(head.len());
                head.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
                tail.extend_from_slice(bytes);
                let surplus = tail.len().saturating_sub(TAIL_BYTES);
                tail.drain(..surplus);
            }
            Form::Unknown | Form::Open => {}
        }
    }

    /// Whether the document may end here.
    pub fn may_end(&self) -> bool {
        match &self.form {
            Form::Unknown | Form::Open => true,
            Form::Json { depth, quoted, .. } => *depth == 0 && !*quoted,
            Form::Xml { head, tail } => ends_with_root(head, tail),
        }
    }
}

impl Form {
    fn from_start(bytes: &[u8]) -> Self {
        match bytes.trim_ascii_start().first() {
            None => Self::Unknown,
            Some(b'{' | b'[') => Self::Json {
                depth: 0,
                quoted: false,
                escaped: false,
            },
            Some(b'<') => Self::Xml {
                head: Vec::new(),
                tail: Vec::new(),
            },
            Some(_) => Self::Open,
        }
    }
}

/// Whether XML that begins so ends with the end of its root. A root whose name does not stand in the beginning passes.
fn ends_with_root(head: &[u8], tail: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let tags = head.split('<').skip(1);
    let root = tags
        .filter(|tag| !tag.starts_with(['?', '!']))
        .find_map(|tag| tag.split([' ', '>', '/', '\r', '\n', '\t']).next());
    let tail = String::from_utf8_lossy(tail);
    let tail = tail.trim_end();
    root.is_none_or(|root| tail.ends_with(&format!("</{root}>")) || tail.ends_with("/>"))
}

impl Expected {
    /// Checks the first bytes of a streamed body.
    pub fn check_start(self, bytes: &[u8]) -> Result<(), Unusable> {
        let start = bytes.trim_ascii_start();
        let fits = match self {
            Self::Csv => !start.starts_with(b"<") && !start.starts_with(b"{"),
            Self::Document => !is_page(start),
            _ => true,
        };
        if fits {
            return Ok(());
        }
        Err(Unusable(format!(
            "The org answered with `{}` instead of {}: the answer cannot be used",
            quote(bytes),
            self.noun()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(pieces: &[&str]) -> bool {
        let mut streamed = Streamed::new(Expected::Document);
        for piece in pieces {
            streamed.pass(piece.as_bytes());
        }
        streamed.may_end()
    }

    #[test]
    fn json_ends_with_its_last_bracket() {
        assert!(ends(&["[{\"a\":\"}]", "\\\"\"}", "]\n"]));
        assert!(!ends(&["[{\"a\":1}"]));
        assert!(!ends(&["[\"a\\", "\"]"]));
    }

    #[test]
    fn xml_ends_with_its_root() {
        let root = "<?xml version=\"1.0\"?>\n<results xmlns=\"x\">";
        assert!(ends(&[root, "<result/>", "</res", "ults>\n"]));
        assert!(!ends(&[root, "<result>1</result>"]));
        assert!(ends(&["<results/>"]));
    }

    #[test]
    fn csv_ends_anywhere() {
        assert!(ends(&["\"Id\"\n\"{"]));
    }
}
