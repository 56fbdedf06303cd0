//! What the connector can do: the operations of the catalog, and the two interfaces that lead to them.
//!
//! The generic interface takes names and JSON (`mediation:connector`), the typed one WIT records (`salesforce:connector`).

mod batch;
pub mod bulk;
#[cfg(test)]
mod cases;
pub mod dispatch;
pub mod events;
pub mod reopened;
pub mod rest;
mod rows;
pub mod soap;
pub mod table;
pub mod triggers;
pub mod typing;
pub mod upload;
