//! Services that answer in process.

use std::fmt;

/// A service that answers requests to one authority without a socket.
#[derive(Clone)]
pub struct Mount {
    authority: String,
}

impl Mount {
    /// Mounts a service, for example an `axum::Router`, at an authority such as `sandbox.localhost`.
    pub fn new<S>(authority: impl Into<String>, service: S) -> Self {
        drop(service);
        Self {
            authority: authority.into(),
        }
    }
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mount").field(&self.authority).finish()
    }
}
