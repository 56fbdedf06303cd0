//! A component that is ready to be started.

use super::{Instance, not_yet};
use crate::contract::ConnectorInfo;
use crate::egress::Egress;
use crate::error::HostError;
use std::sync::Arc;

/// A connector: compiled, checked, ready to be started any number of times.
#[derive(Clone, Debug)]
pub struct Connector {}

impl Connector {
    /// Returns what the connector says of itself; asked once, in an instance without a network.
    ///
    /// # Errors
    /// A connector that breaks off.
    pub async fn describe(&self) -> Result<Arc<ConnectorInfo>, HostError> {
        Err(not_yet())
    }

    /// Starts an instance whose requests go through `egress`.
    ///
    /// # Errors
    /// A connector that breaks off while it starts, and a runtime whose instances are all in use.
    pub async fn start(&self, egress: Arc<Egress>) -> Result<Instance, HostError> {
        drop(egress);
        Err(not_yet())
    }
}
