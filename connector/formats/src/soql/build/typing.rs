//! Filter values typed by the fields that they are compared with: what comes as text or as a number becomes the literal that SOQL wants there.

use super::wrong::Wrong;
use crate::soql::date;
use crate::soql::literal::placed;
use crate::zone::Zone;
use serde_json::json;
use serde_json::value::RawValue;

/// The type of the values of a field, or of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Text, which SOQL quotes.
    Text,
    /// `TRUE` or `FALSE`.
    Boolean,
    /// A number, of a currency perhaps.
    Number,
    /// A day, or a date literal.
    Date,
    /// A date-time, or a date literal.
    DateTime,
    /// A time of day.
    Time,
}

impl ValueType {
    /// Returns what values of the type look like.
    #[must_use]
    pub fn wanted(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Boolean => "`true` or `false`",
            Self::Number => "a number: write digits alone, without separators and exponent",
            Self::Date => "a date such as 2026-01-31, or a date literal such as LAST_N_DAYS:30",
            Self::DateTime => {
                "a date-time with an offset such as 2026-01-31T10:00:00Z, or a date literal such as LAST_N_DAYS:30"
            }
            Self::Time => "a time of day such as 10:00:00.000Z",
        }
    }
}

/// What is known of the objects that a query reads.
pub trait Types {
    /// The object behind a relationship to children.
    ///
    /// # Errors
    /// One sentence about a relationship that the object has not.
    fn child(&self, object: &str, relationship: &str, place: &str) -> Result<String, Wrong>;

    /// The type of a field's values, by its path over parents.
    ///
    /// # Errors
    /// One sentence about a field that the object has not.
    fn field(&self, object: &str, path: &str, place: &str) -> Result<ValueType, Wrong>;

    /// The zone of date-times without an offset.
    fn zone(&self) -> Option<&Zone>;
}

/// The object whose fields values are compared with, and what is known of it.
pub(super) struct Typing<'t> {
    pub types: &'t dyn Types,
    pub object: String,
}

impl<'t> Typing<'t> {
    /// The object behind a relationship to children.
    pub fn child(&self, relationship: &str, place: &str) -> Result<Typing<'t>, Wrong> {
        let place = format!("{place}.relationship");
        let object = self.types.child(&self.object, relationship, &place)?;
        Ok(Typing {
            types: self.types,
            object,
        })
    }

    /// A value as the field of an expression wants it, as the JSON that stands for it.
    pub fn typed(&self, expression: &str, json: &str, place: &str) -> Result<String, Wrong> {
        let kind = self.of(expression, &format!("{place}.field"))?;
        let place = format!("{place}.value");
        let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(json) else {
            return self.one(kind, expression, json, &place);
        };
        let mut written = Vec::with_capacity(list.len());
        for (at, element) in list.iter().enumerate() {
            let place = format!("{place}[{at}]");
            written.push(self.one(kind, expression, element.get(), &place)?);
        }
        Ok(format!("[{}]", written.join(",")))
    }

    /// The type of an expression as `name` has written it.
    fn of(&self, expression: &str, place: &str) -> Result<ValueType, Wrong> {
        let Some((function, rest)) = expression.split_once('(') else {
            return self.types.field(&self.object, expression, place);
        };
        let inner = rest.strip_suffix(')').unwrap_or(rest);
        Ok(match function.to_ascii_uppercase().as_str() {
            "MIN" | "MAX" => return self.of(inner, place),
            "TOLABEL" | "FORMAT" => ValueType::Text,
            "DAY_ONLY" => ValueType::Date,
            "CONVERTTIMEZONE" => ValueType::DateTime,
            // Counts, sums, parts of dates, amounts.
            _ => ValueType::Number,
        })
    }

    fn one(
        &self,
        kind: ValueType,
        expression: &str,
        json: &str,
        place: &str,
    ) -> Result<String, Wrong> {
        fitted(kind, json, self.types.zone()).ok_or_else(|| {
            Wrong(format!(
                "{place} does not fit `{expression}`, whose values are {}",
                kind.wanted()
            ))
        })
    }
}

/// A JSON value that is no list as the JSON that stands for a literal of the type; `None` if it does not fit. `null` and values with a type
/// of their own stay as they are, and date-times without an offset are those of `zone`.
#[must_use]
pub fn fitted(kind: ValueType, json: &str, zone: Option<&Zone>) -> Option<String> {
    let own = match json.as_bytes().first()? {
        b'"' => return text(kind, &serde_json::from_str::<String>(json).ok()?, zone),
        b'n' | b'{' => return Some(json.to_owned()),
        b'[' => return None,
        b't' | b'f' => ValueType::Boolean,
        _ => ValueType::Number,
    };
    match kind {
        ValueType::Text => Some(json!(json).to_string()),
        kind => (kind == own).then(|| json.to_owned()),
    }
}

/// Text as the JSON that stands for a literal of the type.
fn text(kind: ValueType, text: &str, zone: Option<&Zone>) -> Option<String> {
    let bare = text.trim();
    let literal = || date::date_literal(bare).map(|name| json!({ "literal": name }));
    let value = match kind {
        ValueType::Text => json!(text),
        ValueType::Boolean => json!(boolean(bare)?),
        ValueType::Number => return number(bare),
        ValueType::Date => date::date(bare)
            .map(|day| json!({ "date": day }))
            .or_else(literal)?,
        ValueType::DateTime => date::date_time(bare)
            .or_else(|| placed(bare, zone).ok())
            .map(|time| json!({ "datetime": time }))
            .or_else(literal)?,
        ValueType::Time => json!({"time": date::clock_time(bare)?}),
    };
    Some(value.to_string())
}

fn boolean(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    is("true").then_some(true).or(is("false").then_some(false))
}

/// A number as it is written, or an amount with the code of its currency.
fn number(text: &str) -> Option<String> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    if is_digits(whole) && is_digits(decimals) {
        return Some(plain(text));
    }
    let (code, amount) = text.split_at_checked(3)?;
    let is_code = code.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_amount = amount.starts_with(|first: char| first.is_ascii_digit());
    (is_code && is_amount).then(|| json!({ "currency": text }).to_string())
}

/// A number as JSON writes it: without a plus and without leading zeros.
fn plain(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.trim_start_matches('+')),
    };
    let bare = digits.trim_start_matches('0');
    let zero = if bare.is_empty() || bare.starts_with('.') {
        "0"
    } else {
        ""
    };
    format!("{sign}{zero}{bare}")
}

#[cfg(test)]
mod tests;
