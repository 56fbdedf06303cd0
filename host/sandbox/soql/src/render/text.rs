//! Numbers and date-times in ASCII, written straight into the output: large reads spend most of their time here.

use std::io::Write as _;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// From here on a double's digits are no longer all before the point exactly; shown by the general way.
const EXACT: f64 = 1e15;

/// Appends a whole number.
pub fn integer(out: &mut Vec<u8>, number: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A double with at least one digit after the point, as REST responses show it: `10000000.0`.
pub fn double(out: &mut Vec<u8>, number: f64) {
    if number.fract() == 0.0 && number.abs() < EXACT {
        if number == 0.0 && number.is_sign_negative() {
            out.push(b'-');
        }
        integer(out, number as i64);
        out.extend_from_slice(b".0");
        return;
    }
    let start = out.len();
    // Writing to a vector does not fail.
    let _ = write!(out, "{number}");
    if !out.get(start..).unwrap_or_default().contains(&b'.') {
        out.extend_from_slice(b".0");
    }
}

/// Appends `2026-11-22T04:18:00.000+0000` for milliseconds since 1970.
pub fn datetime(out: &mut Vec<u8>, ms: i64) {
    let at = utc(ms);
    digits(out, at.year().into(), 1_000);
    out.push(b'-');
    digits(out, at.month().into(), 10);
    out.push(b'-');
    digits(out, at.day().into(), 10);
    out.push(b'T');
    clock(out, ms.rem_euclid(DAY_MS));
    out.extend_from_slice(b"+0000");
}

/// `10:15:00.000Z` for milliseconds since midnight.
pub fn time(out: &mut Vec<u8>, ms: i64) {
    clock(out, ms);
    out.push(b'Z');
}

/// Date and time in UTC of milliseconds since 1970. The store holds only years that jiff knows; anything else would show 1970.
pub(super) fn utc(ms: i64) -> DateTime {
    Offset::UTC.to_datetime(Timestamp::from_millisecond(ms).unwrap_or_default())
}

fn clock(out: &mut Vec<u8>, ms: i64) {
    digits(out, ms / 3_600_000, 10);
    out.push(b':');
    digits(out, ms / 60_000 % 60, 10);
    out.push(b':');
    digits(out, ms / 1_000 % 60, 10);
    out.push(b'.');
    digits(out, ms % 1_000, 100);
}

/// The digits of a number below ten times `place`.
fn digits(out: &mut Vec<u8>, number: i64, mut place: i64) {
    while place > 0 {
        out.push(b'0' + (number / place % 10) as u8);
        place /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sandbox_model::value::dates;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn doubles_always_show_a_fraction() {
        let cases = [
            (0.0, "0.0"),
            (12.0, "12.0"),
            (-3.5, "-3.5"),
            (1e7, "10000000.0"),
            (139_000_000.0, "139000000.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e18, "1000000000000000000.0"),
            (1e-7, "0.0000001"),
        ];
        for (number, expected) in cases {
            assert_eq!(text(|out| double(out, number)), expected);
        }
    }

    #[test]
    fn integers_keep_their_sign_and_range() {
        for number in [0, 7, -7, 1_234_567_890, i64::MAX, i64::MIN] {
            assert_eq!(text(|out| integer(out, number)), number.to_string());
        }
    }

    proptest::proptest! {
        #[test]
        fn date_times_follow_the_calendar(ms in -8_000_000_000_000_i64..64_000_000_000_000) {
            proptest::prop_assert_eq!(text(|out| datetime(out, ms)), dates::format_datetime(ms));
            let of_day = ms.rem_euclid(86_400_000);
            proptest::prop_assert_eq!(text(|out| time(out, of_day)), dates::format_time(of_day));
        }
    }
}
