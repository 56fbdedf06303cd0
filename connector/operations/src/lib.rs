//! What the connector can do: the operations of the catalog, and the two interfaces that lead to them.
//!
//! The generic interface takes names and JSON (`mediation:connector`), the typed one WIT records (`salesforce:connector`).

mod batch;
mod bulk;
#[cfg(test)]
mod cases;
pub mod dispatch;
mod events;
mod field_sets;
mod reopened;
mod rest;
mod rows;
mod soap;
mod table;
mod triggers;
mod typing;
mod upload;
