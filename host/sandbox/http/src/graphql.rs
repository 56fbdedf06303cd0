//! `POST /graphql`: the GraphQL API.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Extension, Router};

use super::auth::Caller;
use super::response::{self, HandlerResult};
use super::{Shared, body};
use sandbox_core::graphql::{self, Request, Source};
use sandbox_model::api_error::ApiError;
use sandbox_soql::Options;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/graphql", post(run))
}

/// Runs a query. Whatever is wrong with it is reported in the response, with status 200.
async fn run(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    let request: Request =
        serde_json::from_slice(&body).map_err(|error| ApiError::json(error.to_string()))?;
    let response = response::run_blocking(move || {
        let options = Options::new(caller.user.as_str(), org.clock().now());
        let response = org.store().read(|connection| {
            let source = Source {
                schema: org.schema(),
                connection,
                options: &options,
            };
            graphql::execute(source, request)
        });
        // The gate counted the first one.
        for _ in 1..response.requests {
            org.usage().count(org.clock().now());
        }
        response.body
    });
    Ok(response::ok(&response.await?))
}
