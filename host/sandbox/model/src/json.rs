//! JSON request bodies with the place of every value, because Salesforce's errors name it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::api_error::ApiError;

/// A JSON text, for finding places in it.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a>(&'a str);

/// A JSON object whose members keep their order and their own text.
#[derive(Debug)]
pub struct Members<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Body<'a> {
    /// Takes a request's body.
    ///
    /// # Errors
    /// `JSON_PARSER_ERROR` if there is none, or if it is not UTF-8.
    pub fn new(bytes: &'a [u8]) -> Result<Self, ApiError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            ApiError::json(format!(
                "Invalid UTF-8 at byte {} of the request body",
                error.valid_up_to() + 1
            ))
        })?;
        if text.trim().is_empty() {
            return Err(ApiError::json(
                "The HTTP entity body is required, but this request has no entity body.",
            ));
        }
        Ok(Self(text))
    }

    /// Reads the whole text as one record.
    ///
    /// # Errors
    /// `JSON_PARSER_ERROR` with line and column if it is no JSON object.
    pub fn members(self) -> Result<Members<'a>, ApiError> {
        let raw: &RawValue = serde_json::from_str(self.0).map_err(|error| self.syntax(&error))?;
        self.object(raw)
    }

    /// Reads the whole text as a `T`.
    ///
    /// # Errors
    /// `JSON_PARSER_ERROR` with line and column if it is no JSON, or JSON of another shape.
    pub fn parse<T: Deserialize<'a>>(self) -> Result<T, ApiError> {
        serde_json::from_str(self.0).map_err(|error| {
            if !error.is_data() {
                return self.syntax(&error);
            }
            let (line, column, message) = (error.line(), error.column(), error.to_string());
            let message = message.split(" at line ").next().unwrap_or_default();
            ApiError::json(format!("{message} at [line:{line}, column:{column}]"))
        })
    }

    /// Reads a value within this text as one record.
    ///
    /// # Errors
    /// `JSON_PARSER_ERROR` if it is no object.
    pub fn object(self, raw: &'a RawValue) -> Result<Members<'a>, ApiError> {
        let token = match raw.get().as_bytes().first() {
            Some(b'{') => {
                return serde_json::from_str(raw.get()).map_err(|error| self.syntax(&error));
            }
            Some(b'[') => "START_ARRAY",
            Some(b'"') => "VALUE_STRING",
            Some(b't') => "VALUE_TRUE",
            Some(b'f') => "VALUE_FALSE",
            Some(b'n') => "VALUE_NULL",
            _ => "VALUE_NUMBER_INT",
        };
        Err(ApiError::json(format!(
            "Can not deserialize SObject out of {token} token at {}",
            self.place(raw)
        )))
    }

    /// Where `raw`, a part of this text, starts: `[line:1, column:9]`.
    #[must_use]
    pub fn place(self, raw: &RawValue) -> String {
        let offset = (raw.get().as_ptr() as usize).saturating_sub(self.0.as_ptr() as usize);
        let before = self.0.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        format!("[line:{line}, column:{column}]")
    }

    fn syntax(self, error: &serde_json::Error) -> ApiError {
        let place = format!("[line:{}, column:{}]", error.line(), error.column());
        if error.is_eof() {
            return ApiError::json(format!("Unexpected end-of-input at {place}"));
        }
        let at = self
            .0
            .lines()
            .nth(error.line().saturating_sub(1))
            .unwrap_or_default();
        let found = at
            .get(error.column().saturating_sub(1)..)
            .and_then(|rest| rest.chars().next());
        let (c, message) = (found.unwrap_or(' '), error.to_string());
        let message = message.split(" at line ").next().unwrap_or_default();
        ApiError::json(format!(
            "Unexpected character ('{c}' (code {})): {message} at {place}",
            u32::from(c)
        ))
    }
}

/// Reads an optional member: null means a missing value.
///
/// # Errors
/// The deserializer's.
pub fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
                let mut members = Vec::new();
                while let Some(entry) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((Cow::Owned(entry.0), entry.1));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(text: &str) -> String {
        Body::new(text.as_bytes())
            .and_then(Body::members)
            .unwrap_err()
            .message
    }

    #[test]
    fn members_keep_order_and_place() {
        let body = Body::new(b"{\"b\": 1,\n \"a\": {\"x\": \"\xc3\xa4\"}}").unwrap();
        let members = body.members().unwrap().0;
        assert_eq!(
            members
                .iter()
                .map(|(name, _)| name.as_ref())
                .collect::<Vec<_>>(),
            ["b", "a"]
        );
        assert_eq!(body.place(members[1].1), "[line:2, column:7]");
        let inner = body.object(members[1].1).unwrap().0;
        assert_eq!(
            (inner[0].1.get(), body.place(inner[0].1).as_str()),
            ("\"ä\"", "[line:2, column:13]")
        );
    }

    #[test]
    fn malformed_json_has_a_location() {
        assert_eq!(
            rejected("{\"a\":}"),
            "Unexpected character ('}' (code 125)): expected value at [line:1, column:6]"
        );
        assert!(rejected("{\"a\":1").starts_with("Unexpected end-of-input at [line:1, column:6"));
        assert_eq!(
            rejected("[]"),
            "Can not deserialize SObject out of START_ARRAY token at [line:1, column:1]"
        );
        assert_eq!(
            rejected(" "),
            "The HTTP entity body is required, but this request has no entity body."
        );
        assert!(rejected("{} x").contains("trailing characters at [line:1, column:4]"));
    }
}
