//! The simulated org inside this process: what operations run against when no connection is given.

use std::path::Path;

use crate::egress::Mount;
use crate::profile::{HostSettings, Profile};

/// Names the authority under which the org answers in process; names under `.localhost` never leave a machine
/// (RFC 6761, 6.3).
pub const AUTHORITY: &str = "sandbox.localhost";

/// Opens the org: its data in a folder, or in memory with the default data.
///
/// # Errors
/// The folder cannot be used.
pub fn open(_data: Option<&Path>) -> anyhow::Result<()> {
    anyhow::bail!("the simulated org is not part of this build: give a connection")
}

/// Mounts the org for an instance's requests.
#[must_use]
pub fn mount(_org: ()) -> Mount {
    Mount::new(AUTHORITY, ())
}

/// Gives the connection that reaches the org.
#[must_use]
pub fn profile() -> Profile {
    Profile::new("@sandbox", serde_json::Map::new(), HostSettings::default())
}
