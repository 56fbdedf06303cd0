//! Schemas of events: `GET /sobjects/{event}/eventSchema` and `GET /event/eventSchema/{id}`.

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::routing::get;
use serde_json::Value as Json;

use super::Shared;
use super::parameters::Parameters;
use super::response::{self, HandlerResult};
use sandbox_core::events::{Form, event_schema, schema_by_id};
use sandbox_model::api_error::ApiError;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/sobjects/{object}/eventSchema", get(by_name))
        .route("/event/eventSchema/{id}", get(by_id))
}

async fn by_name(
    State(org): State<Shared>,
    Path((_, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    show(event_schema(org.schema(), &name, form(query)?))
}

async fn by_id(
    State(org): State<Shared>,
    Path((_, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    show(schema_by_id(org.schema(), &id, form(query)?))
}

fn form(query: Option<String>) -> Result<Form, ApiError> {
    let given = Parameters::new(query);
    let format = given.first("payloadFormat");
    Form::parse(format.as_deref()).ok_or_else(|| {
        let message = format!(
            "Invalid payloadFormat {:?}: it is EXPANDED or COMPACT",
            format.unwrap_or_default()
        );
        ApiError::new("INVALID_QUERY_PARAMETER", message)
    })
}

fn show(schema: Option<Json>) -> HandlerResult {
    Ok(schema
        .map(|schema| response::ok(&schema))
        .ok_or_else(ApiError::not_found)?)
}
