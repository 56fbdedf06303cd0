//! The way out: every request of a connector passes here.

mod mount;

pub use mount::Mount;

use crate::error::HostError;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Salesforce advises integrations to stay below 25 concurrent long-running requests per org.
pub const MAX_CONCURRENT: usize = 25;

/// What the way out may reach, and how.
#[derive(Clone, Debug)]
pub struct EgressSettings {
    /// Origins that may be reached.
    pub allow: Vec<String>,
    /// PEM files with certificate authorities to trust beside the system's.
    pub ca_files: Vec<PathBuf>,
    /// A PEM file with a client certificate chain and its private key.
    pub client_certificate: Option<PathBuf>,
    /// The proxy for all requests; none takes `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` from the
    /// environment.
    pub proxy: Option<String>,
    /// How many exchanges may be under way at a time, 1 to 25.
    pub max_concurrent: usize,
    /// How long a request may wait for its turn when that many are under way.
    pub max_wait: Duration,
    /// Services that answer in process for an authority.
    pub mounts: Vec<Mount>,
    /// Whether anything but the mounts can be reached at all.
    pub network: bool,
}

impl Default for EgressSettings {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            ca_files: Vec::new(),
            client_certificate: None,
            proxy: None,
            max_concurrent: 10,
            max_wait: Duration::from_secs(300),
            mounts: Vec::new(),
            network: true,
        }
    }
}

/// One way out, shared by all instances of a connection.
#[derive(Debug)]
pub struct Egress {
    settings: EgressSettings,
}

/// A request that the policy refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The origin that was asked for, for example `https://acme.my.salesforce.com`.
    pub origin: String,
    /// Why it was refused, in one sentence.
    pub reason: String,
    /// The line of configuration, under `[host]`, that would allow it; none where no line can.
    pub remedy: Option<String>,
}

impl Egress {
    /// Makes a way out.
    ///
    /// # Errors
    /// A setting that cannot be used is named.
    pub fn new(settings: EgressSettings) -> Result<Arc<Self>, HostError> {
        Ok(Arc::new(Self { settings }))
    }

    /// Allows one more origin or pattern.
    ///
    /// # Errors
    /// An entry of no accepted form is named.
    pub fn allow(&self, origin_or_pattern: &str) -> Result<(), HostError> {
        let _ = (&self.settings, origin_or_pattern);
        Ok(())
    }

    /// Returns the origins that were refused so far, each once.
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        Vec::new()
    }
}
