//! Salesforce as a mediation connector: one component, built for `wasm32-wasip2`, tested natively.
//!
//! Two doors lead to the same operations: the generic one (`mediation:connector`, JSON) and the typed one
//! (`salesforce:connector`, WIT records). Everything but `transport::wasi` and the `export!` line is plain Rust.

pub mod bindings;
pub mod bulk;
#[cfg(test)]
mod cases;
pub mod catalog;
pub mod clock;
#[cfg(target_family = "wasm")]
mod component;
pub mod connection;
pub mod context;
pub mod describe;
pub mod door;
pub mod envelope;
pub mod events;
pub mod exchange;
pub mod expected;
pub mod fault;
pub mod limits;
pub mod message;
pub mod operations;
pub mod org;
pub mod record_id;
pub mod rest;
pub mod retry;
pub mod shapes;
pub mod sink;
pub mod soap;
pub mod soql;
pub mod source;
#[cfg(test)]
mod testing;
pub mod transport;
pub mod triggers;
pub mod typing;
pub mod upload;
