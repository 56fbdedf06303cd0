//! Salesforce as a mediation connector: one component, built for `wasm32-wasip2`, tested natively.
//!
//! Two doors lead to the same operations: the generic one (`mediation:connector`, JSON) and the typed one
//! (`salesforce:connector`, WIT records). Everything but `transport::wasi` and `component` is plain Rust.

pub mod bindings;
pub mod catalog;
pub mod message;
pub mod soql;
