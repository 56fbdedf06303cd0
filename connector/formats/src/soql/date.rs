//! Dates, date-times and date literals of SOQL, checked before they go into a query unquoted.
//!
//! Formats: SOQL and SOSL Reference, "Date Formats and Date Literals".

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// The first year that Salesforce stores (Object Reference, "Primitive Data Types": dates begin with 1700-01-01).
pub const FIRST_YEAR: u32 = 1700;
/// The last year that Salesforce stores (same place: dates end with 4000-12-31).
pub const LAST_YEAR: u32 = 4000;
/// The largest offset from UTC in use, in hours (Kiribati, +14:00).
pub const LARGEST_OFFSET_HOURS: u32 = 14;
/// Decimals of a second that Salesforce keeps: its date-times are sent as `…T10:00:00.000+0000`.
pub const SECOND_DECIMALS: usize = 3;
/// Digits of the number in `LAST_N_DAYS:n` that are let through; the org has its own, lower bound for each unit.
const LITERAL_DIGITS: usize = 9;

/// Date literals without a number (SOQL and SOSL Reference, "Date Literals").
const PLAIN: [&str; 23] = [
    "YESTERDAY",
    "TODAY",
    "TOMORROW",
    "LAST_WEEK",
    "THIS_WEEK",
    "NEXT_WEEK",
    "LAST_MONTH",
    "THIS_MONTH",
    "NEXT_MONTH",
    "LAST_90_DAYS",
    "NEXT_90_DAYS",
    "LAST_QUARTER",
    "THIS_QUARTER",
    "NEXT_QUARTER",
    "LAST_YEAR",
    "THIS_YEAR",
    "NEXT_YEAR",
    "LAST_FISCAL_QUARTER",
    "THIS_FISCAL_QUARTER",
    "NEXT_FISCAL_QUARTER",
    "LAST_FISCAL_YEAR",
    "THIS_FISCAL_YEAR",
    "NEXT_FISCAL_YEAR",
];

/// Units of `LAST_N_…:n`, `NEXT_N_…:n` and `N_…_AGO:n` (same place).
const UNITS: [&str; 7] = [
    "DAYS",
    "WEEKS",
    "MONTHS",
    "QUARTERS",
    "YEARS",
    "FISCAL_QUARTERS",
    "FISCAL_YEARS",
];

/// Says whether `word` is a date literal that takes a number, such as `LAST_N_DAYS`; in any case.
#[must_use]
pub fn takes_number(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    let unit = ["LAST_N_", "NEXT_N_"]
        .iter()
        .find_map(|prefix| word.strip_prefix(prefix))
        .or_else(|| {
            word.strip_prefix("N_")
                .and_then(|rest| rest.strip_suffix("_AGO"))
        });
    unit.is_some_and(|unit| UNITS.contains(&unit))
}

/// Returns a date literal as SOQL writes it (`LAST_N_DAYS:30`), or `None` if there is none of that name.
#[must_use]
pub fn date_literal(text: &str) -> Option<String> {
    let (name, number) = match text.split_once(':') {
        Some((name, number)) => (name.trim(), Some(number.trim())),
        None => (text.trim(), None),
    };
    let known = match number {
        Some(digits) => takes_number(name) && is_digits(digits) && digits.len() <= LITERAL_DIGITS,
        None => PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(name)),
    };
    let name = name.to_ascii_uppercase();
    known.then(|| number.map_or_else(|| name.clone(), |digits| format!("{name}:{digits}")))
}

/// Returns `text` if it is a date that exists, written `YYYY-MM-DD`.
#[must_use]
pub fn date(text: &str) -> Option<&str> {
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4)?;
    let month = number(parts.next()?, 2)?;
    let day = number(parts.next()?, 2)?;
    let exists = Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .is_ok();
    let is_stored = (FIRST_YEAR..=LAST_YEAR).contains(&year);
    (exists && is_stored && parts.next().is_none()).then_some(text)
}

/// Returns a date-time as SOQL writes it: offset `Z` or `±hh:mm`, at most [`SECOND_DECIMALS`] decimals.
///
/// Takes what Salesforce itself sends (`…+0000`) and what languages write (`…123456+00:00`); what has no offset is `None`:
/// guessing one would shift the time.
#[must_use]
pub fn date_time(text: &str) -> Option<String> {
    let (day, rest) = text.split_once(['T', 't'])?;
    let zone_at = rest.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = rest.split_at_checked(zone_at)?;
    Some(format!("{}T{}{}", date(day)?, time(clock)?, offset(zone)?))
}

/// Returns a time of day as Salesforce writes it: `hh:mm:ss`, decimals or none, and `Z` where nothing else is told, for fields of
/// type time know no zone (SOAP API Developer Guide, "Primitive Data Types", "time").
#[must_use]
pub fn clock_time(text: &str) -> Option<String> {
    let zone_at = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at_checked(zone_at)?;
    let seconds = if clock.len() == "hh:mm".len() {
        ":00"
    } else {
        ""
    };
    let clock = time(&format!("{clock}{seconds}"))?;
    let zone = if zone.is_empty() { "Z" } else { zone };
    Some(format!("{clock}{}", offset(zone)?))
}

/// The seconds since 1970 of a date-time as [`date_time`] writes it; decimals are cut.
#[must_use]
pub fn unix_seconds(text: &str) -> Option<i64> {
    // Not jiff's own seconds: before 1970 it cuts towards zero.
    Some(unix_milliseconds(text)?.div_euclid(1_000))
}

/// The milliseconds since 1970 of a date-time as [`date_time`] writes it.
#[must_use]
pub fn unix_milliseconds(text: &str) -> Option<i64> {
    Some(text.parse::<Timestamp>().ok()?.as_millisecond())
}

/// The date-time of seconds since 1970 as SOQL writes it, in UTC; `None` outside of the years that Salesforce stores.
#[must_use]
pub fn of_unix_seconds(seconds: i64) -> Option<String> {
    let timestamp = Timestamp::from_second(seconds).ok()?;
    let year = u32::try_from(Offset::UTC.to_datetime(timestamp).year()).ok()?;
    (FIRST_YEAR..=LAST_YEAR)
        .contains(&year)
        .then(|| timestamp.to_string())
}

/// Checks `hh:mm:ss`, with decimals or without, and cuts decimals that Salesforce does not keep.
fn time(text: &str) -> Option<String> {
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (text, None),
    };
    let mut parts = whole.split(':');
    for limit in [24, 60, 60] {
        number(parts.next()?, 2).filter(|value| *value < limit)?;
    }
    if parts.next().is_some() {
        return None;
    }
    let Some(decimals) = decimals else {
        return Some(whole.to_owned());
    };
    let kept = decimals.get(..decimals.len().min(SECOND_DECIMALS))?;
    is_digits(decimals).then(|| format!("{whole}.{kept}"))
}

/// Checks `Z`, `±hh:mm` or `±hhmm`.
fn offset(text: &str) -> Option<String> {
    if text.eq_ignore_ascii_case("z") {
        return Some("Z".to_owned());
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2))?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    match (hours, minutes) {
        (0, 0) => Some("Z".to_owned()),
        (..=LARGEST_OFFSET_HOURS, ..60) => Some(format!("{sign}{hours:02}:{minutes:02}")),
        _ => None,
    }
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && is_digits(text)).then(|| text.parse().ok())?
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
