//! `POST /graphql`: the GraphQL API.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Extension, Router};

use super::answer::{self, Reply};
use super::gate::Caller;
use super::{Shared, body};
use sandbox_core::graphql::{self, Request, Source};
use sandbox_model::problem::Problem;
use sandbox_soql::Options;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/graphql", post(run))
}

/// Runs a query. Whatever is wrong with it stands in the answer, under status 200.
async fn run(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    body::expect_json(&headers)?;
    let request: Request =
        serde_json::from_slice(&body).map_err(|error| Problem::json(error.to_string()))?;
    let answer = answer::on_thread(move || {
        let options = Options::new(caller.user.as_str(), org.clock().now());
        let answer = org.store().read(|connection| {
            let source = Source {
                schema: org.schema(),
                connection,
                options: &options,
            };
            graphql::answer(source, request)
        });
        // The gate counted the first one.
        for _ in 1..answer.requests {
            org.usage().count(org.clock().now());
        }
        answer.body
    });
    Ok(answer::ok(&answer.await?))
}
