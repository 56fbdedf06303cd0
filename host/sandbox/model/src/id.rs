//! Record ids: 15 case-sensitive characters, and the three that make them safe where case is lost.
//!
//! An id is a key prefix (3 characters: the object), the instance (3) and a number in base 62 (9). The 18-character
//! form adds one character for each five: bit *n* of it says whether the *n*-th of the five is an upper-case letter.

use std::fmt;

/// Length of an id with its checksum.
pub const LONG: usize = 18;
/// Length of an id without its checksum.
pub const SHORT: usize = 15;
/// Characters between key prefix and number in ids made here.
const INSTANCE: &str = "Sb0";
/// Digits of base 62, in the order of their codes, so that ids sort as their numbers do.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters of the checksum.
const CHECKSUM: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// A well-formed record id in its 18-character form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(String);

impl RecordId {
    /// Reads an id of 15 or 18 characters; `None` if it is malformed. The case of an 18-character id is restored from
    /// its checksum, as Salesforce does for ids that went through spreadsheets.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        match text.len() {
            SHORT => Some(Self(with_checksum(text))),
            LONG => restore(text.get(..SHORT)?, text.get(SHORT..)?)
                .map(|short| Self(with_checksum(&short))),
            _ => None,
        }
    }

    /// Creates the `number`-th id of the object with this key prefix.
    #[must_use]
    pub fn new(key_prefix: &str, number: u64) -> Self {
        Self(with_checksum(&format!(
            "{key_prefix}{INSTANCE}{}",
            base62(number, 9)
        )))
    }

    /// Returns all 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the 15 characters without checksum.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..SHORT).unwrap_or(&self.0)
    }

    /// Returns the object's three characters.
    #[must_use]
    pub fn key_prefix(&self) -> &str {
        self.0.get(..3).unwrap_or(&self.0)
    }

    /// Returns the number this id was made from; `None` if it was not made here.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let digits = self.short().get(3..)?.strip_prefix(INSTANCE)?;
        digits.bytes().try_fold(0_u64, |sum, b| {
            let digit = DIGITS.iter().position(|d| *d == b)?;
            sum.checked_mul(62)?.checked_add(digit as u64)
        })
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `number` in base 62 with at least `width` digits.
#[must_use]
pub fn base62(mut number: u64, width: usize) -> String {
    let mut digits = Vec::with_capacity(width);
    while number > 0 || digits.len() < width {
        digits.push(DIGITS.get((number % 62) as usize).copied().unwrap_or(b'0'));
        number /= 62;
    }
    digits.reverse();
    digits.into_iter().map(char::from).collect()
}

fn with_checksum(short: &str) -> String {
    let mut long = String::with_capacity(LONG);
    long.push_str(short);
    for five in short.as_bytes().chunks(5) {
        let bits = five.iter().rev().fold(0_usize, |bits, b| {
            bits << 1 | usize::from(b.is_ascii_uppercase())
        });
        long.push(CHECKSUM.get(bits).copied().map_or('A', char::from));
    }
    long
}

fn restore(short: &str, checksum: &str) -> Option<String> {
    let mut restored = String::with_capacity(SHORT);
    for (five, check) in short.as_bytes().chunks(5).zip(checksum.bytes()) {
        let bits = CHECKSUM
            .iter()
            .position(|c| c.eq_ignore_ascii_case(&check))?;
        for (at, b) in five.iter().enumerate() {
            let upper = bits >> at & 1 == 1;
            if upper && !b.is_ascii_alphabetic() {
                return None;
            }
            restored.push(char::from(if upper {
                b.to_ascii_uppercase()
            } else {
                b.to_ascii_lowercase()
            }));
        }
    }
    Some(restored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_of_known_ids_is_right() {
        // Ids printed in Salesforce's own documents.
        for id in [
            "001D000000INjVeIAL",
            "001D000000IqhSLIAZ",
            "005D0000001KyEIIA0",
            "001R0000005hDFYIA2",
        ] {
            assert_eq!(RecordId::parse(&id[..15]).unwrap().as_str(), id);
            assert_eq!(RecordId::parse(id).unwrap().as_str(), id);
        }
    }

    #[test]
    fn lost_case_is_restored_from_the_checksum() {
        assert_eq!(
            RecordId::parse("001d000000injveial").unwrap().as_str(),
            "001D000000INjVeIAL"
        );
    }

    #[test]
    fn malformed_ids_are_rejected() {
        for id in [
            "",
            "001",
            "001D000000INjVe!",
            "001D000000INjVeI",
            "00-D000000INjVeIAL",
            "001D000000INjVeIALx",
            "0010000000000009AA",
        ] {
            assert_eq!(RecordId::parse(id), None, "{id}");
        }
        assert_eq!(
            RecordId::parse("001000000000000555"),
            None,
            "digits cannot be upper case"
        );
    }

    #[test]
    fn made_ids_sort_and_read_back_as_their_numbers() {
        let ids: Vec<_> = [0, 1, 61, 62, 3_843, 3_844, 10_000_000]
            .map(|n| RecordId::new("001", n))
            .into();
        assert!(
            ids.windows(2)
                .all(|pair| pair[0].as_str()[..15] < pair[1].as_str()[..15])
        );
        assert_eq!(
            ids.iter()
                .map(|id| id.number().unwrap())
                .collect::<Vec<_>>(),
            [0, 1, 61, 62, 3_843, 3_844, 10_000_000]
        );
    }
}
