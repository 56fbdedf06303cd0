//! The texts of the catalog, which only who asks for a description reads: packed into one by the build script, and unpacked once.

use std::sync::OnceLock;

/// The texts one after the other, as raw DEFLATE.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/texts.deflate"));

/// A text of the catalog: a schema, a summary or a description.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// Where it begins in what is unpacked.
    pub(super) start: u32,
    /// Where it ends.
    pub(super) end: u32,
}

impl Text {
    /// Reads the text.
    pub fn read(self) -> &'static str {
        let (start, end) = (self.start as usize, self.end as usize);
        unpacked().get(start..end).unwrap_or_default()
    }
}

fn unpacked() -> &'static str {
    static UNPACKED: OnceLock<String> = OnceLock::new();
    UNPACKED.get_or_init(|| {
        // What this program carries is as it was written: a test reads all of it.
        let bytes = miniz_oxide::inflate::decompress_to_vec(PACKED).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    })
}
