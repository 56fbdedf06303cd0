//! What a way out may reach, and how.

use super::{InProcessService, Pace};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// The most exchanges that one way out may have under way. Salesforce allows an org 25 concurrent requests that run for
/// 20 seconds or longer ("API Request Limits and Allocations", Salesforce Developer Limits and Allocations).
pub const MAX_CONCURRENT: usize = 25;

/// What a way out may reach, and how.
#[derive(Clone)]
pub struct EgressSettings {
    /// Origins that may be reached, in the forms of [`allow`](super::allow). Empty: none but the services.
    pub allow: Vec<String>,
    /// PEM files with certificate authorities to trust beside the system's.
    pub ca_files: Vec<PathBuf>,
    /// A PEM file with a client certificate chain and its private key.
    pub client_certificate: Option<PathBuf>,
    /// The proxy for all requests but those to this machine and those that `NO_PROXY` exempts. None takes
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` from the environment.
    pub proxy: Option<String>,
    /// How many exchanges may be under way at a time, 1 to 25.
    pub max_concurrent: usize,
    /// How long a request may wait for its turn when that many are under way; then it fails with
    /// `connection-limit-reached`.
    pub max_wait: Duration,
    /// How slowly an answer may come, and how long an exchange may wait in all.
    pub pace: Pace,
    /// Services that answer in process for an authority.
    pub services: Vec<InProcessService>,
    /// Whether anything but the services can be reached at all.
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
            // Below the time that connectors wait for an answer: waiting for a turn is told apart from waiting for the server.
            max_wait: Duration::from_secs(60),
            pace: Pace::default(),
            services: Vec::new(),
            network: true,
        }
    }
}

/// The proxy's address may hold a password.
impl fmt::Debug for EgressSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressSettings")
            .field("allow", &self.allow)
            .field("ca_files", &self.ca_files)
            .field("client_certificate", &self.client_certificate)
            .field("proxy", &self.proxy.as_ref().map(|_| "(set)"))
            .field("max_concurrent", &self.max_concurrent)
            .field("max_wait", &self.max_wait)
            .field("pace", &self.pace)
            .field("services", &self.services)
            .field("network", &self.network)
            .finish()
    }
}
