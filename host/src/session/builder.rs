//! Opening a session: what it may reach, and within which limits.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, RwLock};

use serde_json::Value;
use tokio::sync::Mutex;

use super::login::Login;
use super::{Session, SessionError, origins, schema_of, secrets};
use crate::egress::{Egress, EgressSettings, InProcessService, MAX_CONCURRENT, Pace};
use crate::profile::{HostSettings, Profile};
use crate::runtime::Connector;

/// Bound of simultaneous requests of a connection that sets no bound of its own.
const DEFAULT_CONCURRENCY: u64 = 10;
/// A session that is yet to be opened.
#[derive(Debug)]
pub struct SessionBuilder<'a> {
    connector: &'a Connector,
    profile: &'a Profile,
    services: Vec<InProcessService>,
    network: bool,
}

impl<'a> SessionBuilder<'a> {
    pub(super) const fn new(connector: &'a Connector, profile: &'a Profile) -> Self {
        Self {
            connector,
            profile,
            services: Vec::new(),
            network: true,
        }
    }

    /// Sets services that answer in this process, each for its authority, instead of the network.
    #[must_use]
    pub fn services(self, services: Vec<InProcessService>) -> Self {
        Self { services, ..self }
    }

    /// Sets whether anything but services in this process may be reached; true unless said otherwise.
    #[must_use]
    pub fn network(self, network: bool) -> Self {
        Self { network, ..self }
    }

    /// Starts an instance of the connector for the connection. Nothing is sent yet.
    ///
    /// # Errors
    /// The connection names an address that may not be reached, a file of its settings cannot be read, or no instance
    /// could be started.
    pub async fn open(self) -> Result<Session, SessionError> {
        let Self {
            connector, profile, ..
        } = self;
        let info = connector.describe().await?;
        let schema = schema_of("the connection", &info.connection_schema)?;
        secrets::of_connection(&schema, profile);
        let origins = origins::of_connection(&schema, profile.document().expose())?;
        let egress = Egress::new(self.egress_settings(&schema, origins))?;
        let instance = connector.start(Arc::clone(&egress)).await?;
        let login = Mutex::new(Login::new(&info.name, profile, schema));
        Ok(Session {
            info,
            connector: connector.clone(),
            instance: RwLock::new(instance),
            egress,
            login,
            login_requests: AtomicU64::new(0),
            writes: AtomicBool::new(false),
        })
    }

    fn egress_settings(self, schema: &Value, origins: Vec<String>) -> EgressSettings {
        let host = self.profile.host();
        EgressSettings {
            allow: host.allow.iter().cloned().chain(origins).collect(),
            ca_files: host.ca_files.clone(),
            client_certificate: host.client_certificate.clone(),
            proxy: host.proxy.as_ref().map(|proxy| proxy.expose().clone()),
            max_concurrent: concurrency(schema, self.profile.document().expose()),
            pace: pace(host),
            services: self.services,
            network: self.network,
            ..EgressSettings::default()
        }
    }
}

fn pace(host: &HostSettings) -> Pace {
    let default = Pace::default();
    Pace {
        window: host.stall_timeout.unwrap_or(default.window),
        total: host.request_timeout.unwrap_or(default.total),
    }
}

/// Returns the bound of the connection, else the default of its schema, else ours. What is out of range the connector
/// refuses itself.
pub(super) fn concurrency(schema: &Value, document: &Value) -> usize {
    const PROPERTY: &str = "max-concurrent-connections";
    let default = || {
        crate::schema::Schema::new(schema)
            .property(PROPERTY)?
            .keyword("default")?
            .as_u64()
    };
    let bound = document
        .get(PROPERTY)
        .and_then(Value::as_u64)
        .or_else(default)
        .unwrap_or(DEFAULT_CONCURRENCY);
    usize::try_from(bound).map_or(MAX_CONCURRENT, |bound| bound.clamp(1, MAX_CONCURRENT))
}
