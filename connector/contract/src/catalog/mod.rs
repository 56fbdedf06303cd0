//! The catalog: what the connector can do, generated from the WIT text, and the walk that holds JSON against it.
//!
//! `accept` takes a host's JSON in, `present` gives a typed reply back out; between them lie the generated types.

mod accept;
mod nearest;
mod operation;
mod present;
mod record;
mod reply;
mod scalar;
mod shape;
mod text;
mod token;
mod validation_error;
mod wording;

#[cfg(test)]
mod tests;

pub use accept::accept;
pub use nearest::nearest;
pub use operation::{
    Description, Effect, Input, Operation, Style, connection, describe, find, operations, suggest,
};
pub use present::present;
pub use record::{FromJson, Unfit};
pub use reply::read;
pub use shape::{Case, Document, Enum, Field, Length, Presence, Record, Shape, Variant};
pub use text::Text;
pub use validation_error::ValidationError;
