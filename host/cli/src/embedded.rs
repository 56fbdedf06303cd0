//! The connector that ships inside this program, and its contract.

/// The Salesforce connector: a component for WASI 0.2, built by this package's build script.
pub const CONNECTOR: &[u8] = include_bytes!(env!("EMBEDDED_CONNECTOR"));

/// The WIT package `mediation:connector` with its docs and gates, as component tools read it.
pub const MEDIATION_WIT: &[u8] = include_bytes!(env!("MEDIATION_CONNECTOR_WIT"));

/// The WIT package `salesforce:connector` with its docs and gates, as component tools read it.
pub const SALESFORCE_WIT: &[u8] = include_bytes!(env!("SALESFORCE_CONNECTOR_WIT"));
