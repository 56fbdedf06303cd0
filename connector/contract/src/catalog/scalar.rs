//! Scalars and JSON that is carried as text.

use serde_json::value::RawValue;
use serde_json::{Number, Value};
use url::Url;

use super::accept::Walked;
use super::validation_error::{JsonPath, ValidationError};

/// Any JSON is kept to the letter. It is read once to be sure that whoever reads it later can.
pub(super) fn json(raw: &RawValue, place: &JsonPath<'_>) -> Walked {
    match serde_json::from_str::<Value>(raw.get()) {
        Ok(_) => Ok(Value::from(raw.get())),
        Err(error) => {
            let said = error.to_string();
            let reason = said.split(" at line ").next().unwrap_or_default();
            Err(ValidationError::at(
                place,
                format_args!("is JSON that cannot be used: {reason}"),
            ))
        }
    }
}

/// A whole number is one by its value, as in JSON Schema: `2e3` and `2000.0` are whole.
pub(super) fn whole(digits: &str, min: i128, max: i128) -> Option<Value> {
    let number: Number = serde_json::from_str(digits).ok()?;
    let exact = number
        .as_u64()
        .map(i128::from)
        .or_else(|| number.as_i64().map(i128::from));
    let value = exact.or_else(|| number.as_f64().and_then(integral))?;
    if !(min..=max).contains(&value) {
        return None;
    }
    u64::try_from(value)
        .map(Value::from)
        .or_else(|_| i64::try_from(value).map(Value::from))
        .ok()
}

/// Far beyond 64 bits no field reaches, so a cast that saturates there refuses all the same.
fn integral(value: f64) -> Option<i128> {
    (value.fract() == 0.0).then_some(value as i128)
}

pub(super) fn number(digits: &str) -> Option<Value> {
    let value: f64 = serde_json::from_str(digits).ok()?;
    Number::from_f64(value).map(Value::Number)
}

/// Whether text is an absolute URI that can be used as it stands. `Url` alone would fix white space and quotes
/// silently; RFC 3986, and with it `format: uri`, has no such characters.
pub(super) fn is_uri(text: &str) -> bool {
    const BESIDES_LETTERS: &str = "-._~:/?#[]@!$&'()*+,;=%";
    let letters = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || BESIDES_LETTERS.contains(c));
    let escapes = text.split('%').skip(1).all(|rest| {
        let mut hex = rest.chars();
        hex.next().is_some_and(|c| c.is_ascii_hexdigit())
            && hex.next().is_some_and(|c| c.is_ascii_hexdigit())
    });
    letters && escapes && Url::parse(text).is_ok()
}
