//! The SOAP API: `/services/Soap/u/{version}` (partner) and `/services/Soap/c/{version}` (enterprise).

mod envelope;
mod login;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use envelope::{Call, Fault, Namespaces};

use super::gate::instance_url;
use super::{Shared, versions};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/services/Soap/{api}/{version}", post(short))
        .route("/services/Soap/{api}/{version}/{org}", post(long))
}

async fn short(
    org: State<Shared>,
    uri: OriginalUri,
    Path((api, version)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    handle(&org, &uri, &api, &version, &headers, &body)
}

async fn long(
    org: State<Shared>,
    uri: OriginalUri,
    Path((api, version, _)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    handle(&org, &uri, &api, &version, &headers, &body)
}

fn handle(
    org: &Shared,
    uri: &OriginalUri,
    api: &str,
    version: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    let Some(namespaces) = Namespaces::of(api) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let base = instance_url(org, uri, headers);
    match answer(org, &namespaces, api, version, &base, body) {
        Ok(xml) => envelope::respond(StatusCode::OK, xml),
        Err(fault) => envelope::respond(StatusCode::INTERNAL_SERVER_ERROR, fault.xml(&namespaces)),
    }
}

fn answer(
    org: &Shared,
    namespaces: &Namespaces,
    api: &str,
    version: &str,
    base: &str,
    body: &Bytes,
) -> Result<String, Fault> {
    let number = version.trim_end_matches(".0").parse::<u16>().ok();
    let number = number.filter(|number| (versions::OLDEST..=versions::NEWEST).contains(number));
    let number = number.ok_or_else(|| {
        Fault::new(
            "UNSUPPORTED_API_VERSION",
            "Invalid Api version specified on URL",
        )
    })?;
    let call = Call::read(body)?;
    match call.operation.as_str() {
        "login" => login::login(org, namespaces, api, number, base, &call),
        other => Err(Fault::new(
            "INVALID_OPERATION",
            format!(
                "No operation available for request {{{}}}{other}",
                namespaces.api
            ),
        )),
    }
}
