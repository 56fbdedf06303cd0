//! With which bytes the known secrets begin. Tokens of one system begin alike: with a thousand of them known, most positions of a text are
//! still passed over without a comparison.

use super::forms::{Pattern, escapes};

/// How many forms of secrets begin with each byte.
pub(super) struct Beginnings([usize; 256]);

impl Default for Beginnings {
    fn default() -> Self {
        Self([0; 256])
    }
}

impl Beginnings {
    /// Counts a secret that became known.
    pub(super) fn add(&mut self, pattern: &Pattern) {
        for byte in pattern.beginnings() {
            self.change(byte, |count| count.saturating_add(1));
        }
    }

    /// Takes away a secret that is forgotten.
    pub(super) fn remove(&mut self, pattern: &Pattern) {
        for byte in pattern.beginnings() {
            self.change(byte, |count| count.saturating_sub(1));
        }
    }

    /// Says whether a secret may begin in a text where this byte is.
    pub(super) fn may_be(&self, byte: u8) -> bool {
        escapes(byte)
            || self
                .0
                .get(usize::from(byte))
                .is_some_and(|count| *count > 0)
    }

    fn change(&mut self, byte: u8, to: impl Fn(usize) -> usize) {
        if let Some(count) = self.0.get_mut(usize::from(byte)) {
            *count = to(*count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bytes_with_which_a_form_of_a_known_secret_begins_may_be_its_beginning() {
        let mut beginnings = Beginnings::default();
        let (one, other) = (Pattern::new("xecret"), Pattern::new("x-ray"));
        beginnings.add(&one);
        beginnings.add(&other);
        // `eGVjcmV0` is its Base64.
        assert!(b"xe%\\&".iter().all(|byte| beginnings.may_be(*byte)));
        assert!(!b"s 0".iter().any(|byte| beginnings.may_be(*byte)));
        beginnings.remove(&one);
        assert!(beginnings.may_be(b'x'));
        beginnings.remove(&other);
        assert!(!beginnings.may_be(b'x'));
    }
}
