//! What the catalog knows, between the WIT text and the Rust and JSON that are written from it.

use std::rc::Rc;

use crate::json::Json;

/// The whole catalog.
pub struct Catalog {
    /// The world's name, for example `salesforce`.
    pub name: String,
    pub connection: Kind,
    pub operations: Vec<Operation>,
}

/// One function that takes a connection.
pub struct Operation {
    /// `interface/function`.
    pub name: String,
    pub summary: String,
    pub description: String,
    pub style: Style,
    pub effect: Effect,
    /// A closed empty object where the function takes no config.
    pub config: Kind,
    pub input: Input,
    pub accepts: Vec<String>,
    pub returns: Vec<String>,
    /// The shape of a reply that is a typed value; `None` where it is a message, or comes in chunks.
    pub reply: Option<Kind>,
    /// Whether the reply as a whole is a secret.
    pub secret: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Style {
    Call,
    Source,
    Sink,
    Trigger,
}

#[derive(Debug, Clone, Copy)]
pub enum Effect {
    Pure,
    Read,
    Write,
}

#[derive(Debug, Clone, Copy)]
pub enum Input {
    None,
    Optional,
    Required,
}

/// What a value may be.
#[derive(Debug, Clone)]
pub enum Kind {
    Bool,
    /// A whole number, bounds included.
    Whole {
        min: i128,
        max: i128,
    },
    Number,
    Text {
        length: Length,
        uri: bool,
        secret: bool,
    },
    /// Any JSON value, carried as text.
    Json,
    Enum(Rc<Enum>),
    List {
        items: Box<Kind>,
        length: Length,
    },
    /// Names with values: `list<tuple<string, T>>`, in JSON an object.
    Map {
        values: Box<Kind>,
        length: Length,
    },
    Record(Rc<Record>),
    Variant(Rc<Variant>),
}

/// Bounds of a length, included: characters of text, items of a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Length {
    pub min: Option<u32>,
    pub max: Option<u32>,
}

#[derive(Debug)]
pub struct Record {
    /// `interface.type`, unique in the package.
    pub id: String,
    pub docs: String,
    pub examples: Vec<Json>,
    /// Whether it is a document of the remote system's, which may have more members.
    pub upstream: bool,
    pub fields: Vec<Field>,
}

#[derive(Debug)]
pub struct Field {
    /// As in WIT.
    pub wit: String,
    /// As in JSON.
    pub name: String,
    pub docs: String,
    pub kind: Kind,
    pub presence: Presence,
    pub examples: Vec<Json>,
    /// Domains below which an address here may lie; of an address only.
    pub domains: Vec<String>,
}

/// What happens when a field is left out.
#[derive(Debug)]
pub enum Presence {
    Required,
    Optional,
    /// This JSON stands in.
    Default(String),
}

#[derive(Debug)]
pub struct Enum {
    pub id: String,
    pub docs: String,
    /// Name and docs.
    pub cases: Vec<(String, String)>,
}

#[derive(Debug)]
pub struct Variant {
    pub id: String,
    pub docs: String,
    pub cases: Vec<Case>,
}

#[derive(Debug)]
pub struct Case {
    pub name: String,
    pub docs: String,
    pub payload: Option<Kind>,
}
