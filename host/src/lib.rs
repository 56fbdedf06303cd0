//! The reference host for mediation connectors: it loads one WebAssembly component, runs its operations, and owns the
//! network, the limits and the secrets. It knows only the generic contract, never the system behind a connector.

pub mod contract;
pub mod egress;
pub mod error;
pub mod ingress;
pub mod journal_file;
pub mod masking;
pub mod output;
mod owner;
pub mod profile;
pub mod runtime;
pub mod schema;
pub mod secret;
pub mod session;
pub mod terminal;
pub mod text;
pub mod transfer;
pub mod watch;
