//! How to reach and enter an org: the rules of the connection config, the login flows, the session cache.

pub mod address;
pub mod auth;
pub mod organization;
pub mod session;
pub mod settings;

pub use address::{ApiVersion, VersionChoice};
pub use session::Sessions;
pub use settings::Settings;
