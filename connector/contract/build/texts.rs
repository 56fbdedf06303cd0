//! The texts of the catalog, packed: they repeat each other a lot, and most runs read none of them.

/// The best that DEFLATE has.
const LEVEL: u8 = 10;

/// Texts one after the other.
#[derive(Default)]
pub struct Texts(String);

impl Texts {
    /// Adds a text and returns an expression of type `Text` for it.
    pub fn add(&mut self, text: &str) -> String {
        let start = self.0.len();
        self.0.push_str(text);
        format!("Text {{ start: {start}, end: {} }}", self.0.len())
    }

    /// Packs the texts as raw DEFLATE.
    pub fn pack(&self) -> Vec<u8> {
        miniz_oxide::deflate::compress_to_vec(self.0.as_bytes(), LEVEL)
    }
}
