//! The HTTP client of one way out: a pool of connections, TLS, the proxy.

use super::activity::ConnectLimit;
use super::allow::Destination;
use super::failure::Failure;
use super::resolve::Resolver;
use crate::error::HostError;
use reqwest::{Certificate, Client, ClientBuilder, Identity, NoProxy, Proxy, redirect};
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// An idle connection is kept this long. Shorter than the minute or more that servers and balancers keep theirs: a
/// request on a connection that the other side is just closing fails, and nobody knows whether it was received.
const IDLE: Duration = Duration::from_secs(30);

/// How often a silent TCP connection is probed, so that a dead peer is noticed.
const TCP_KEEPALIVE: Duration = Duration::from_secs(60);

/// What the clients are made of.
pub(super) struct Clients {
    roots: Vec<Certificate>,
    identity: Option<Identity>,
    proxy: Option<Proxy>,
    /// The proxy's address without user and password, for people.
    proxy_name: Option<String>,
    max_idle: usize,
    /// Made when first used: reading the system's roots takes a while, and a run in the sandbox needs none.
    outward: OnceLock<Result<Client, String>>,
    /// Requests to this machine never go through a proxy.
    inward: OnceLock<Result<Client, String>>,
}

impl Clients {
    pub(super) fn new(settings: &super::EgressSettings) -> Result<Self, HostError> {
        let roots = settings
            .ca_files
            .iter()
            .map(|path| read_roots(path))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            roots: roots.into_iter().flatten().collect(),
            identity: settings
                .client_certificate
                .as_deref()
                .map(read_identity)
                .transpose()?,
            proxy: settings.proxy.as_deref().map(proxy).transpose()?,
            proxy_name: settings
                .proxy
                .clone()
                .or_else(proxy_of_environment)
                .as_deref()
                .and_then(proxy_name),
            max_idle: settings.max_concurrent,
            outward: OnceLock::new(),
            inward: OnceLock::new(),
        })
    }

    /// Makes clients for a way out that leads nowhere.
    pub(super) fn none() -> Self {
        Self {
            roots: Vec::new(),
            identity: None,
            proxy: None,
            proxy_name: None,
            max_idle: 0,
            outward: OnceLock::new(),
            inward: OnceLock::new(),
        }
    }

    /// Names the proxy that requests to a destination go through, unless `NO_PROXY` exempts it.
    pub(super) fn proxy_for(&self, destination: &Destination) -> Option<&str> {
        self.proxy_name
            .as_deref()
            .filter(|_| !destination.is_loopback())
    }

    /// Returns the client for a destination.
    pub(super) fn client(&self, destination: &Destination) -> Result<&Client, Failure> {
        let client = if destination.is_loopback() {
            self.inward.get_or_init(|| build(self.builder().no_proxy()))
        } else {
            self.outward
                .get_or_init(|| build(self.proxied(self.builder())))
        };
        client.as_ref().map_err(|reason| {
            tracing::error!("the HTTP client could not be set up: {reason}");
            Failure::Configuration(reason.clone())
        })
    }

    fn builder(&self) -> ClientBuilder {
        // The provider may have been chosen before, by this program or one that embeds it; either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            // A redirect would leave the list of allowed addresses, and take the credentials along.
            .redirect(redirect::Policy::none())
            .referer(false)
            .gzip(true)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(self.max_idle)
            .tcp_keepalive(TCP_KEEPALIVE)
            .dns_resolver(Arc::new(Resolver))
            .connector_layer(ConnectLimit)
            .tls_certs_merge(self.roots.iter().cloned());
        match &self.identity {
            Some(identity) => builder.identity(identity.clone()),
            None => builder,
        }
    }

    /// Sets the proxy. Without one of our own, the client reads the environment itself.
    fn proxied(&self, builder: ClientBuilder) -> ClientBuilder {
        match &self.proxy {
            Some(proxy) => builder.proxy(proxy.clone()),
            None => builder,
        }
    }
}

/// Makes a client for what the user of the host names: not for connectors, whose way out is bounded.
///
/// # Errors
/// The system's certificates cannot be read.
pub fn plain_client() -> Result<Client, HostError> {
    let clients = Clients {
        max_idle: 1,
        ..Clients::none()
    };
    clients
        .builder()
        .build()
        .map_err(|source| HostError::Engine {
            doing: "set up the HTTP client",
            source: Box::new(source),
        })
}

fn build(builder: ClientBuilder) -> Result<Client, String> {
    builder.build().map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        format!("{error}{}", cause.unwrap_or_default())
    })
}

fn read_roots(path: &Path) -> Result<Vec<Certificate>, HostError> {
    let pem = read(path, "read the CA file")?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(HostError::settings(format!(
            "The CA file {} holds no certificate in PEM form (`-----BEGIN CERTIFICATE-----`).",
            path.display()
        ))),
    }
}

fn read_identity(path: &Path) -> Result<Identity, HostError> {
    let pem = read(path, "read the client certificate")?;
    Identity::from_pem(&pem).map_err(|_| {
        HostError::settings(format!(
            "The client certificate {} must hold a certificate chain and its private key, both in PEM form.",
            path.display()
        ))
    })
}

fn read(path: &Path, doing: &'static str) -> Result<Vec<u8>, HostError> {
    fs::read(path).map_err(|source| HostError::Io {
        doing,
        path: path.to_owned(),
        source,
    })
}

/// Returns the address of the proxy that the environment names for https.
fn proxy_of_environment() -> Option<String> {
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Leaves user and password out of a proxy's address.
fn proxy_name(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let port = url.port_or_known_default()?;
    Some(format!("{}://{}:{port}", url.scheme(), url.host()?))
}

fn proxy(address: &str) -> Result<Proxy, HostError> {
    // The address may hold a password, and is not repeated.
    let proxy = Proxy::all(address).map_err(|_| {
        HostError::settings(
            "The proxy's address cannot be read: write it as `http://proxy.example.com:8080`.",
        )
    })?;
    Ok(proxy.no_proxy(NoProxy::from_env()))
}
