//! Which changes within the look-back have been handed out, in a few bytes each.

use super::instant::Instant;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

/// Most changes remembered: 16 KB per 1,000 of them would be too much for a checkpoint, 11 KB are not.
pub const MAX_SEEN: usize = if cfg!(test) { 5_000 } else { 20_000 };

/// Bytes of the fingerprint of a change. Among 20,000 changes two share one with a chance below one in 10^10.
const PRINT_BYTES: usize = 8;

/// Fingerprints of changes, by the second of their stamps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    by_second: BTreeMap<i64, HashSet<u64>>,
    count: usize,
}

impl Seen {
    /// Whether the change has been handed out.
    pub fn has(&self, id: &str, stamp: &Instant) -> bool {
        let prints = self.by_second.get(&stamp.second());
        prints.is_some_and(|prints| prints.contains(&print(id, stamp)))
    }

    /// Remembers a change.
    pub fn add(&mut self, id: &str, stamp: &Instant) {
        self.insert(stamp.second(), print(id, stamp));
    }

    /// Forgets changes before a second.
    pub fn forget_before(&mut self, second: i64) {
        self.by_second = self.by_second.split_off(&second);
        self.count = self.by_second.values().map(HashSet::len).sum();
    }

    /// Counts the changes from a second on.
    pub fn since(&self, second: i64) -> usize {
        self.by_second
            .range(second..)
            .map(|(_, prints)| prints.len())
            .sum()
    }

    /// Whether no more can be remembered.
    pub fn is_full(&self) -> bool {
        self.count >= MAX_SEEN
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn insert(&mut self, second: i64, print: u64) {
        if self.by_second.entry(second).or_default().insert(print) {
            self.count += 1;
        }
    }
}

fn print(id: &str, stamp: &Instant) -> u64 {
    let mut bytes = Vec::with_capacity(id.len() + PRINT_BYTES);
    bytes.extend_from_slice(&stamp.ms.to_le_bytes());
    bytes.extend_from_slice(id.as_bytes());
    xxh3_64(&bytes)
}

/// Pairs of a second and its fingerprints in base64.
impl Serialize for Seen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.by_second.iter().map(|(second, prints)| {
            let mut prints: Vec<u64> = prints.iter().copied().collect();
            prints.sort_unstable();
            let bytes: Vec<u8> = prints.into_iter().flat_map(u64::to_le_bytes).collect();
            (second, STANDARD_NO_PAD.encode(bytes))
        }))
    }
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs: Vec<(i64, String)> = Vec::deserialize(deserializer)?;
        let mut seen = Self::default();
        for (second, text) in pairs {
            let bytes = STANDARD_NO_PAD.decode(text).map_err(D::Error::custom)?;
            let (prints, rest) = bytes.as_chunks::<PRINT_BYTES>();
            if !rest.is_empty() {
                return Err(D::Error::custom("a fingerprint is cut short"));
            }
            for print in prints {
                seen.insert(second, u64::from_le_bytes(*print));
            }
        }
        Ok(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::read(text).unwrap()
    }

    #[test]
    fn what_was_seen_survives_being_written_and_read() {
        let mut seen = Seen::default();
        for minute in 0..60 {
            let stamp = at(&format!("2026-01-31T10:{minute:02}:00.000+0000"));
            for record in 0..20 {
                seen.add(&format!("001{record:015}"), &stamp);
            }
        }
        let text = serde_json::to_string(&seen).unwrap();
        let again: Seen = serde_json::from_str(&text).unwrap();
        assert_eq!(again, seen);
        assert!(again.has("001000000000000007", &at("2026-01-31T10:30:00Z")));
        assert!(!again.has("001000000000000007", &at("2026-01-31T10:30:00.001Z")));
        assert!(!again.has("001000000000000077", &at("2026-01-31T10:30:00Z")));
        assert!(text.len() < 1_200 * 12 + 60 * 20, "{} bytes", text.len());
    }

    #[test]
    fn changes_before_the_look_back_are_forgotten() {
        let mut seen = Seen::default();
        let (old, new) = (at("2026-01-31T10:00:00Z"), at("2026-01-31T10:00:01Z"));
        seen.add("a", &old);
        seen.add("b", &new);
        seen.forget_before(new.second());
        assert!(!seen.has("a", &old) && seen.has("b", &new));
        assert_eq!((seen.count, seen.since(new.second())), (1, 1));
    }

    #[test]
    fn a_damaged_memory_is_refused() {
        for text in [r#"[[1,"AAA"]]"#, r#"[[1,"%"]]"#, r#"{"1":""}"#] {
            assert!(serde_json::from_str::<Seen>(text).is_err(), "{text}");
        }
    }
}
