//! What a value may be: the machine form of the catalog's JSON Schemas.
//!
//! Where a JSON Schema speaks to hosts, a [`Shape`] speaks to the walk: it also knows the names that wit-bindgen
//! gives to fields and cases. Both are written from the same WIT by the build script.

use super::text::Text;

/// A document: what it may be, and the same as JSON Schema.
#[derive(Debug)]
pub struct Document {
    /// What the document may be.
    pub shape: Shape,
    /// The text of its JSON Schema (2020-12).
    pub schema: Text,
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number, bounds included.
    Whole {
        /// The least.
        min: i64,
        /// The greatest.
        max: u64,
    },
    /// Any finite number.
    Number,
    /// Text.
    Text {
        /// Bounds of the length in Unicode characters.
        length: Length,
        /// Whether the text must be an absolute URI.
        uri: bool,
        /// Whether the text must never be shown.
        secret: bool,
    },
    /// Any JSON value; generated types carry it as text.
    Json,
    /// One of some names.
    Enum(&'static Enum),
    /// Values of one shape, in order.
    List {
        /// The shape of each.
        items: &'static Shape,
        /// Bounds of their number.
        length: Length,
    },
    /// Names with values: in JSON an object, in generated types a list of pairs.
    Map {
        /// The shape of each value.
        values: &'static Shape,
        /// Bounds of their number.
        length: Length,
    },
    /// An object with known fields.
    Record(&'static Record),
    /// One of some alternatives.
    Variant(&'static Variant),
}

/// Bounds of a length, included.
#[derive(Debug, Clone, Copy)]
pub struct Length {
    /// The least; 0 where there is no bound.
    pub min: u32,
    /// The greatest; `u32::MAX` where there is no bound.
    pub max: u32,
}

/// An object with known fields.
#[derive(Debug)]
pub struct Record {
    /// The fields in the order of the WIT.
    pub fields: &'static [Field],
}

/// A field of a record.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON, as in WIT.
    pub name: &'static str,
    /// Its name in the generated type.
    pub rust: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// What happens when it is left out.
    pub presence: Presence,
}

/// What happens when a field is left out.
#[derive(Debug, Clone, Copy)]
pub enum Presence {
    /// The document is refused.
    Required,
    /// It stays absent.
    Optional,
    /// This JSON text stands in.
    Default(&'static str),
}

/// One of some names.
#[derive(Debug)]
pub struct Enum {
    /// The names in JSON and in the generated type.
    pub cases: &'static [(&'static str, &'static str)],
}

/// One of some alternatives: in JSON an object with one property, or the bare name of a case without payload.
#[derive(Debug)]
pub struct Variant {
    /// The alternatives in the order of the WIT.
    pub cases: &'static [Case],
}

/// An alternative of a variant.
#[derive(Debug)]
pub struct Case {
    /// Its name in JSON, as in WIT.
    pub name: &'static str,
    /// Its name in the generated type.
    pub rust: &'static str,
    /// What comes with it.
    pub payload: Option<Shape>,
}

impl Length {
    /// Whether a length lies within the bounds.
    pub fn holds(self, count: usize) -> bool {
        count >= self.min as usize && count <= self.max as usize
    }
}
