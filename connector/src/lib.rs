//! Salesforce as a mediation connector: one component, built for `wasm32-wasip2`.
//!
//! What it does is in the crates below this one and is tested natively; here are the transport of `wasi:http` and the exports.

#[cfg(target_family = "wasm")]
mod component;
#[cfg(target_family = "wasm")]
mod wasi;

pub use salesforce_contract::catalog;
