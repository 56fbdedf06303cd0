//! One level of JSON at a time: what is below stays text until its shape is known.
//!
//! A tree of `serde_json::Value` would forget what must not be lost: the digits of long numbers (a bind variable may
//! be a decimal of 18 digits), the order of headers, and that a name stood twice.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON value, opened by one level.
#[derive(Debug)]
pub(super) enum Token<'a> {
    Null,
    Bool(bool),
    /// The digits as they were written.
    Number(&'a str),
    Text(String),
    List(Vec<&'a RawValue>),
    /// In the order of the text; a name may stand twice.
    Object(Vec<(String, &'a RawValue)>),
}

impl<'a> Token<'a> {
    /// Opens one level. Fails on text whose escapes name no character.
    pub(super) fn open(raw: &'a RawValue) -> Result<Token<'a>, serde_json::Error> {
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            Some(b'{') => Token::Object(serde_json::from_str::<Members<'a>>(text)?.0),
            Some(b'[') => Token::List(serde_json::from_str(text)?),
            Some(b'"') => Token::Text(serde_json::from_str(text)?),
            Some(b't' | b'f') => Token::Bool(serde_json::from_str(text)?),
            Some(b'n') => Token::Null,
            _ => Token::Number(text),
        })
    }
}

struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members<'de>, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}
