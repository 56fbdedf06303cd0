//! What FORMAT() shows: values for people, as the en_US locale writes them.

use super::super::shape::{Style, ValueKind};
use super::text::{civil, integer};

use rusqlite::types::ValueRef;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// The text of a value; the text itself where there is nothing to make nicer.
#[must_use]
pub fn formatted(value: ValueRef<'_>, kind: &ValueKind, style: Style) -> String {
    match (value, kind) {
        (ValueRef::Integer(ms), ValueKind::DateTime) => {
            format!(
                "{}, {}",
                day(civil(ms.div_euclid(DAY_MS))),
                clock(ms.rem_euclid(DAY_MS))
            )
        }
        (ValueRef::Integer(ms), ValueKind::Time) => clock(ms),
        (ValueRef::Integer(truth), ValueKind::Boolean) => (truth != 0).to_string(),
        (ValueRef::Integer(number), _) => grouped(&number.to_string()),
        (ValueRef::Real(number), _) => number_text(number, style),
        (ValueRef::Text(text), _) => {
            let text = String::from_utf8_lossy(text);
            match style {
                Style::Day => iso_day(&text).unwrap_or_else(|| text.clone().into_owned()),
                _ => text.into_owned(),
            }
        }
        (ValueRef::Null | ValueRef::Blob(_), _) => String::new(),
    }
}

fn number_text(number: f64, style: Style) -> String {
    match style {
        Style::Money => format!("${}", grouped(&format!("{number:.2}"))),
        Style::Digits(digits) => grouped(&format!("{number:.*}", digits as usize)),
        Style::Plain | Style::Day => grouped(&number.to_string()),
    }
}

/// `1234567.5` as `1,234,567.5`.
fn grouped(number: &str) -> String {
    let (sign, digits) = number
        .strip_prefix('-')
        .map_or(("", number), |digits| ("-", digits));
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

fn day((year, month, day): (i64, i64, i64)) -> String {
    format!("{month}/{day}/{year}")
}

fn iso_day(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '-').map(str::parse::<i64>);
    match (parts.next()?, parts.next()?, parts.next()?) {
        (Ok(year), Ok(month), Ok(of_month)) => Some(day((year, month, of_month))),
        _ => None,
    }
}

fn clock(ms: i64) -> String {
    let (hour, minute) = (ms / 3_600_000, ms / 60_000 % 60);
    let half = if hour < 12 { "AM" } else { "PM" };
    let mut out = Vec::new();
    integer(&mut out, (hour + 11) % 12 + 1);
    format!("{}:{minute:02} {half}", String::from_utf8_lossy(&out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_for_people() {
        let text = |value: ValueRef<'_>, kind, style| formatted(value, &kind, style);
        assert_eq!(
            text(ValueRef::Real(1_234_567.5), ValueKind::Double, Style::Money),
            "$1,234,567.50"
        );
        assert_eq!(
            text(ValueRef::Real(-1234.0), ValueKind::Double, Style::Digits(0)),
            "-1,234"
        );
        assert_eq!(
            text(ValueRef::Integer(999), ValueKind::Integer, Style::Plain),
            "999"
        );
        assert_eq!(
            text(ValueRef::Text(b"2026-11-02"), ValueKind::Text, Style::Day),
            "11/2/2026"
        );
        let at = 1_795_321_080_000;
        assert_eq!(
            text(ValueRef::Integer(at), ValueKind::DateTime, Style::Plain),
            "11/22/2026, 4:18 AM"
        );
        assert_eq!(
            text(
                ValueRef::Integer(13 * 3_600_000),
                ValueKind::Time,
                Style::Plain
            ),
            "1:00 PM"
        );
    }
}
