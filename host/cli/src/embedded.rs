//! The connector that ships inside this program.

/// The Salesforce connector: a component for WASI 0.2, built by this package's build script.
pub const CONNECTOR: &[u8] = include_bytes!(env!("EMBEDDED_CONNECTOR"));
