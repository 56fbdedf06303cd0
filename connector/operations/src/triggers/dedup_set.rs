//! Which changes within the look-back have been delivered.
//!
//! A change is a record with a stamp. Records are kept as runs of numbers by their stamps, so that a load of a million new records
//! takes a few bytes for each second, and a thousand scattered ones a few kilobytes. Nothing is approximate: what is in was
//! delivered.

use super::ids;
use super::instant::Instant;
use super::runs::Runs;
use super::varint;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

/// Most runs kept: a scattered record is one, and takes about six bytes of the checkpoint, so that this is some 400 KB at the
/// worst. What a load makes is a run for each second or each gap in its ids.
pub const MAX_RUNS: usize = if cfg!(test) { 5_000 } else { 60_000 };

/// Milliseconds in a second.
const SECOND_MS: i64 = 1_000;

/// The prefix under which texts that are no ids are kept, by their hash.
const HASHED: &str = "";

/// Changes by their stamps in milliseconds, then by the prefix of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DedupSet {
    by_stamp: BTreeMap<i64, Records>,
    runs: usize,
}

/// Records of one stamp.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Records {
    by_prefix: BTreeMap<String, Runs>,
    count: usize,
}

impl Records {
    fn runs(&self) -> usize {
        self.by_prefix.values().map(Runs::len).sum()
    }
}

impl DedupSet {
    /// Tells whether the change has been delivered.
    pub fn contains(&self, id: &str, stamp: &Instant) -> bool {
        let (at, prefix, number) = key(id, stamp);
        let has = |at: i64, prefix: &str, number: u64| {
            let runs = self.by_stamp.get(&at).map(|records| &records.by_prefix);
            runs.and_then(|runs| runs.get(prefix))
                .is_some_and(|runs| runs.contains(number))
        };
        // Checkpoints of before hold hashes only.
        has(at, prefix, number) || has(second_ms(stamp), HASHED, hash(id, stamp))
    }

    /// Adds a change.
    pub fn insert(&mut self, id: &str, stamp: &Instant) {
        let (at, prefix, number) = key(id, stamp);
        let records = self.by_stamp.entry(at).or_default();
        let runs = records.by_prefix.entry(prefix.to_owned()).or_default();
        let before = runs.len();
        if runs.insert(number) {
            records.count += 1;
        }
        self.runs = self.runs + runs.len() - before;
    }

    /// Removes changes before a second.
    pub fn remove_before(&mut self, second: i64) {
        self.by_stamp = self.by_stamp.split_off(&second.saturating_mul(SECOND_MS));
        self.runs = self.by_stamp.values().map(Records::runs).sum();
    }

    /// Counts the changes from a second on.
    pub fn count_since(&self, second: i64) -> usize {
        let from = second.saturating_mul(SECOND_MS);
        let records = self.by_stamp.range(from..);
        records.map(|(_, records)| records.count).sum()
    }

    /// The first second of which a change is remembered.
    pub fn oldest(&self) -> Option<i64> {
        let (at, _) = self.by_stamp.first_key_value()?;
        Some(at.div_euclid(SECOND_MS))
    }

    /// Whether no more can be remembered.
    pub fn is_full(&self) -> bool {
        self.runs >= MAX_RUNS
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.by_stamp.is_empty()
    }

    fn put(&mut self, at: i64, prefix: String, runs: Runs) {
        let added = runs.iter().map(|(first, last)| last - first + 1);
        let added: u64 = added.fold(0, u64::saturating_add);
        self.runs += runs.len();
        let records = self.by_stamp.entry(at).or_default();
        records.count = records
            .count
            .saturating_add(usize::try_from(added).unwrap_or(usize::MAX));
        records.by_prefix.insert(prefix, runs);
    }
}

fn key<'a>(id: &'a str, stamp: &Instant) -> (i64, &'a str, u64) {
    match ids::split(id) {
        Some((prefix, number)) => (stamp.ms, prefix, number),
        None => (second_ms(stamp), HASHED, hash(id, stamp)),
    }
}

fn second_ms(stamp: &Instant) -> i64 {
    stamp.second().saturating_mul(SECOND_MS)
}

fn hash(id: &str, stamp: &Instant) -> u64 {
    let mut bytes = stamp.ms.to_le_bytes().to_vec();
    bytes.extend_from_slice(id.as_bytes());
    xxh3_64(&bytes)
}

/// One text in base64: by stamp the time since the one before and the prefixes, by prefix the runs, each as the distance from the one
/// before and its length.
impl Serialize for DedupSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::new();
        let mut before = 0;
        for (at, records) in &self.by_stamp {
            varint::write_signed(&mut bytes, at - before);
            before = *at;
            varint::write(&mut bytes, records.by_prefix.len() as u64);
            for (prefix, runs) in &records.by_prefix {
                varint::write(&mut bytes, prefix.len() as u64);
                bytes.extend_from_slice(prefix.as_bytes());
                write_runs(&mut bytes, runs);
            }
        }
        serializer.serialize_str(&STANDARD_NO_PAD.encode(bytes))
    }
}

fn write_runs(bytes: &mut Vec<u8>, runs: &Runs) {
    varint::write(bytes, runs.len() as u64);
    let mut end = 0;
    for (first, last) in runs.iter() {
        varint::write(bytes, first - end);
        varint::write(bytes, last - first);
        end = last;
    }
}

/// The formats in checkpoints: at first there were hashes of 8 bytes each, by second.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Runs(String),
    Hashes(Vec<(i64, String)>),
}

