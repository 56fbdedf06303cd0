//! The simulated org inside this process: what operations run against when no connection is given.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use http::{Request, Response};
use sandbox::Org;
use sandbox::org::{CLIENT_ID, CLIENT_SECRET};
use serde_json::{Map, Value, json};
use tower::ServiceExt;

use mediate::egress::{Aborted, Body, InProcessService};
use mediate::profile::{HostSettings, Profile};

/// Name of the authority under which the org answers in process; names under `.localhost` never leave a machine
/// (RFC 6761, 6.3).
pub const AUTHORITY: &str = "sandbox.localhost";

/// Name of the connection that reaches the org.
pub const CONNECTION: &str = "@sandbox";

/// Name of the file that holds the org in the folder of its data.
const DATA_FILE: &str = "org.sqlite";

/// Settings of a simulated org.
#[derive(Clone, Debug, Default)]
pub struct OrgSettings<'a> {
    /// Folder of the data, created if it is not there; in memory otherwise.
    pub data: Option<&'a Path>,
    /// Folder of objects, records, apps and users to load.
    pub seed: Option<&'a Path>,
    /// Objects with the number of records to generate.
    pub rows: &'a [(String, u64)],
    /// File (PEM) with the certificate or public key that verifies JWTs.
    pub jwt_certificate: Option<&'a Path>,
}

/// Opens the org. Blocks the thread while data is loaded.
///
/// # Errors
/// A folder or a seed cannot be used.
pub fn open(settings: &OrgSettings) -> anyhow::Result<Arc<Org>> {
    let mut builder = Org::builder();
    if let Some(folder) = settings.data {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        builder = builder.file(folder.join(DATA_FILE));
    }
    if let Some(folder) = settings.seed {
        builder = builder.seed(folder);
    }
    for (object, count) in settings.rows {
        builder = builder.rows(object, *count);
    }
    if let Some(file) = settings.jwt_certificate {
        let pem = fs::read_to_string(file)
            .with_context(|| format!("cannot read the certificate {}", file.display()))?;
        builder = builder.jwt_certificate(pem);
    }
    Ok(Arc::new(builder.build()?))
}

/// Makes the org answer in process for [`AUTHORITY`].
#[must_use]
pub fn service(org: Arc<Org>) -> InProcessService {
    service_at(AUTHORITY, sandbox::router(org))
}

/// Makes the router of an org, with whatever layers, answer in process for an authority.
#[must_use]
pub fn service_at(authority: &str, router: sandbox::Router) -> InProcessService {
    let service = ServiceExt::<Request<Body>>::map_response(router, mark_aborted);
    InProcessService::new(authority, service)
}

/// Says in the host's words that the org cut the connection: neither knows the other's.
fn mark_aborted<B>(mut response: Response<B>) -> Response<B> {
    if response.extensions().get::<sandbox::Aborted>().is_some() {
        response.extensions_mut().insert(Aborted);
    }
    response
}

/// Gives the connection that reaches the org in process.
#[must_use]
pub fn profile() -> Profile {
    Profile::new(
        CONNECTION,
        document(&format!("https://{AUTHORITY}")),
        HostSettings::default(),
    )
}

/// Gives the connection document for an org at an address, with the app that every simulated org has.
fn document(url: &str) -> Map<String, Value> {
    let login =
        json!({"client-credentials": {"client-id": CLIENT_ID, "client-secret": CLIENT_SECRET}});
    Map::from_iter([("url".to_owned(), json!(url)), ("auth".to_owned(), login)])
}
