//! Numbers and moments in ASCII, without detours: this is where large reads spend their time.

use std::io::Write as _;

/// Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar.
const EPOCH_DAYS: i64 = 719_468;
/// Days of 400 years.
const CYCLE_DAYS: i64 = 146_097;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// From here on a double's digits are no longer all before the point exactly; shown by the general way.
const EXACT: f64 = 1e15;

/// A whole number.
pub fn integer(out: &mut Vec<u8>, number: i64) {
    let mut digits = [0_u8; 20];
    let (mut at, mut rest) = (digits.len(), number.unsigned_abs());
    loop {
        at -= 1;
        if let Some(digit) = digits.get_mut(at) {
            *digit = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

/// A double with at least one digit after the point, as REST answers show it: `10000000.0`.
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

/// `2026-11-22T04:18:00.000+0000` for milliseconds since 1970.
pub fn datetime(out: &mut Vec<u8>, ms: i64) {
    date(out, ms.div_euclid(DAY_MS));
    out.push(b'T');
    clock(out, ms.rem_euclid(DAY_MS));
    out.extend_from_slice(b"+0000");
}

/// `10:15:00.000Z` for milliseconds since midnight.
pub fn time(out: &mut Vec<u8>, ms: i64) {
    clock(out, ms);
    out.push(b'Z');
}

/// Year, month and day of a number of days since 1970 (the "civil from days" algorithm with years from March on).
#[must_use]
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + EPOCH_DAYS;
    let (cycle, day) = (
        shifted.div_euclid(CYCLE_DAYS),
        shifted.rem_euclid(CYCLE_DAYS),
    );
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + cycle * 400 + i64::from(month <= 2), month, day)
}

fn date(out: &mut Vec<u8>, days: i64) {
    let (year, month, day) = civil(days);
    digits(out, year, 1_000);
    out.push(b'-');
    digits(out, month, 10);
    out.push(b'-');
    digits(out, day, 10);
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
        fn moments_are_those_of_the_calendar(ms in -8_000_000_000_000_i64..64_000_000_000_000) {
            proptest::prop_assert_eq!(text(|out| datetime(out, ms)), dates::format_datetime(ms));
            let of_day = ms.rem_euclid(86_400_000);
            proptest::prop_assert_eq!(text(|out| time(out, of_day)), dates::format_time(of_day));
        }
    }
}
