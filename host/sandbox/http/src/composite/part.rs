//! One part of a composite request: called through the org's own router.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::IntoResponse;
use axum::{Extension, Router};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, LAST_MODIFIED, LOCATION};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::BodyExt as _;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use tower::ServiceExt as _;

use super::rejected;
use crate::auth::{self, Caller};
use crate::parameters::LongQuery;
use crate::{Shared, ingress, response, versions};
use sandbox_model::api_error::ApiError;
use sandbox_model::json::or_default;

/// What stands in URLs of parts as people write them, though it may not stand in a URL.
const UNWRITTEN: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Longest text that the type of URLs holds, in bytes.
const MAX_URI_BYTES: usize = 65_534;

/// Headers that parts inherit and may not give (REST API guide, "Composite Subrequest").
const INHERITED: [HeaderName; 3] = [ACCEPT, AUTHORIZATION, CONTENT_TYPE];
/// Headers of responses that concern the part rather than the connection.
const SHOWN: [(HeaderName, &str); 3] = [
    (LOCATION, "Location"),
    (LAST_MODIFIED, "Last-Modified"),
    (ETAG, "ETag"),
];

/// A part as `/composite` and `/composite/graph` take it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Part {
    /// HTTP method in capitals.
    pub method: String,
    /// Path from `/services/data/` on, with its query.
    pub url: String,
    /// Name by which later parts refer to this one's response.
    #[serde(alias = "referenceID")]
    pub reference_id: String,
    /// JSON to send.
    pub body: Option<Json>,
    /// Headers to send.
    #[serde(default, deserialize_with = "or_default")]
    pub http_headers: BTreeMap<String, String>,
}

/// Set while parts run whose enclosing request is all or none: collections within follow it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AllOrNone;

/// Response to a part.
#[derive(Debug)]
pub(super) struct PartResponse {
    pub status: u16,
    pub headers: Map<String, Json>,
    pub body: Json,
}

impl PartResponse {
    /// Returns whether the part failed: by its status, or, for a collection, by one of its records.
    pub(super) fn failed(&self, collection: bool) -> bool {
        let rejected = |record: &Json| record.get("success") == Some(&json!(false));
        self.status >= 400
            || (collection
                && self
                    .body
                    .as_array()
                    .is_some_and(|all| all.iter().any(rejected)))
    }

    pub(super) fn rejection(error: &ApiError) -> Self {
        Self {
            status: error.http_status(),
            headers: Map::new(),
            body: json!([response::to_json(error)]),
        }
    }
}

/// The router that parts go through.
#[derive(Debug, Clone)]
pub(crate) struct Parts(Router);

impl Parts {
    /// Parts may ask for these resources, in any version.
    pub(crate) fn new(org: &Shared, resources: Router<Shared>) -> Self {
        let resources = resources
            .fallback(response::not_found)
            .method_not_allowed_fallback(response::method_not_allowed);
        let router = Router::new()
            .nest("/services/data/{version}", resources)
            .fallback(response::not_found);
        Self(router.with_state(Shared::clone(org)))
    }

    /// Calls a part on this thread, which must be inside [`response::run_in_place`] and allowed to block.
    pub(super) fn call(&self, part: &Part, caller: &Caller, all_or_none: bool) -> PartResponse {
        let request = match request(part, caller, all_or_none) {
            Ok(request) => request,
            Err(error) => return PartResponse::rejection(&error),
        };
        let exchange = async {
            let response = self.0.clone().oneshot(request).await.into_response();
            let response = response::list_allowed_methods(response);
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.map(|all| all.to_bytes());
            (parts, bytes.unwrap_or_default())
        };
        let (parts, bytes) = tokio::runtime::Handle::current().block_on(exchange);
        let shown = SHOWN.iter().filter_map(|(header, name)| {
            let value = parts.headers.get(header)?.to_str().ok()?;
            Some(((*name).to_owned(), json!(value)))
        });
        PartResponse {
            status: parts.status.as_u16(),
            headers: shown.collect(),
            body: serde_json::from_slice(&bytes).unwrap_or(Json::Null),
        }
    }
}

