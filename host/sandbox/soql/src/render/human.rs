//! Values for display, as FORMAT() shows them in the en_US locale.

use super::super::projection::{Style, ValueKind};
use super::text::utc;

use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use rusqlite::types::ValueRef;

/// Dates as the en_US locale writes them, `11/2/2026`, in strftime's terms.
const DAY: &str = "%-m/%-d/%Y";
/// Times of day likewise, `1:00 PM`.
const CLOCK: &str = "%-I:%M %p";

/// Returns the display text of a value; text values are returned as they are.
#[must_use]
pub fn formatted(value: ValueRef<'_>, kind: &ValueKind, style: Style) -> String {
    match (value, kind) {
        (ValueRef::Integer(ms), ValueKind::DateTime) => {
            utc(ms).strftime(&format!("{DAY}, {CLOCK}")).to_string()
        }
        (ValueRef::Integer(ms), ValueKind::Time) => {
            let time = Time::midnight().wrapping_add(ms.milliseconds());
            time.strftime(CLOCK).to_string()
        }
        (ValueRef::Integer(truth), ValueKind::Boolean) => (truth != 0).to_string(),
        (ValueRef::Integer(number), _) => grouped(&number.to_string()),
        (ValueRef::Real(number), _) => number_text(number, style),
        (ValueRef::Text(text), _) => {
            let text = String::from_utf8_lossy(text);
            match style {
                Style::Day => day(&text).unwrap_or_else(|| text.clone().into_owned()),
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

fn day(iso: &str) -> Option<String> {
    Some(iso.parse::<Date>().ok()?.strftime(DAY).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatted_values_are_for_display() {
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
