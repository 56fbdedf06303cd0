//! How errors name what was wanted and what was found.

use super::shape::{Length, Shape};
use super::token::Token;
use super::validation_error::quoted;

/// What would have been right: `must be ...`.
pub(super) fn wanted(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "true or false".to_owned(),
        // Nobody wants to read the greatest 64-bit number.
        Shape::Whole { min, max } if *max >= i64::MAX.unsigned_abs() => {
            format!("a whole number, at least {min}")
        }
        Shape::Whole { min, max } => format!("a whole number from {min} to {max}"),
        Shape::Number => "a number".to_owned(),
        Shape::Text { uri: true, .. } => "an absolute URI such as `https://host/path`".to_owned(),
        Shape::Text { length, .. } => format!("text{}", of_length(*length, "character")),
        Shape::Json => "JSON".to_owned(),
        Shape::Enum(choice) => format!(
            "one of {}",
            ticked(choice.cases.iter().map(|(name, _)| *name))
        ),
        Shape::List { length, .. } => format!("a list{}", of_length(*length, "item")),
        Shape::Map { length, .. } => format!(
            "an object of names and values{}",
            of_length(*length, "name")
        ),
        Shape::Record(_) => "an object".to_owned(),
        Shape::Variant(variant) => {
            let names = ticked(variant.cases.iter().map(|case| case.name));
            let bare = variant.cases.iter().any(|case| case.payload.is_none());
            format!(
                "{} {names}",
                if bare {
                    "one of"
                } else {
                    "an object with exactly one of"
                }
            )
        }
    }
}

fn of_length(Length { min, max }: Length, unit: &str) -> String {
    let units = |count: u32| {
        if count == 1 {
            unit.to_owned()
        } else {
            format!("{unit}s")
        }
    };
    match (min, max) {
        (0, u32::MAX) => String::new(),
        (min, u32::MAX) => format!(" of at least {min} {}", units(min)),
        (0, max) => format!(" of at most {max} {}", units(max)),
        (min, max) => format!(" of {min} to {max} {}", units(max)),
    }
}

/// Names in backticks: `` `a`, `b` ``.
pub(super) fn ticked<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// What was found, next to what was wanted. Values are repeated only where a number, a flag or a name of a known
/// list was wanted: whatever stands where text belongs may be a secret.
pub(super) fn found(shape: &Shape, token: &Token<'_>) -> String {
    let open = matches!(
        shape,
        Shape::Bool | Shape::Whole { .. } | Shape::Number | Shape::Enum(_)
    );
    match token {
        Token::Null => "null: leave it out instead".to_owned(),
        Token::Bool(value) if open => value.to_string(),
        Token::Number(digits) if open && digits.len() <= 40 => (*digits).to_owned(),
        Token::Text(text) if open => quoted(text),
        Token::Bool(_) => "true or false".to_owned(),
        Token::Number(_) => "a number".to_owned(),
        Token::Text(_) => "text".to_owned(),
        Token::List(_) => "a list".to_owned(),
        Token::Object(_) => "an object".to_owned(),
    }
}