impl<'de> Deserialize<'de> for DedupSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let set = match Stored::deserialize(deserializer)? {
            Stored::Runs(text) => STANDARD_NO_PAD
                .decode(text)
                .ok()
                .and_then(|bytes| read(&mut bytes.as_slice())),
            Stored::Hashes(seconds) => read_hashes(&seconds),
        };
        set.ok_or_else(|| D::Error::custom("what was delivered is damaged"))
    }
}

fn read(bytes: &mut &[u8]) -> Option<DedupSet> {
    let mut set = DedupSet::default();
    let mut at: i64 = 0;
    while !bytes.is_empty() {
        at = at.checked_add(varint::read_signed(bytes)?)?;
        for _ in 0..varint::read(bytes)? {
            let length = usize::try_from(varint::read(bytes)?).ok()?;
            let (prefix, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            let prefix = std::str::from_utf8(prefix).ok()?.to_owned();
            let runs = read_runs(bytes)?;
            set.put(at, prefix, runs);
        }
    }
    Some(set)
}

fn read_runs(bytes: &mut &[u8]) -> Option<Runs> {
    let count = varint::read(bytes)?;
    let mut end: u64 = 0;
    let runs = (0..count).map(|_| {
        let first = end.checked_add(varint::read(bytes)?)?;
        end = first.checked_add(varint::read(bytes)?)?;
        Some((first, end))
    });
    runs.collect()
}

fn read_hashes(seconds: &[(i64, String)]) -> Option<DedupSet> {
    let mut set = DedupSet::default();
    for (second, text) in seconds {
        let bytes = STANDARD_NO_PAD.decode(text).ok()?;
        let (hashes, rest) = bytes.as_chunks::<8>();
        let hashes = hashes.iter().map(|hash| u64::from_le_bytes(*hash));
        let runs = hashes.map(|hash| (hash, hash)).collect();
        set.put(second.checked_mul(SECOND_MS)?, HASHED.to_owned(), runs);
        if !rest.is_empty() {
            return None;
        }
    }
    Some(set)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triggers::tests::id;

    fn at(text: &str) -> Instant {
        Instant::read(text).unwrap()
    }

    fn written(set: &DedupSet) -> String {
        let text = serde_json::to_string(set).unwrap();
        let again: DedupSet = serde_json::from_str(&text).unwrap();
        assert_eq!(again, *set);
        text
    }

    #[test]
    fn a_load_of_many_records_takes_a_few_bytes_for_each_second() {
        let mut set = DedupSet::default();
        for number in 0..100_000 {
            let stamp = format!(
                "2026-01-31T10:{:02}:{:02}Z",
                number / 6_000,
                number / 100 % 60
            );
            set.insert(&id(number), &at(&stamp));
        }
        assert!(set.contains(&id(99_999), &at("2026-01-31T10:16:39Z")));
        assert!(!set.contains(&id(99_999), &at("2026-01-31T10:16:38Z")));
        assert!(!set.contains(&id(100_000), &at("2026-01-31T10:16:39Z")));
        let text = written(&set);
        assert!(text.len() < 1_000 * 24, "{} bytes", text.len());
        assert_eq!(set.count_since(0), 100_000);
    }

    #[test]
    fn scattered_records_take_a_few_bytes_each() {
        let mut set = DedupSet::default();
        let stamp = at("2026-01-31T10:00:00Z");
        for number in 0..3_000 {
            set.insert(&id(number * 9_973), &stamp);
        }
        let text = written(&set);
        assert!(text.len() < 3_000 * 6, "{} bytes", text.len());
        assert!(!set.contains(&id(9_974), &stamp) && set.contains(&id(9_973), &stamp));
    }

    #[test]
    fn stamps_are_told_apart_by_milliseconds_and_odd_ids_are_remembered_too() {
        let mut set = DedupSet::default();
        let odd = "x".repeat(40);
        set.insert(&id(7), &at("2026-01-31T10:30:00.001Z"));
        set.insert(&odd, &at("2026-01-31T10:30:00.001Z"));
        written(&set);
        assert!(set.contains(&odd, &at("2026-01-31T10:30:00.001Z")));
        assert!(!set.contains(&odd, &at("2026-01-31T10:30:00Z")));
        assert!(!set.contains(&id(7), &at("2026-01-31T10:30:00Z")));
        // 15 and 18 characters are one record.
        assert!(set.contains(&id(7)[..15], &at("2026-01-31T10:30:00.001Z")));
    }

    #[test]
    fn changes_before_the_look_back_are_forgotten() {
        let mut set = DedupSet::default();
        let (old, new) = (at("2026-01-31T10:00:00Z"), at("2026-01-31T10:00:01Z"));
        set.insert(&id(1), &old);
        set.insert(&id(2), &new);
        assert_eq!(set.oldest(), Some(old.second()));
        set.remove_before(new.second());
        assert!(!set.contains(&id(1), &old) && set.contains(&id(2), &new));
        assert_eq!((set.runs, set.count_since(new.second())), (1, 1));
    }

    #[test]
    fn the_hashes_of_older_checkpoints_are_understood() {
        let stamp = at("2026-01-31T10:30:00.000+0000");
        let text = STANDARD_NO_PAD.encode(hash(&id(5), &stamp).to_le_bytes());
        let old = serde_json::json!([[stamp.second(), text]]).to_string();
        let set: DedupSet = serde_json::from_str(&old).unwrap();
        assert!(set.contains(&id(5), &stamp) && !set.contains(&id(6), &stamp));
        written(&set);
    }

    #[test]
    fn a_damaged_memory_is_refused() {
        for text in [
            r#"[[1,"AAA"]]"#,
            r#"[[1,"%"]]"#,
            r#"{"1":""}"#,
            r#""%""#,
            r#""AgEGMD""#,
        ] {
            assert!(serde_json::from_str::<DedupSet>(text).is_err(), "{text}");
        }
    }
}
