//! The SOAP API: `/services/Soap/u/{version}` (partner) and `/services/Soap/c/{version}` (enterprise).
//!
//! The enterprise API shares what has nothing to do with the org's objects; records are the partner API's alone.

mod absent;
mod actions;
mod arguments;
mod describe;
mod duplicates;
mod email;
mod envelope;
pub(crate) mod fault;
mod header;
mod lists;
mod login;
mod members;
mod merge;
mod namespaces;
mod operations;
mod pages;
mod process;
mod query;
mod records;
mod remove;
mod replication;
mod rest;
mod results;
mod retrieve;
mod rows;
mod save;
mod search;
pub(crate) mod shown;
mod unsupported;
mod users;

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};

use arguments::Arguments;
use envelope::Call;
use fault::Fault;
use header::Header;
use namespaces::Namespaces;

use super::auth::instance_url;
use super::composite::Parts;
use super::response::run_blocking;
use super::{Shared, versions};
use sandbox_core::org::Org;
use sandbox_model::id::RecordId;
use sandbox_model::xml::Element;

/// Both APIs; what REST has as well is asked of `parts`.
pub(super) fn routes(parts: Parts) -> Router<Shared> {
    Router::new()
        .route("/services/Soap/{api}/{version}", post(handle))
        .route("/services/Soap/{api}/{version}/{org}", post(handle))
        .layer(Extension(parts))
}

async fn handle(
    State(org): State<Shared>,
    Extension(parts): Extension<Parts>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut path = uri.path().split('/').skip(3).map(str::to_owned);
    let (api, version) = (
        path.next().unwrap_or_default(),
        path.next().unwrap_or_default(),
    );
    let Some(namespaces) = Namespaces::from_letter(&api) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let base = instance_url(&org, &uri, &headers);
    let result = run_blocking(move || {
        let endpoint = Endpoint {
            org: &org,
            parts: &parts,
            namespaces,
            base: &base,
        };
        endpoint.respond(&version, &body)
    });
    let result = result.await;
    match result.map_err(Fault::from).flatten() {
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
    /// What REST has as well.
    parts: &'a Parts,
    namespaces: Namespaces,
    /// The URL that the org is known by.
    base: &'a str,
    /// `62` for `62.0`.
    version: u16,
    header: Header,
    user: RecordId,
    /// The number of the session.
    session: u64,
    /// The session's id.
    token: String,
}

/// What all calls of a request's API go to.
#[derive(Clone, Copy)]
struct Endpoint<'a> {
    org: &'a Org,
    parts: &'a Parts,
    namespaces: Namespaces,
    base: &'a str,
}

impl<'a> Endpoint<'a> {
    fn respond(self, version: &str, body: &Bytes) -> Result<Vec<u8>, Fault> {
        let (org, namespaces) = (self.org, self.namespaces);
        let version = supported(version)?;
        let call = Call::read(body)?;
        if let Some(rejection) = unsupported::fault(namespaces.letter) {
            let header = Header::read(&call.headers, namespaces.api)?;
            self.admit(version, header)?;
            return Err(rejection);
        }
        let name = call.operation.name.as_str();
        let arguments = Arguments::of_call(&call.operation);
        let known = *call.operation.namespace == *namespaces.api;
        if known && name == "login" {
            let content = login::login(org, namespaces, version, self.base, arguments)?;
            return Ok(envelope::respond(&namespaces, name, None, content));
        }
        let operation = operations::find(name, &namespaces)
            .filter(|_| known)
            .ok_or_else(|| no_operation(&call.operation, known, &namespaces))?;
        let header = Header::read(&call.headers, namespaces.api)?;
        let context = self.admit(version, header)?;
        let content = operation(&context, arguments)?;
        Ok(envelope::respond(
            &namespaces,
            name,
            Some(org.usage()),
            content,
        ))
    }

    /// Lets a call in that has a live session while the allowance lasts.
    fn admit(self, version: u16, header: Header) -> Result<Context<'a>, Fault> {
        let org = self.org;
        let token = header.session.clone().unwrap_or_default();
        let session = org.sessions().touch(&token, org.clock().now());
        let session = session.ok_or_else(|| no_session(&token))?;
        if !org.usage().count(org.clock().now()) {
            let message = "TotalRequests Limit exceeded.";
            return Err(Fault::new("REQUEST_LIMIT_EXCEEDED", message));
        }
        Ok(Context {
            org,
            parts: self.parts,
            namespaces: self.namespaces,
            base: self.base,
            version,
            header,
            user: session.user,
            session: session.number,
            token,
        })
    }
}

/// Rejects a call that the API does not have, or that only the simulated org is without.
fn no_operation(call: &Element, known: bool, namespaces: &Namespaces) -> Fault {
    if known && operations::is_missing(&call.name, namespaces) {
        let message = format!(
            "The simulated org has {} in the partner API alone, /services/Soap/u",
            call.name
        );
        return Fault::new("FUNCTIONALITY_NOT_ENABLED", message);
    }
    Fault::client(format!(
        "No operation available for request {}, please check the WSDL for the service.",
        call.expanded_name()
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

/// Salesforce names the session by a hash, never by its id.
fn no_session(token: &str) -> Fault {
    let hash = BASE64.encode(Sha256::digest(token.as_bytes()));
    let message = format!(
        "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash: {hash}\n\
         This error usually occurs after a session expires or a user logs out."
    );
    Fault::new("INVALID_SESSION_ID", message)
}