impl Parts {
    /// Asks for a resource on this thread, as [`Parts::call`] does; gives its status and its JSON.
    pub(crate) fn ask(
        &self,
        caller: &Caller,
        (method, url): (&str, String),
        body: Option<Json>,
        http_headers: BTreeMap<String, String>,
    ) -> (u16, Json) {
        let part = Part {
            method: method.to_owned(),
            url,
            reference_id: String::new(),
            body,
            http_headers,
        };
        let response = response::run_in_place(|| self.call(&part, caller, false));
        (response.status, response.body)
    }
}

/// `62` for `/services/data/v62.0/…`.
pub(super) fn version(url: &str) -> Option<u16> {
    let name = url
        .strip_prefix("/services/data/")?
        .split(['/', '?'])
        .next()?;
    versions::parse(name).ok()
}

fn request(part: &Part, caller: &Caller, all_or_none: bool) -> Result<Request<Body>, ApiError> {
    let method = match part.method.as_str() {
        "GET" | "POST" | "PATCH" | "PUT" | "DELETE" => {
            Method::from_bytes(part.method.as_bytes()).unwrap_or_default()
        }
        other => return Err(rejected(format!("Invalid HTTP method: {other}"))),
    };
    let version = version(&part.url).ok_or_else(ApiError::not_found)?;
    let uri = utf8_percent_encode(&part.url, UNWRITTEN).to_string();
    let (uri, long_query) = match uri.split_once('?') {
        Some((path, query)) if uri.len() > MAX_URI_BYTES => {
            (path.to_owned(), Some(LongQuery(query.to_owned())))
        }
        _ => (uri, None),
    };
    let uri = Uri::try_from(uri).map_err(|_| rejected(format!("Invalid URL: {}", part.url)))?;
    let body = part.body.as_ref().map(Json::to_string).unwrap_or_default();
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    for (name, value) in &part.http_headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            request.headers_mut().insert(name, value);
        }
    }
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, json);
    ingress::rewrite(&mut request);
    let user = caller.user.clone();
    let options = auth::write_options(request.headers(), caller.options)?;
    request.extensions_mut().insert(Caller {
        user,
        session: caller.session,
        version,
        options,
    });
    if let Some(query) = long_query {
        request.extensions_mut().insert(query);
    }
    if all_or_none {
        request.extensions_mut().insert(AllOrNone);
    }
    Ok(request)
}

impl Part {
    /// Rejects headers that the part inherits.
    pub(super) fn check_headers(&self) -> Result<(), ApiError> {
        let given = self.http_headers.keys().find(|name| {
            INHERITED
                .iter()
                .any(|of| of.as_str().eq_ignore_ascii_case(name))
        });
        match given {
            Some(name) => Err(rejected(format!(
                "The header {name} of subrequest {} is inherited from the request: leave it out",
                self.reference_id
            ))),
            None => Ok(()),
        }
    }

    /// Returns the segments of the path after the version, without the query.
    pub(super) fn segments(&self) -> Vec<&str> {
        let path = self.url.split('?').next().unwrap_or_default();
        let all = path.trim_start_matches("/services/data/").split('/');
        all.skip(1).filter(|segment| !segment.is_empty()).collect()
    }

    /// Returns whether the part is about a collection of records.
    pub(super) fn is_collection(&self) -> bool {
        matches!(self.segments().as_slice(), ["composite", "sobjects", ..])
    }

    /// Returns whether the part is a query.
    pub(super) fn is_query(&self) -> bool {
        matches!(self.segments().as_slice(), ["query" | "queryAll", ..])
    }
}

/// Extension that makes a collection follow the request around it.
pub(super) type Enclosing = Option<Extension<AllOrNone>>;
