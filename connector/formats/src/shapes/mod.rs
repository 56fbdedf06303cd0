//! Shapes of records: what a record to create, change or read looks like, by the describe of its object, independent of the
//! language in which the schema is written.

mod dependent;
pub mod diff;
pub mod json_schema;
mod layout;
mod member;
pub mod plan;
mod record_shape;
pub mod wire;
pub mod xsd;

#[cfg(test)]
mod tests;

pub use layout::lay_out;
pub use member::{Form, Member, Pick};
pub use plan::{Plan, ShapeError, Use};
pub use record_shape::{RecordShape, Tie};
