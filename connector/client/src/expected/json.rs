//! What JSON must be: whole, an object with the members that its reader needs, or a list.

use super::said::{damaged, unlike};
use super::unusable::Unusable;
use super::{Expected, Members};
use crate::exchange::Reply;
use serde::de::IgnoredAny;
use std::collections::HashMap;

/// One whole object with these members; what they hold is for its reader.
pub fn object(expected: Expected, reply: &Reply, members: Members) -> Result<(), Unusable> {
    begins(expected, reply, b"{")?;
    let found: HashMap<String, IgnoredAny> =
        serde_json::from_slice(&reply.body).map_err(|error| damaged(reply, "JSON", &error))?;
    match members.iter().all(|name| found.contains_key(*name)) {
        true => Ok(()),
        false => Err(unlike(reply, &expected.noun())),
    }
}

/// One whole list.
pub fn list(expected: Expected, reply: &Reply) -> Result<(), Unusable> {
    begins(expected, reply, b"[")?;
    whole(reply)
}

/// One whole list, or one whole object with these members.
pub fn list_or_object(expected: Expected, reply: &Reply, members: Members) -> Result<(), Unusable> {
    match reply.body.trim_ascii_start().first() {
        Some(b'{') => object(expected, reply, members),
        _ => list(expected, reply),
    }
}

/// Whether the first character is one of these.
pub fn begins(expected: Expected, reply: &Reply, starts: &[u8]) -> Result<(), Unusable> {
    let first = reply.body.trim_ascii_start().first();
    match first.is_some_and(|first| starts.contains(first)) {
        true => Ok(()),
        false => Err(unlike(reply, &expected.noun())),
    }
}

/// An object with these members, in words.
pub fn object_with(members: Members) -> String {
    match members {
        [] => "a JSON object".into(),
        members => format!("a JSON object with `{}`", members.join("`, `")),
    }
}

fn whole(reply: &Reply) -> Result<(), Unusable> {
    serde_json::from_slice::<IgnoredAny>(&reply.body)
        .map(drop)
        .map_err(|error| damaged(reply, "JSON", &error))
}
