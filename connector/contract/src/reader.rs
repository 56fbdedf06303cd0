//! Sources as hosts read them: by bytes or by characters.

use crate::bindings::Fault;
use crate::message::Head;
use crate::source::Source;

/// The length in UTF-8 of the longest character.
const LONGEST: usize = 4;

/// A source that is read as bytes or as text.
pub struct Reader {
    source: Box<dyn Source>,
    /// The beginning of a character whose rest has not arrived.
    held: Vec<u8>,
}

impl Reader {
    /// Reads this source.
    pub fn new(source: Box<dyn Source>) -> Self {
        let held = Vec::new();
        Self { source, held }
    }

    /// Returns the next chunk, what was held back first; `None` at the end.
    pub fn read(&mut self, max: u32) -> Result<Option<Vec<u8>>, Fault> {
        let max = max.max(1) as usize;
        if self.held.is_empty() {
            return self.source.read(max);
        }
        let taken = max.min(self.held.len());
        Ok(Some(self.held.drain(..taken).collect()))
    }

    /// Returns the next chunk of whole characters; `None` at the end.
    pub fn read_text(&mut self, max: u32) -> Result<Option<String>, Fault> {
        let max = max as usize;
        if max < LONGEST {
            return Err(Fault::config(format!(
                "max-bytes is {max}, and a character may take {LONGEST}: ask for more"
            )));
        }
        loop {
            let mut bytes = std::mem::take(&mut self.held);
            let Some(chunk) = self.source.read(max - bytes.len())? else {
                return if bytes.is_empty() {
                    Ok(None)
                } else {
                    Err(no_text())
                };
            };
            bytes.extend(chunk);
            let whole = whole_characters(&bytes)?;
            self.held = bytes.split_off(whole);
            if !bytes.is_empty() {
                return String::from_utf8(bytes).map(Some).map_err(|_| no_text());
            }
        }
    }

    /// Returns the media type and what is known so far.
    pub fn head(&self) -> Head {
        self.source.head()
    }
}

/// Counts the bytes up to a character that has only begun.
fn whole_characters(bytes: &[u8]) -> Result<usize, Fault> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.len()),
        Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
        Err(_) => Err(no_text()),
    }
}

fn no_text() -> Fault {
    Fault::protocol("The bytes are no UTF-8: read them by `read`, not by `read-text`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    struct Bytes(VecDeque<u8>);

    impl Source for Bytes {
        fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
            let taken = max.min(self.0.len());
            let chunk: Vec<u8> = self.0.drain(..taken).collect();
            Ok((!chunk.is_empty()).then_some(chunk))
        }

        fn head(&self) -> Head {
            Head::default()
        }
    }

    fn reader(bytes: &[u8]) -> Reader {
        Reader::new(Box::new(Bytes(bytes.iter().copied().collect())))
    }

    #[test]
    fn text_is_cut_between_characters() {
        let text = "aé€😀b😀";
        for max in 4..12 {
            let mut reader = reader(text.as_bytes());
            let mut whole = String::new();
            while let Some(chunk) = reader.read_text(max).unwrap() {
                assert!(!chunk.is_empty() && chunk.len() <= max as usize);
                whole += &chunk;
            }
            assert_eq!(whole, text);
        }
    }

    #[test]
    fn bytes_go_on_where_text_was_left() {
        let mut reader = reader("abc😀".as_bytes());
        assert_eq!(reader.read_text(5).unwrap().as_deref(), Some("abc"));
        assert_eq!(reader.read(1).unwrap(), Some(vec![0xf0]));
        assert_eq!(reader.read(9).unwrap(), Some(vec![0x9f]));
        assert_eq!(reader.read(9).unwrap(), Some(vec![0x98, 0x80]));
        assert_eq!(reader.read(9).unwrap(), None);
    }

    #[test]
    fn what_is_no_text_is_a_fault() {
        assert!(reader(b"a\xffb").read_text(8).is_err());
        let mut cut = reader(b"a\xf0\x9f");
        assert_eq!(cut.read_text(8).unwrap().as_deref(), Some("a"));
        assert!(cut.read_text(8).is_err());
        assert!(reader(b"a").read_text(3).is_err());
    }
}
