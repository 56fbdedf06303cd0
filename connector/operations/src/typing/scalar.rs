//! Values from text, by the kind of their field.

use salesforce_client::describe::Kind;
use salesforce_formats::message::input::Value;
use salesforce_formats::soql::date;
use salesforce_formats::zone::{Unplaced, Zone, lacks_offset};

/// Words for true in Salesforce's own loaders, in any case (Bulk API Developer Guide, "Valid Boolean Field Values").
const TRUE: [&str; 5] = ["true", "1", "yes", "y", "on"];
/// Words for false (same place).
const FALSE: [&str; 5] = ["false", "0", "no", "n", "off"];

/// Zeros that an exponent may stand for: no whole number of Salesforce has more than 18 digits.
const MOST_ZEROS: i64 = 18;

/// Types a text; the error reads on from the name of the field. A date-time without an offset is one of `zone`.
pub fn typed(kind: Kind, text: String, zone: Option<&Zone>) -> Result<Value, String> {
    let trimmed = text.trim_ascii();
    let unfit = |what: &str| format!("is `{}`, {what}", shortened(trimmed));
    match kind {
        Kind::Boolean => boolean(trimmed)
            .map(Value::Bool)
            .ok_or_else(|| unfit("not true or false")),
        Kind::Whole => whole(trimmed)
            .map(Value::Number)
            .ok_or_else(|| unfit("not a whole number: write digits alone, without separators")),
        Kind::Decimal => decimal(trimmed).map(Value::Number).ok_or_else(|| {
            unfit("not a number: write digits with a decimal point, without separators or units")
        }),
        Kind::Date => date::date(trimmed)
            .map(|date| Value::Text(date.to_owned()))
            .ok_or_else(|| unfit("not a date that exists: write it like 2026-01-31")),
        Kind::DateTime => date_time(trimmed, zone).map(Value::Text).map_err(unfit),
        Kind::Time => date::clock_time(trimmed)
            .map(Value::Text)
            .ok_or_else(|| unfit("not a time of day: write it like 10:00:00.000Z")),
        Kind::Compound | Kind::Text => Ok(Value::Text(text)),
    }
}

/// A date-time with its offset, or with the one that the zone had then.
pub fn date_time(text: &str, zone: Option<&Zone>) -> Result<String, &'static str> {
    if let Some(whole) = date::date_time(text) {
        return Ok(whole);
    }
    let placed = zone.map_or(Err(Unplaced::Malformed), |zone| zone.place(text));
    placed.map_err(|why| match why {
        Unplaced::Malformed => zone_hint(text),
        Unplaced::Changing => {
            "a time that the change of clocks in connection.time-zone left out or repeated: add its offset from UTC, as in 2026-01-31T10:00:00+01:00"
        }
    })
}

fn boolean(text: &str) -> Option<bool> {
    let is = |word: &&str| word.eq_ignore_ascii_case(text);
    if TRUE.iter().any(is) {
        return Some(true);
    }
    FALSE.iter().any(is).then_some(false)
}

/// A whole number in plain digits, by its value: results of Bulk API write `47.0` and `1.0E7` where the field holds 47 and ten million.
fn whole(text: &str) -> Option<String> {
    let json = decimal(text)?;
    let (minus, number) = sign(&json);
    let (number, exponent) = number.split_once('e').unwrap_or((number, "0"));
    let (before, after) = number.split_once('.').unwrap_or((number, ""));
    let exponent: i64 = exponent.parse().ok()?;
    let digits = format!("{before}{after}");
    let decimals = i64::try_from(after.len()).ok()? - exponent;
    let digits = match usize::try_from(decimals) {
        Ok(decimals) => {
            let (whole, rest) = digits.split_at(digits.len().checked_sub(decimals)?);
            rest.bytes()
                .all(|digit| digit == b'0')
                .then_some(whole)?
                .to_owned()
        }
        Err(_) if -decimals > MOST_ZEROS => return None,
        Err(_) => digits + &"0".repeat(usize::try_from(-decimals).ok()?),
    };
    Some(match without_zeros(&digits) {
        "0" => "0".to_owned(),
        digits => format!("{minus}{digits}"),
    })
}

/// A number as JSON writes it: no plus, no leading zeros, a digit on both sides of the point.
fn decimal(text: &str) -> Option<String> {
    let (minus, rest) = sign(text);
    let (number, exponent) = match rest.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (rest, None),
    };
    let (before, after) = number.split_once('.').unwrap_or((number, ""));
    let fits = (is_digits(before) || before.is_empty()) && (is_digits(after) || after.is_empty());
    if !fits || before.len() + after.len() == 0 {
        return None;
    }
    let mut json = format!("{minus}{}", without_zeros(before));
    if !after.is_empty() {
        json.push('.');
        json.push_str(after);
    }
    if let Some(exponent) = exponent {
        let (minus, digits) = sign(exponent);
        is_digits(digits).then(|| json.push_str(&format!("e{minus}{digits}")))?;
    }
    Some(json)
}

fn sign(text: &str) -> (&str, &str) {
    match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn without_zeros(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    }
}

/// Says whether it is the offset that is missing.
fn zone_hint(text: &str) -> &'static str {
    if lacks_offset(text) {
        "a date-time without an offset from UTC: add it, as in 2026-01-31T10:00:00Z or 2026-01-31T10:00:00+01:00, or name connection.time-zone"
    } else {
        "not a date-time with an offset from UTC: write it like 2026-01-31T10:00:00Z or 2026-01-31T10:00:00+01:00"
    }
}

/// The beginning of a text, for messages.
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
