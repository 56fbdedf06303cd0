//! A simulated org with the Salesforce connector in front of it, in process or on a port.

use std::sync::Arc;

use axum::Router;
use mediate::contract::Fault;
use mediate::egress::InProcessService;
use mediate::profile::{HostSettings, Profile};
use mediate::runtime::{Connector, RuntimeSettings};
use mediate::session::{Session, SessionError};
use mediate_cli::embedded;
use mediate_cli::simulated_org::service_at;
use sandbox::Org;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::compiled;

/// Where the org answers in process.
const IN_PROCESS: &str = "sandbox.localhost";

/// Instances of the connector that a test program has at a time, those included that are just ending.
const INSTANCES: u32 = 64;

/// How the connector reaches the org.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In process: no sockets.
    InProcess,
    /// Through the pooled client, over loopback.
    OnAPort,
}

/// The connector, loaded once per test program.
pub async fn connector() -> &'static Connector {
    static CONNECTOR: OnceCell<Connector> = OnceCell::const_new();
    CONNECTOR
        .get_or_init(|| async {
            let settings = RuntimeSettings {
                max_instances: INSTANCES,
                ..RuntimeSettings::default()
            };
            compiled::load(embedded::CONNECTOR, settings)
                .await
                .expect("the built-in connector")
        })
        .await
}

/// Opens a session to an org. `more` is merged into the connection.
pub async fn open(org: &Arc<Org>, way: Way, more: &Value) -> Session {
    let (url, services) = match way {
        Way::InProcess => (
            format!("https://{IN_PROCESS}"),
            vec![service_at(IN_PROCESS, sandbox::router(Arc::clone(org)))],
        ),
        Way::OnAPort => (serve(org).await, Vec::new()),
    };
    open_at(&url, services, way == Way::OnAPort, more).await
}

/// Opens a session to an org behind a router of the test's own. On a port, no connection is ever cut.
pub async fn open_router(router: Router, way: Way, more: &Value) -> Session {
    match way {
        Way::InProcess => {
            let services = vec![service_at(IN_PROCESS, router)];
            open_at(&format!("https://{IN_PROCESS}"), services, false, more).await
        }
        Way::OnAPort => {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
            let listener = listener.expect("a port");
            let address = listener.local_addr().expect("an address");
            tokio::spawn(async move { axum::serve(listener, router).await });
            open_at(&format!("http://{address}"), Vec::new(), true, more).await
        }
    }
}

/// Opens a session to an org that answers at a URL, on a port or in process. `more` is merged into the connection.
pub async fn open_at(
    url: &str,
    services: Vec<InProcessService>,
    on_a_port: bool,
    more: &Value,
) -> Session {
    open_with(url, services, on_a_port, more, HostSettings::default()).await
}

/// Opens a session as [`open_at`] does, with settings of the host.
pub async fn open_with(
    url: &str,
    services: Vec<InProcessService>,
    on_a_port: bool,
    more: &Value,
    host: HostSettings,
) -> Session {
    let mut connection = json!({
        "url": url,
        "auth": {"client-credentials": {"client-id": "sandbox-client", "client-secret": "sandbox-secret"}},
        "retry": {"first-delay-ms": 5, "max-delay-ms": 3000},
    });
    if let (Some(members), Some(more)) = (connection.as_object_mut(), more.as_object()) {
        members.extend(more.clone());
    }
    let document = connection.as_object().cloned().unwrap_or_default();
    let profile = Profile::new("test", document, host);
    Session::builder(connector().await, &profile)
        .services(services)
        .network(on_a_port)
        .open()
        .await
        .expect("a session")
}

/// Puts the org on a port of loopback until the test ends.
pub async fn serve(org: &Arc<Org>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let org = Arc::clone(org);
    tokio::spawn(async move { sandbox::serve(listener, org, std::future::pending()).await });
    format!("http://{address}")
}

/// Reads a source to its end, and gives its bytes with its facts.
pub async fn read_all(
    session: &Session,
    operation: &str,
    config: &Value,
) -> Result<(Vec<u8>, Vec<(String, String)>), SessionError> {
    let mut reader = session.read(operation, config, None).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = reader.next(64 * 1024).await? {
        bytes.extend(chunk);
    }
    Ok((bytes, reader.head().await?.metadata.attributes()))
}

/// The fault behind an error.
pub fn fault(error: &SessionError) -> &Fault {
    error
        .fault()
        .unwrap_or_else(|| panic!("a fault was expected, not: {error}"))
}

/// The cases of a folder below `tests/cases`: name and content.
pub fn cases(folder: &str) -> Vec<(String, Value)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("cases")
        .join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("a folder of cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no cases", folder.display());
    let read = |path: std::path::PathBuf| {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable case");
        let case = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, case)
    };
    paths.into_iter().map(read).collect()
}
