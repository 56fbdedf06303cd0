//! What comes out in chunks.

use crate::bindings::Fault;
use crate::message::Head;

/// The result of an operation of style `source`.
pub trait Source {
    /// The next chunk, at most `max` bytes and never empty; `None` at the end.
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault>;
    /// Media type and the facts known so far.
    fn head(&self) -> Head;
}

/// Something that makes the bytes of a source piece by piece, each as large as suits it.
pub trait Producer {
    /// Makes the next piece, which may be empty; `false` at the end, and each time after it.
    fn produce(&mut self, out: &mut Output) -> Result<bool, Fault>;
    /// Media type and the facts known so far.
    fn head(&self) -> Head;
}

/// The bytes that were made and not yet read.
#[derive(Default)]
pub struct Output {
    /// The piece in hand.
    pub bytes: Vec<u8>,
    /// Bytes that the reader asks for: a hint for producers that pass on what arrives.
    pub wanted: usize,
    taken: usize,
    before: u64,
}

impl Output {
    /// The length of all that was made so far: where the next byte stands in the output.
    pub fn position(&self) -> u64 {
        self.before + self.bytes.len() as u64
    }

    fn is_read(&self) -> bool {
        self.taken == self.bytes.len()
    }

    fn clear(&mut self) {
        self.before = self.position();
        self.bytes.clear();
        self.taken = 0;
    }

    /// The next chunk. What fits as a whole is not copied.
    fn take(&mut self, max: usize) -> Vec<u8> {
        if self.taken == 0 && self.bytes.len() <= max {
            self.before = self.position();
            return std::mem::take(&mut self.bytes);
        }
        let rest = self.bytes.get(self.taken..).unwrap_or_default();
        let chunk = rest.get(..max).unwrap_or(rest).to_vec();
        self.taken += chunk.len();
        chunk
    }
}

/// A source over a producer: cuts what it makes into chunks of the size that is asked for.
pub struct Buffered<P> {
    producer: P,
    out: Output,
}

impl<P: Producer> Buffered<P> {
    /// A source of what the producer makes, after `made`, which it made while it was opened.
    pub fn new(producer: P, made: Vec<u8>) -> Self {
        let out = Output {
            bytes: made,
            ..Output::default()
        };
        Self { producer, out }
    }
}

impl<P: Producer> Source for Buffered<P> {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        self.out.wanted = max;
        while self.out.is_read() {
            self.out.clear();
            if !self.producer.produce(&mut self.out)? {
                return Ok(None);
            }
        }
        Ok(Some(self.out.take(max)))
    }

    fn head(&self) -> Head {
        self.producer.head()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Words(Vec<&'static str>, Vec<u64>);

    impl Producer for Words {
        fn produce(&mut self, out: &mut Output) -> Result<bool, Fault> {
            self.1.push(out.position());
            let word = self.0.pop();
            out.bytes.extend(word.unwrap_or_default().bytes());
            Ok(word.is_some())
        }

        fn head(&self) -> Head {
            Head::default()
        }
    }

    #[test]
    fn chunks_are_never_empty_nor_larger_than_asked_for() {
        let mut source = Buffered::new(Words(vec!["xyz", "", "abcde"], Vec::new()), b"1".into());
        let mut chunks = Vec::new();
        while let Some(chunk) = source.read(3).unwrap() {
            chunks.push(String::from_utf8(chunk).unwrap());
        }
        assert_eq!(chunks, ["1", "abc", "de", "xyz"]);
        assert_eq!(source.producer.1, [1, 6, 6, 9]);
        assert_eq!(source.read(3).unwrap(), None);
    }
}
