//! `GET /services/data/vXX.X`: what the version offers.

use axum::Extension;
use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::auth::{Caller, instance_url};
use super::{Shared, response};

/// Resources that this org serves.
const RESOURCES: &[&str] = &[
    "actions",
    "analytics",
    "appMenu",
    "compactLayouts",
    "composite",
    "graphql",
    "jobs",
    "limits",
    "parameterizedSearch",
    "process",
    "query",
    "queryAll",
    "quickActions",
    "recent",
    "search",
    "sobjects",
    "tabs",
    "theme",
    "tooling",
];

/// Lists the resources by name and path.
pub(super) async fn list(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let base = caller.base();
    let mut resources: serde_json::Map<_, _> = RESOURCES
        .iter()
        .map(|name| ((*name).to_owned(), json!(format!("{base}/{name}"))))
        .collect();
    let identity = format!(
        "{}/id/{}/{}",
        instance_url(&org, &uri, &headers),
        org.id(),
        caller.user
    );
    resources.insert("identity".to_owned(), json!(identity));
    response::ok(&resources.into())
}
