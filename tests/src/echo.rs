//! Starting the echo connector, and asking it to fetch.

use crate::{ECHO, compiled};
use mediate::contract::Message;
use mediate::egress::{Egress, EgressSettings};
use mediate::error::HostError;
use mediate::runtime::{Connector, Instance, RuntimeSettings};
use serde_json::{Value, json};
use std::sync::Arc;

/// Loads the connector.
///
/// # Errors
/// What the runtime says.
pub async fn connector(settings: RuntimeSettings) -> Result<Connector, HostError> {
    compiled::load(ECHO, settings).await
}

/// Starts the connector with the default limits.
///
/// # Errors
/// What the runtime says.
pub async fn start(egress: EgressSettings) -> Result<(Instance, Arc<Egress>), HostError> {
    start_within(
        RuntimeSettings {
            max_instances: 4,
            ..RuntimeSettings::default()
        },
        egress,
    )
    .await
}

/// Starts the connector with limits of one's own.
///
/// # Errors
/// What the runtime says.
pub async fn start_within(
    settings: RuntimeSettings,
    egress: EgressSettings,
) -> Result<(Instance, Arc<Egress>), HostError> {
    let egress = Egress::new(egress)?;
    let instance = connector(settings)
        .await?
        .start(Arc::clone(&egress))
        .await?;
    Ok((instance, egress))
}

/// Makes the config of `echo/fetch` for an address, with further members.
#[must_use]
pub fn get(address: &str, more: &Value) -> Value {
    let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
    let split = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(split);
    let mut config = json!({ "scheme": scheme, "authority": authority, "path": path });
    if let (Some(config), Some(more)) = (config.as_object_mut(), more.as_object()) {
        config.extend(more.clone());
    }
    config
}

/// Fetches an address.
///
/// # Errors
/// The connector's fault: its message is the name of the `wasi:http` error code.
pub async fn fetch(instance: &Instance, address: &str, more: Value) -> Result<Message, HostError> {
    instance
        .call(
            Some("{}"),
            "echo/fetch",
            &get(address, &more).to_string(),
            None,
        )
        .await
}
