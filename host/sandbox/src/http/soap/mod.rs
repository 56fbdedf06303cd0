//! The SOAP API: `/services/Soap/u/{version}` (partner) and `/services/Soap/c/{version}` (enterprise).
//!
//! The enterprise API shares what has nothing to do with the org's objects; records are the partner API's alone.

mod arguments;
mod closed;
mod describe;
mod duplicates;
mod email;
mod envelope;
pub(crate) mod fault;
mod header;
mod login;
mod members;
mod merge;
pub(crate) mod notifications;
mod operations;
mod out;
mod query;
mod records;
mod remove;
mod replication;
mod results;
mod retrieve;
mod rows;
mod save;
mod search;
mod shown;
mod users;
pub(crate) mod xml;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};

use arguments::Arguments;
use envelope::{Call, Namespaces};
use fault::Fault;
use header::Header;

use super::answer::on_thread;
use super::gate::instance_url;
use super::{Shared, versions};
use crate::id::RecordId;
use crate::org::Org;

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
    handle(org.0, &uri, &api, version, &headers, body).await
}

async fn long(
    org: State<Shared>,
    uri: OriginalUri,
    Path((api, version, _)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    handle(org.0, &uri, &api, version, &headers, body).await
}

async fn handle(
    org: Shared,
    uri: &OriginalUri,
    api: &str,
    version: String,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    let Some(namespaces) = Namespaces::of(api) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let base = instance_url(&org, uri, headers);
    let answered = on_thread(move || answer(&org, namespaces, &version, &base, &body)).await;
    match answered.map_err(Fault::from).flatten() {
        Ok(xml) => respond(StatusCode::OK, xml),
        Err(fault) => respond(StatusCode::INTERNAL_SERVER_ERROR, fault.xml(&namespaces)),
    }
}

fn respond(status: StatusCode, xml: Vec<u8>) -> Response {
    (status, [(CONTENT_TYPE, "text/xml;charset=UTF-8")], xml).into_response()
}

/// A call that was let in: who calls, in which version, and how.
#[derive(Debug)]
struct Context<'a> {
    org: &'a Org,
    namespaces: Namespaces,
    /// The URL that the org is known by.
    base: &'a str,
    /// `62` for `62.0`.
    version: u16,
    header: Header,
    user: RecordId,
    /// The session's id.
    token: String,
}

fn answer(
    org: &Org,
    namespaces: Namespaces,
    version: &str,
    base: &str,
    body: &Bytes,
) -> Result<Vec<u8>, Fault> {
    let version = supported(version)?;
    let call = Call::read(body)?;
    if let Some(refusal) = closed::refusal(namespaces.letter) {
        let header = Header::read(&call.headers, namespaces.api)?;
        admit(org, namespaces, base, version, header)?;
        return Err(refusal);
    }
    let name = call.operation.name.as_str();
    let arguments = Arguments::new(&call.operation);
    let known = *call.operation.namespace == *namespaces.api;
    if known && name == "login" {
        let content = login::login(org, namespaces, version, base, arguments)?;
        return Ok(envelope::answer(&namespaces, name, None, content));
    }
    let operation = operations::find(name, &namespaces)
        .filter(|_| known)
        .ok_or_else(|| {
            let name = call.operation.expanded_name();
            Fault::client(format!(
                "No operation available for request {name}, please check the WSDL for the service."
            ))
        })?;
    let header = Header::read(&call.headers, namespaces.api)?;
    let context = admit(org, namespaces, base, version, header)?;
    let content = operation(&context, arguments)?;
    Ok(envelope::answer(
        &namespaces,
        name,
        Some(&org.usage),
        content,
    ))
}

fn supported(version: &str) -> Result<u16, Fault> {
    let number = version.trim_end_matches(".0").parse::<u16>().ok();
    number
        .filter(|number| (versions::OLDEST..=versions::NEWEST).contains(number))
        .ok_or_else(|| {
            let message = "Invalid Api version specified on URL";
            Fault::new("UNSUPPORTED_API_VERSION", message)
        })
}

/// Lets a call in that has a live session while the allowance lasts.
fn admit<'a>(
    org: &'a Org,
    namespaces: Namespaces,
    base: &'a str,
    version: u16,
    header: Header,
) -> Result<Context<'a>, Fault> {
    let token = header.session.clone().unwrap_or_default();
    let session = org.sessions.touch(&token, org.clock.now());
    let session = session.ok_or_else(|| no_session(&token))?;
    if !org.usage.count(org.clock.now()) {
        let message = "TotalRequests Limit exceeded.";
        return Err(Fault::new("REQUEST_LIMIT_EXCEEDED", message));
    }
    Ok(Context {
        org,
        namespaces,
        base,
        version,
        header,
        user: session.user,
        token,
    })
}

/// Salesforce names the session by a hash, never by its id.
fn no_session(token: &str) -> Fault {
    let hash = BASE64.encode(Sha256::digest(token.as_bytes()));
    let message = format!(
        "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash: {hash}\n\
         This error usually occurs after a session expires or a user logs out."
    );
    Fault::new("INVALID_SESSION_ID", message)
}
