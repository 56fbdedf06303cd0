//! Dates, instants and times of day in the forms Salesforce takes and gives.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// First year a date may have (SOAP API guide, "date" primitive type).
const FIRST_YEAR: i16 = 1700;
/// Last year a date may have (same).
const LAST_YEAR: i16 = 4000;
/// Milliseconds of a second.
const SECOND_MS: i64 = 1_000;

/// Reads `YYYY-MM-DD`, and gives it back in just this form.
#[must_use]
pub fn parse_date(text: &str) -> Option<String> {
    let has_form = text.len() == 10 && text.is_ascii();
    let date: Date = has_form.then(|| text.parse().ok()).flatten()?;
    in_range(date).then(|| text.to_owned())
}

/// Reads an instant, `2026-11-22T04:18:00.000Z` or with an offset (`+0100`, `+01:00`), as milliseconds since 1970 UTC.
/// Fractions beyond milliseconds are cut off.
#[must_use]
pub fn parse_datetime(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if !text.is_ascii() || bytes.get(10) != Some(&b'T') || text.contains('[') {
        return None;
    }
    let instant: Timestamp = text.parse().ok()?;
    in_range(instant.to_zoned(TimeZone::UTC).date()).then(|| instant.as_millisecond())
}

/// Returns an instant without its milliseconds: Salesforce keeps whole seconds.
#[must_use]
pub fn whole_seconds(ms: i64) -> i64 {
    ms.div_euclid(SECOND_MS) * SECOND_MS
}

/// Reads a time of day, `10:15:00.000Z`, `10:15:00` or `10:15`, as milliseconds since midnight.
#[must_use]
pub fn parse_time(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let digits_only = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b == b':' || b == b'.');
    let time: Time = digits_only.then(|| text.parse().ok()).flatten()?;
    let seconds =
        (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    Some(seconds * 1_000 + i64::from(time.millisecond()))
}

/// `2026-11-22T04:18:00.000+0000`, as REST and bulk responses show instants.
#[must_use]
pub fn format_datetime(ms: i64) -> String {
    format!("{}+0000", civil(ms))
}

/// As [`format_datetime`] what Salesforce keeps without milliseconds: when jobs and batches were made and changed.
#[must_use]
pub fn format_stamp(ms: i64) -> String {
    format_datetime(whole_seconds(ms))
}

/// `2026-11-22T04:18:00.000Z`, as SOAP responses show instants.
#[must_use]
pub fn format_datetime_z(ms: i64) -> String {
    format!("{}Z", civil(ms))
}

fn civil(ms: i64) -> String {
    let Ok(instant) = Timestamp::from_millisecond(ms) else {
        return String::new();
    };
    let at = instant.to_zoned(TimeZone::UTC).datetime();
    let (date, time) = (at.date(), at.time());
    format!(
        "{date}T{:02}:{:02}:{:02}.{:03}",
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond()
    )
}

/// `10:15:00.000Z`.
#[must_use]
pub fn format_time(ms: i64) -> String {
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    format!(
        "{:02}:{:02}:{:02}.{ms:03}Z",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Returns the day (UTC) of an instant, `YYYY-MM-DD`.
#[must_use]
pub fn day_of(ms: i64) -> String {
    civil(ms).get(..10).unwrap_or_default().to_owned()
}

/// Returns an instant in HTTP's form, `Sun, 22 Nov 2026 04:18:00 GMT`.
#[must_use]
pub fn format_http(ms: i64) -> String {
    let instant = Timestamp::from_millisecond(ms).unwrap_or_default();
    instant
        .to_zoned(TimeZone::UTC)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// Reads an instant in HTTP's form.
#[must_use]
pub fn parse_http(text: &str) -> Option<i64> {
    let civil = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text.trim()).ok()?;
    Some(
        civil
            .to_zoned(TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}

fn in_range(date: Date) -> bool {
    (FIRST_YEAR..=LAST_YEAR).contains(&date.year())
}
