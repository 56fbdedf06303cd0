//! What the end-to-end tests share.

pub mod between;
pub mod compiled;
pub mod echo;
pub mod kill;
pub mod org;
pub mod server;
pub mod tls;
pub mod transfers;
#[cfg(feature = "wsdl")]
pub mod wsdl;

/// The echo connector, a component; see `tests/connectors/echo`.
pub const ECHO: &[u8] = include_bytes!(env!("ECHO_CONNECTOR"));

/// The Salesforce connector without its typed interfaces, a component.
pub const GENERIC: &[u8] = include_bytes!(env!("GENERIC_CONNECTOR"));

/// The reference connector, a component; see `tests/connectors/reference`.
pub const REFERENCE: &[u8] = include_bytes!(env!("REFERENCE_CONNECTOR"));
