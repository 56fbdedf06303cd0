//! The catalog: what the connector can do, generated from the WIT text, and the walk that holds JSON against it.

mod operation;
mod shape;

pub use operation::{
    Description, Effect, Input, Operation, Style, connection, describe, find, operations,
};
pub use shape::{Case, Document, Enum, Field, Length, Presence, Record, Shape, Variant};
