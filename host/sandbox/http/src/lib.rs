//! The org's HTTP interface: Salesforce's paths, headers, status codes and bodies.

mod actions;
mod admin;
mod admin_events;
mod admin_outbound;
mod analytics;
mod apex_rest;
mod auth;
mod body;
mod bulk;
mod bulk_v1;
mod by_external_id;
mod changes;
mod cometd;
mod composite;
mod compression;
mod conditional;
mod describe;
mod download;
mod event_schema;
mod explain;
mod fault_injection;
mod faulty_body;
mod file;
mod form;
mod global;
mod graphql;
mod identity;
mod ingress;
mod limits;
mod native_error;
mod oauth;
pub(crate) mod outbound;
mod parameters;
mod password;
mod process;
mod query;
mod records;
mod related;
mod render;
mod resources;
mod response;
mod search;
mod serve;
pub(crate) mod soap;
mod streaming_channel;
#[cfg(test)]
mod tests;
mod tooling;
mod ui;
mod unsupported;
mod upload;
mod versions;

use std::sync::Arc;

pub use axum::Router;

use axum::middleware;
use axum::routing::{any, get, post};
use tower_http::decompression::RequestDecompressionLayer;

pub use ingress::Aborted;
pub(crate) use ingress::Peer;
pub use serve::serve;

use sandbox_core::org::Org;

/// What handlers are given.
type Shared = Arc<Org>;

/// Returns the org as a service: call it in process, or put it on a port with [`crate::serve`].
///
/// In process, a response that carries [`Aborted`] in its extensions stands for a connection that was reset before the
/// response; a body that ends with an error stands for one that was cut in the middle. [`crate::serve`] turns both into
/// the real thing; other callers have to.
///
/// Paths under `/__sandbox` control the sandbox itself: `faults`, `requests`, `clock`, `events`, `outbound`, `reset` and
/// more. They need no token and
/// respond only in process and on loopback.
pub fn router(org: Arc<Org>) -> Router {
    let api = Router::new()
        .merge(oauth::routes())
        .merge(identity::routes())
        .merge(soap::routes(composite::Parts::new(&org, resources())))
        .merge(apex_rest::routes())
        .merge(bulk_v1::routes(&org))
        .merge(cometd::routes())
        .route("/services/data", get(versions::list))
        .nest("/services/data/{version}", rest(&org))
        .fallback(response::not_found)
        .method_not_allowed_fallback(response::method_not_allowed)
        .with_state(Arc::clone(&org));
    Router::new()
        .nest("/__sandbox", admin::routes(Arc::clone(&org)))
        .fallback(any(ingress::handle).layer(RequestDecompressionLayer::new()))
        .with_state(ingress::Ingress::new(org, api))
}

/// Returns the resources of the REST API that parts of composite requests and SOAP calls may ask for, too.
fn resources() -> Router<Shared> {
    let one = get(records::retrieve)
        .patch(records::update)
        .delete(records::delete);
    let by_external_id = get(by_external_id::retrieve)
        .patch(by_external_id::upsert)
        .post(by_external_id::upsert)
        .delete(by_external_id::delete);
    Router::new()
        .route("/", get(resources::list))
        .route("/limits", get(limits::list))
        .route("/limits/recordCount", get(limits::record_count))
        .route("/query", get(query::query))
        .route("/queryAll", get(query::query_all))
        .route("/query/{locator}", get(query::more))
        .route("/queryAll/{locator}", get(query::more))
        .merge(graphql::routes())
        .merge(search::routes())
        .merge(process::routes())
        .merge(actions::routes())
        .merge(ui::routes())
        .merge(analytics::routes())
        .merge(changes::routes())
        .merge(unsupported::routes())
        .merge(event_schema::routes())
        .merge(password::routes())
        .merge(streaming_channel::routes())
        .merge(tooling::routes())
        .route("/recent", get(global::recent))
        .route("/sobjects", get(global::describe_global))
        .route(
            "/sobjects/{object}",
            get(global::basic_info).post(records::create),
        )
        .route("/sobjects/{object}/describe", get(describe::object))
        .route("/sobjects/{object}/Id", post(records::upsert_new))
        .route("/sobjects/{object}/{id}", one)
        .route("/sobjects/{object}/{field}/{value}", by_external_id)
        .route(
            "/sobjects/{object}/{id}/richTextImageFields/{field}/{reference}",
            get(download::rich_text_image),
        )
        .merge(composite::collections())
        .merge(bulk::routes())
}

/// Routes under a version of the REST API; all of it needs a token.
fn rest(org: &Shared) -> Router<Shared> {
    let parts = composite::Parts::new(org, resources());
    resources()
        .merge(composite::routes(parts))
        .fallback(response::not_found)
        .method_not_allowed_fallback(response::method_not_allowed)
        .layer(middleware::from_fn_with_state(
            Arc::clone(org),
            auth::authenticate,
        ))
}
