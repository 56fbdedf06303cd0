//! The Tooling API's REST interface: `GET /tooling/query` and `/tooling/sobjects`. It reads; nothing is compiled or deployed here.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use serde_json::{Value as Json, json};

use super::auth::Caller;
use super::records::{find_id, wanted_fields};
use super::response::{self, HandlerResult};
use super::{Shared, describe, query, render};
use sandbox_core::org::Org;
use sandbox_core::write::Row;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;

/// Routes under `/tooling`.
const RESOURCES: [&str; 3] = ["composite", "query", "sobjects"];

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/tooling", get(list))
        .route("/tooling/query", get(query::tooling))
        .route("/tooling/query/{locator}", get(query::more_tooling))
        .route("/tooling/sobjects", get(describe_global))
        .route("/tooling/sobjects/{object}", get(basic_info))
        .route("/tooling/sobjects/{object}/describe", get(describe_object))
        .route("/tooling/sobjects/{object}/{id}", get(retrieve))
}

fn base(caller: &Caller) -> String {
    format!("{}/tooling", caller.base())
}

fn find<'o>(org: &'o Org, name: &str) -> Result<&'o Object, ApiError> {
    org.schema()
        .tooling_object(name)
        .ok_or_else(ApiError::not_found)
}

async fn list(Extension(caller): Extension<Caller>) -> Response {
    let base = base(&caller);
    let resources = RESOURCES.map(|name| (name.to_owned(), json!(format!("{base}/{name}"))));
    response::ok(&Json::Object(resources.into_iter().collect()))
}

async fn describe_global(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let base = base(&caller);
    let objects = org.schema().tooling_objects();
    let mut objects: Vec<&Object> = objects.collect();
    objects.sort_by(|a, b| a.name.cmp(&b.name));
    let reported: Vec<Json> = objects
        .into_iter()
        .map(|object| describe::brief(object, &base))
        .collect();
    response::ok(&json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": reported}))
}

async fn basic_info(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
) -> HandlerResult {
    let reported = describe::brief(find(&org, &name)?, &base(&caller));
    Ok(response::ok(
        &json!({"objectDescribe": reported, "recentItems": []}),
    ))
}

async fn describe_object(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
) -> HandlerResult {
    let object = find(&org, &name)?;
    Ok(response::ok(&describe::full(object, &base(&caller))))
}

/// Shows a record, found by its id, or by its `DurableId` where it has none.
async fn retrieve(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name, id)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    response::run_blocking(move || {
        let object = find(&org, &name)?;
        let id = if object.derived {
            id
        } else {
            find_id(object, &id)?.as_str().to_owned()
        };
        let base = base(&caller);
        org.store().read(|connection| {
            let row = Row::load(connection, object, &id)?;
            let (row, _) = row.ok_or_else(ApiError::not_found)?;
            let renderer = render::Renderer {
                connection,
                schema: org.schema(),
                base: &base,
            };
            let record = renderer.record(&row, wanted_fields(query.as_deref()).as_deref())?;
            Ok(response::ok(&record))
        })
    })
    .await?
}
