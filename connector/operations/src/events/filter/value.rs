//! Values of filters, and how those of events compare with them.

use crate::triggers::ids;
use crate::triggers::instant::Instant;
use salesforce_formats::soql::build::Wrong;
use salesforce_formats::soql::date;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What an event's value is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An empty field.
    Null,
    /// A flag.
    Bool(bool),
    /// A number with all its digits.
    Number(String),
    /// Text.
    Text(String),
    /// A day.
    Date(String),
    /// A point in time, in milliseconds since 1970.
    DateTime(i64),
}

impl Value {
    /// Reads a value that SOQL would take.
    pub fn parse(json: &str, place: &str) -> Result<Self, Wrong> {
        let json = json.trim();
        match json.as_bytes().first() {
            Some(b'n') => Ok(Self::Null),
            Some(b't' | b'f') => Ok(Self::Bool(json == "true")),
            Some(b'"') => Ok(Self::Text(serde_json::from_str(json).unwrap_or_default())),
            Some(b'{') => typed(json).ok_or_else(|| {
                Wrong(format!(
                    "{place} is a literal that only an org can compare: for events give text, a number, true, false, null, {{\"date\": …}} or {{\"datetime\": …}} with an offset"
                ))
            }),
            _ => Ok(Self::Number(json.to_owned())),
        }
    }

    /// How it stands to the JSON of an event's value; nothing where the two cannot be compared.
    pub fn compare(&self, found: &str) -> Option<Ordering> {
        match self {
            Self::Null => None,
            Self::Bool(wanted) => Some(wanted.cmp(&serde_json::from_str(found).ok()?)),
            Self::Number(wanted) => compare_numbers(wanted, found),
            Self::Text(wanted) => {
                compare_texts(wanted, &serde_json::from_str::<String>(found).ok()?)
            }
            Self::Date(wanted) => {
                let text: String = serde_json::from_str(found).ok()?;
                // Some events write days as the first moment of them.
                let day = text.split_once("T00:00:00").map_or(&*text, |(day, _)| day);
                Some(wanted.as_str().cmp(date::date(day)?))
            }
            Self::DateTime(wanted) => Some(wanted.cmp(&milliseconds(found)?)),
        }
    }
}

fn typed(json: &str) -> Option<Value> {
    let members: BTreeMap<String, String> = serde_json::from_str(json).ok()?;
    let (kind, text) = members.into_iter().next()?;
    match kind.as_str() {
        "date" => Some(Value::Date(date::date(&text)?.to_owned())),
        "datetime" => Some(Value::DateTime(Instant::read(&text)?.ms)),
        _ => None,
    }
}

/// A point in time as events write it: a date-time, or milliseconds as schemas do.
fn milliseconds(json: &str) -> Option<i64> {
    match serde_json::from_str::<String>(json) {
        Ok(text) => Some(Instant::read(&text)?.ms),
        Err(_) => json.parse().ok(),
    }
}

/// Compares as SOQL does: ids of 15 and 18 characters alike, date-times by their time, other text without regard to case.
fn compare_texts(wanted: &str, found: &str) -> Option<Ordering> {
    if let (Some(one), Some(other)) = (ids::split(wanted), ids::split(found)) {
        return Some(one.cmp(&other));
    }
    if let (Some(one), Some(other)) = (Instant::read(wanted), Instant::read(found)) {
        return Some(one.ms.cmp(&other.ms));
    }
    Some(wanted.to_lowercase().cmp(&found.to_lowercase()))
}

/// Compares numbers by their digits, of which a binary fraction would lose some.
fn compare_numbers(wanted: &str, found: &str) -> Option<Ordering> {
    match (Decimal::read(wanted), Decimal::read(found)) {
        (Some(one), Some(other)) => Some(one.compare(&other)),
        _ => wanted
            .parse::<f64>()
            .ok()?
            .partial_cmp(&found.parse::<f64>().ok()?),
    }
}

/// A number without an exponent.
struct Decimal<'a> {
    is_negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (whole, fraction) = (
            whole.trim_start_matches('0'),
            fraction.trim_end_matches('0'),
        );
        let is_zero = whole.is_empty() && fraction.is_empty();
        let fits = !digits.is_empty() && are_digits(whole) && are_digits(fraction);
        fits.then_some(Self {
            is_negative: is_negative && !is_zero,
            whole,
            fraction,
        })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let size = |one: &Self, other: &Self| {
            let lengths = one.whole.len().cmp(&other.whole.len());
            let digits = (one.whole, one.fraction).cmp(&(other.whole, other.fraction));
            lengths.then(digits)
        };
        match (self.is_negative, other.is_negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(wanted: &str, found: &str) -> Option<Ordering> {
        Value::parse(wanted, "x").unwrap().compare(found)
    }

    #[test]
    fn numbers_are_compared_by_their_digits() {
        for (one, other, order) in [
            ("1", "1.00", Ordering::Equal),
            ("0", "-0.0", Ordering::Equal),
            ("1234567890123456.78", "1234567890123456.79", Ordering::Less),
            ("-2", "-10", Ordering::Greater),
            ("9", "10", Ordering::Less),
            ("0.5", "0.25", Ordering::Greater),
            ("-1", "1", Ordering::Less),
            ("1000", "1e3", Ordering::Equal),
        ] {
            assert_eq!(compared(one, other), Some(order), "{one} {other}");
        }
        assert_eq!(compared("5", "\"5\""), None);
    }

    #[test]
    fn text_is_compared_as_soql_does() {
        assert_eq!(compared("\"ACME\"", "\"Acme\""), Some(Ordering::Equal));
        assert_eq!(
            compared("\"001D000000IqhSL\"", "\"001D000000IqhSLIAZ\""),
            Some(Ordering::Equal)
        );
        assert_eq!(
            compared("\"001D000000IqhSl\"", "\"001D000000IqhSLIAZ\""),
            Some(Ordering::Greater)
        );
        assert_eq!(
            compared(
                r#"{"datetime": "2026-01-31T11:00:00+01:00"}"#,
                "\"2026-01-31T10:00:00.000Z\""
            ),
            Some(Ordering::Equal)
        );
        assert_eq!(
            compared(r#"{"datetime": "1970-01-01T00:00:01Z"}"#, "1000"),
            Some(Ordering::Equal)
        );
        for day in ["\"2026-01-31\"", "\"2026-01-31T00:00:00.000Z\""] {
            assert_eq!(
                compared(r#"{"date": "2026-01-31"}"#, day),
                Some(Ordering::Equal)
            );
        }
        assert_eq!(compared(r#"{"date": "2026-01-31"}"#, "\"soon\""), None);
        assert_eq!(compared("true", "1"), None);
    }

    #[test]
    fn what_only_an_org_can_compare_is_refused() {
        for literal in [
            r#"{"literal": "TODAY"}"#,
            r#"{"currency": "USD5"}"#,
            r#"{"time": "10:00:00.000Z"}"#,
        ] {
            let wrong = Value::parse(literal, "config.filter.value").unwrap_err();
            assert!(wrong.0.contains("config.filter.value"), "{wrong}");
        }
    }
}
