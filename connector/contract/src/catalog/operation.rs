//! The operations of the connector, as the build script found them in the WIT.

use super::nearest::nearest;
use super::shape::{Case, Document, Enum, Field, Length, Presence, Record, Shape, Variant};
use super::text::Text;

// NAME, CONNECTION, OPERATIONS and the statics they refer to.
include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// `group/name`, for example `records/create`.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: Text,
    /// The whole explanation, in Markdown.
    pub description: Text,
    /// How it is run.
    pub style: Style,
    /// What it does to the org.
    pub effect: Effect,
    /// Whether it takes input.
    pub input: Input,
    /// Its config; a closed empty object where it takes none.
    pub config: Document,
    /// The media types taken as input; empty where there is no input.
    pub accepts: &'static [&'static str],
    /// The media types that the reply can take; empty where it holds nothing.
    pub returns: &'static [&'static str],
    /// The reply, where it is a typed value and so its shape is known beforehand.
    pub reply: Option<Document>,
}

/// How an operation is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// One request, one reply.
    Call,
    /// Bytes come out in chunks.
    Source,
    /// Bytes go in, in chunks.
    Sink,
    /// Asked again and again for what is new.
    Trigger,
}

/// What an operation does to the org.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Sends nothing.
    Pure,
    /// Reads only.
    Read,
    /// Changes the org.
    Write,
}

/// Whether an operation takes input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// It takes none.
    None,
    /// It may be left out.
    Optional,
    /// It must be given.
    Required,
}

/// All operations, in the order of the WIT.
pub fn operations() -> &'static [Operation] {
    OPERATIONS
}

/// The operation of this name, for example `records/create`.
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// The name of the operation that somebody most likely meant, by a slip or without the group.
pub fn suggest(name: &str) -> Option<&'static str> {
    let names = || OPERATIONS.iter().map(|operation| operation.name);
    let bare = names().find(|known| known.split_once('/').is_some_and(|(_, bare)| bare == name));
    bare.or_else(|| nearest(name, names()))
}

/// What a connection may be.
pub fn connection() -> &'static Document {
    &CONNECTION
}

/// The connector as a whole: what `catalog.describe` tells a host.
#[derive(Debug)]
pub struct Description {
    /// The connector's name, that of its WIT world.
    pub name: &'static str,
    /// The connector's own version.
    pub version: &'static str,
    /// The connection and its JSON Schema.
    pub connection: &'static Document,
    /// All operations.
    pub operations: &'static [Operation],
}

/// Describes the connector and all its operations.
pub fn describe() -> Description {
    Description {
        name: NAME,
        version: env!("CARGO_PKG_VERSION"),
        connection: &CONNECTION,
        operations: OPERATIONS,
    }
}
