//! SOQL texts: filling in bind variables, and telling which columns an answer will have.
//!
//! The org parses SOQL; nothing here refuses a query that the org might take. Only what the connector itself needs
//! is read: where `:name` stands outside of literals, and what the SELECT list names.

pub mod bind;
pub mod build;
pub mod date;
pub mod field_sets;
pub mod lex;
pub mod literal;
pub mod narrow;
pub mod select;
pub mod sosl;

pub use bind::{BindError, bind, bind_in_zone};
pub use select::{Item, SelectList};
