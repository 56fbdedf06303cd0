//! Times told by how long ago they are: `-1h`, `-7d`, or a duration of ISO 8601 after the sign, `-PT90M`.

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Longest time ago, in seconds: a hundred years, so that no arithmetic leaves the years that Salesforce knows.
const MAX_SECONDS: i64 = 36_525 * DAY;

/// Units of the short form, and their seconds.
const UNITS: [(&str, i64); 5] = [
    ("s", 1),
    ("m", 60),
    ("h", 3_600),
    ("d", DAY),
    ("w", 7 * DAY),
];

/// Units of ISO 8601 before the `T` and after it. Years and months have no fixed length.
const ISO: [&[(char, i64)]; 2] = [
    &[('W', 7 * DAY), ('D', DAY)],
    &[('H', 3_600), ('M', 60), ('S', 1)],
];

/// How to write one.
pub const SHAPE: &str = "how long ago as in -30m, -1h, -7d or -PT90M (s, m, h, d, w; days and shorter units of ISO 8601)";

/// Reads how many seconds ago a text says; nothing where it says something else.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.strip_prefix('-')?;
    let seconds = match text.strip_prefix('P') {
        Some(duration) => iso(duration)?,
        None => short(text)?,
    };
    (seconds <= MAX_SECONDS).then_some(seconds)
}

fn short(text: &str) -> Option<i64> {
    let unit = text.find(|char: char| !char.is_ascii_digit())?;
    let (digits, unit) = text.split_at_checked(unit)?;
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number(digits)?.checked_mul(*seconds)
}

fn iso(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) if !time.is_empty() => (date, time),
        Some(_) => return None,
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    let [date_units, time_units] = ISO;
    parts(date, date_units)?.checked_add(parts(time, time_units)?)
}

/// Adds up numbers with their units, each unit once and the largest first.
fn parts(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut sum = 0_i64;
    for (unit, seconds) in units {
        let Some((digits, rest)) = text.split_once(*unit) else {
            continue;
        };
        sum = sum.checked_add(number(digits)?.checked_mul(*seconds)?)?;
        text = rest;
    }
    text.is_empty().then_some(sum)
}

fn number(digits: &str) -> Option<i64> {
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::{DAY, parse};

    #[test]
    fn both_forms_tell_seconds() {
        for (text, seconds) in [
            ("-90s", 90),
            ("-30m", 1_800),
            ("-1h", 3_600),
            ("-7d", 7 * DAY),
            ("-2w", 14 * DAY),
            ("-0s", 0),
            ("-PT1H", 3_600),
            ("-P1DT12H", DAY + 12 * 3_600),
            ("-P2W", 14 * DAY),
            ("-PT1H30M5S", 5_405),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn everything_else_is_none() {
        for text in [
            "",
            "-",
            "1h",
            "-1",
            "-h",
            "-1y",
            "-1M",
            "-1.5h",
            "--1h",
            "-1h30m",
            "-P",
            "-PT",
            "-P1M",
            "-P1Y",
            "-PT1D",
            "-P1H",
            "-PT5M1H",
            "-P1DT",
            "-99999d",
            "-9223372036854775807w",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
