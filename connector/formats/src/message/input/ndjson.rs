//! Records of NDJSON: one object per line.

use super::Options;
use super::buffer::Buffer;
use super::json_record::record;
use super::split::{Flaw, Found, Next, Split, waiting};

/// Reads NDJSON line by line.
pub struct NdjsonRecords {
    options: Options,
}

impl NdjsonRecords {
    /// Begins between two lines.
    pub fn new(options: Options) -> Self {
        Self { options }
    }
}

impl Split for NdjsonRecords {
    fn next(&mut self, buffer: &mut Buffer<'_>) -> Next {
        loop {
            let rest = buffer.rest();
            let (end, whole) = match memchr::memchr(b'\n', rest) {
                Some(at) => (at, at + 1),
                None if buffer.ended && !rest.is_empty() => (rest.len(), rest.len()),
                None => return waiting(buffer),
            };
            buffer.check_length(end)?;
            let text = rest.get(..end).unwrap_or_default().trim_ascii();
            let line = buffer.line;
            // Where a line ends is certain, whatever stands in it.
            let node = (!text.is_empty()).then(|| {
                record(text, self.options).map_err(|flaw| match flaw {
                    Flaw::Text(what) | Flaw::Record(what) => what,
                })
            });
            buffer.skip(whole);
            if let Some(node) = node {
                return Ok(Some(Found {
                    node,
                    line,
                    len: whole,
                }));
            }
        }
    }

    fn missing(&self) -> Option<&'static str> {
        None
    }
}
