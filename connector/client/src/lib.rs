//! One org as the connector talks to it: connections, sessions, requests with their retries, faults, describes.
//!
//! Transport and clock are traits; the component brings those of its host, tests bring scripts.

pub mod cache;
pub mod client;
pub mod clock;
pub mod connection;
pub mod context;
pub mod describe;
pub mod envelope;
pub mod exchange;
pub mod expected;
pub mod fault;
pub mod media_type;
pub mod metadata;
pub mod path;
pub mod retry;
pub mod soap_fault;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transport;
