//! What Bulk API 1.0 tells of jobs and batches, in XML or JSON: whole, and about what was asked.

use super::said::{damaged, unlike};
use super::unusable::Unusable;
use super::{Expected, Members, json};
use crate::exchange::Reply;
use quick_xml::Reader;
use quick_xml::events::Event;

/// One info with these members.
pub fn one(expected: Expected, reply: &Reply, members: Members) -> Result<(), Unusable> {
    if !is_xml(reply) {
        return json::object(expected, reply, members);
    }
    let names = names(reply)?;
    let has = |name: &&str| names.children.iter().any(|child| child == name);
    match members.iter().all(has) {
        true => Ok(()),
        false => Err(unlike(reply, &expected.noun())),
    }
}

/// A list: XML with this root, a JSON list, or an object that has one under the name of its entries.
pub fn list(expected: Expected, reply: &Reply, root: &str, entry: &str) -> Result<(), Unusable> {
    if is_xml(reply) {
        return match names(reply)?.root == root {
            true => Ok(()),
            false => Err(unlike(reply, &expected.noun())),
        };
    }
    json::list_or_object(expected, reply, &[])?;
    let found: serde_json::Value =
        serde_json::from_slice(&reply.body).map_err(|error| damaged(reply, "JSON", &error))?;
    match found.is_array() || found.get(entry).is_some() {
        true => Ok(()),
        false => Err(unlike(reply, &expected.noun())),
    }
}

/// An info with these members, in words.
pub fn one_with(members: Members) -> String {
    format!("an info with `{}` in XML or JSON", members.join("`, `"))
}

fn is_xml(reply: &Reply) -> bool {
    reply.body.trim_ascii_start().starts_with(b"<")
}

/// The local names of a document: of its root, and of what stands right below it.
#[derive(Default)]
struct Names {
    root: String,
    children: Vec<String>,
}

impl Names {
    fn note(&mut self, depth: usize, name: &str) {
        match depth {
            0 => self.root = name.to_owned(),
            1 => self.children.push(name.to_owned()),
            _ => {}
        }
    }
}

/// Reads a document to its end.
fn names(reply: &Reply) -> Result<Names, Unusable> {
    let mut reader = Reader::from_reader(reply.body.as_slice());
    let mut names = Names::default();
    let mut depth = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                names.note(depth, tag.local_name().as_ref());
                depth += 1;
            }
            Ok(Event::Empty(tag)) => names.note(depth, tag.local_name().as_ref()),
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) if depth == 0 => return Ok(names),
            Ok(Event::Eof) => return Err(damaged(reply, "XML", &"it is cut short")),
            Ok(_) => {}
            Err(error) => return Err(damaged(reply, "XML", &error)),
        }
    }
}
