//! Writes bind values as SOQL literals.

use serde_json::value::RawValue;

use super::date;
use crate::zone::{Unplaced, Zone};

/// How a bind value cannot be written; each reads on from "the value of bind `x` …".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    NotJson,
    EmptyList,
    NestedList,
    Exponent,
    Object,
    Date,
    DateTime,
    Time,
    Currency,
    Changing,
    DateLiteral,
    LikeEscaped,
    Count,
}

impl Unfit {
    /// Says what is wrong and how to fix it.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::NotJson => "is not JSON: write text in double quotes, for example \"Acme\"",
            Self::EmptyList => {
                "is an empty list, which SOQL cannot express: give at least one element, or leave the query out"
            }
            Self::NestedList => "holds a list inside a list: give one flat list",
            Self::Exponent => "is a number with an exponent: write all its digits",
            Self::Object => {
                "is an object that stands for no literal: use {\"date\": …}, {\"datetime\": …}, {\"time\": …}, {\"currency\": …}, {\"literal\": …} or {\"like-escaped\": …}"
            }
            Self::Date => "is not a date: write {\"date\": \"2026-01-31\"}",
            Self::DateTime => {
                "is not a date-time with an offset: write {\"datetime\": \"2026-01-31T10:00:00Z\"}"
            }
            Self::Time => "is not a time of day: write {\"time\": \"10:00:00.000Z\"}",
            Self::Currency => {
                "is not an amount with the code of its currency: write {\"currency\": \"USD5000\"}, without a sign, for SOQL takes none there"
            }
            Self::Changing => {
                "is a time that the change of clocks in connection.time-zone left out or repeated: add its offset, as in {\"datetime\": \"2026-01-31T10:00:00+01:00\"}"
            }
            Self::DateLiteral => {
                "is not a date literal of SOQL: write {\"literal\": \"TODAY\"} or {\"literal\": \"LAST_N_DAYS:30\"}"
            }
            Self::LikeEscaped => "needs text to escape: write {\"like-escaped\": \"50%\"}",
            Self::Count => "must be a whole number from 0 here, as in LAST_N_DAYS:30",
        }
    }
}

/// Writes a JSON value as the literal that stands where the bind stood: a list becomes `(…, …)`. A date-time without an
/// offset is one of `zone`.
pub(super) fn write(json: &str, zone: Option<&Zone>) -> Result<String, Unfit> {
    let value: &RawValue = parse(json)?;
    if !value.get().starts_with('[') {
        return scalar(value.get(), zone);
    }
    let elements: Vec<&RawValue> = parse(value.get())?;
    if elements.is_empty() {
        return Err(Unfit::EmptyList);
    }
    let written: Result<Vec<_>, _> = elements
        .iter()
        .map(|element| scalar(element.get(), zone))
        .collect();
    Ok(format!("({})", written?.join(",")))
}

/// Writes the number of `LAST_N_DAYS::n`.
pub(super) fn write_count(json: &str) -> Result<String, Unfit> {
    let digits = parse::<&RawValue>(json)?.get();
    let fits = digits.parse::<u32>().is_ok() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits {
        Ok(digits.to_owned())
    } else {
        Err(Unfit::Count)
    }
}

fn parse<'a, T: serde::Deserialize<'a>>(json: &'a str) -> Result<T, Unfit> {
    serde_json::from_str(json).map_err(|_| Unfit::NotJson)
}

fn scalar(json: &str, zone: Option<&Zone>) -> Result<String, Unfit> {
    match json.as_bytes().first() {
        Some(b'"') => Ok(quoted(&parse::<String>(json)?)),
        Some(b'{') => typed(json, zone),
        Some(b'[') => Err(Unfit::NestedList),
        Some(b'-' | b'0'..=b'9') if json.contains(['e', 'E']) => Err(Unfit::Exponent),
        _ => Ok(json.to_owned()),
    }
}

/// Writes `{"date": …}` and its like.
fn typed(json: &str, zone: Option<&Zone>) -> Result<String, Unfit> {
    let members: std::collections::BTreeMap<String, &RawValue> = parse(json)?;
    let mut members = members.into_iter();
    let (Some((kind, value)), None) = (members.next(), members.next()) else {
        return Err(Unfit::Object);
    };
    let text = |unfit| serde_json::from_str::<String>(value.get()).map_err(|_| unfit);
    match kind.as_str() {
        "date" => {
            text(Unfit::Date).and_then(|day| date::date(&day).map(str::to_owned).ok_or(Unfit::Date))
        }
        "datetime" => {
            let time = text(Unfit::DateTime)?;
            date::date_time(&time).map_or_else(|| placed(&time, zone), Ok)
        }
        "time" => text(Unfit::Time).and_then(|time| date::clock_time(&time).ok_or(Unfit::Time)),
        "currency" => text(Unfit::Currency).and_then(|amount| currency(&amount)),
        "literal" => text(Unfit::DateLiteral)
            .and_then(|name| date::date_literal(&name).ok_or(Unfit::DateLiteral)),
        "like-escaped" => text(Unfit::LikeEscaped).map(|text| like_escaped(&text)),
        _ => Err(Unfit::Object),
    }
}

/// An amount in a currency: `USD5000` (SOQL and SOSL Reference, "Querying Currency Fields in Multi-Currency Orgs").
fn currency(amount: &str) -> Result<String, Unfit> {
    let amount = amount.trim();
    let (code, digits) = amount.split_at_checked(3).ok_or(Unfit::Currency)?;
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = code.bytes().all(|byte| byte.is_ascii_alphabetic());
    if fits && is_digits(whole) && is_digits(decimals) {
        return Ok(format!("{}{digits}", code.to_ascii_uppercase()));
    }
    Err(Unfit::Currency)
}

/// A date-time without offset with the one that the zone had then.
pub(super) fn placed(time: &str, zone: Option<&Zone>) -> Result<String, Unfit> {
    let placed = zone.map_or(Err(Unplaced::Malformed), |zone| zone.place(time));
    placed.map_err(|why| match why {
        Unplaced::Malformed => Unfit::DateTime,
        Unplaced::Changing => Unfit::Changing,
    })
}

/// Quotes text as a SOQL string literal (SOQL and SOSL Reference, "Quoted String Escape Sequences").
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("'{}'", escaped(text))
}

/// Quotes text for LIKE so that its own `%` and `_` match only themselves. Elsewhere than in LIKE the org refuses `\%`.
#[must_use]
pub fn like_escaped(text: &str) -> String {
    like_part("", text, "")
}

/// Quotes text for LIKE as one part of a pattern: between `before` and `after`, its own `%` and `_` match only themselves.
pub(super) fn like_part(before: &str, text: &str, after: &str) -> String {
    let text = escaped(text).replace('%', r"\%").replace('_', r"\_");
    format!("'{before}{text}{after}'")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for char in text.chars() {
        match char {
            '\\' => out.push_str(r"\\"),
            '\'' => out.push_str(r"\'"),
            '\n' => out.push_str(r"\n"),
            '\r' => out.push_str(r"\r"),
            '\t' => out.push_str(r"\t"),
            '\u{8}' => out.push_str(r"\b"),
            '\u{c}' => out.push_str(r"\f"),
            _ if char.is_control() => out.push_str(&format!(r"\u{:04x}", u32::from(char))),
            _ => out.push(char),
        }
    }
    out
}
