//! The simulated org inside this process: what operations run against when no connection is given.

use std::path::Path;

use crate::egress::Mount;
use crate::profile::{HostSettings, Profile};

/// Names the authority under which the org answers in process; names under `.localhost` never leave a machine
/// (RFC 6761, 6.3).
pub const AUTHORITY: &str = "sandbox.localhost";

/// Opens the org, its data in a folder or in memory, and mounts it at [`AUTHORITY`].
///
/// # Errors
/// The folder cannot be used.
pub fn mount(_data: Option<&Path>) -> anyhow::Result<Mount> {
    anyhow::bail!("the simulated org is not part of this build: give a connection")
}

/// Gives the connection that reaches the org.
#[must_use]
pub fn profile() -> Profile {
    Profile::new("@sandbox", serde_json::Map::new(), HostSettings::default())
}
