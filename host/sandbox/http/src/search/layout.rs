//! What search pages show: the objects in their order, and the columns of their results.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::super::Shared;
use super::super::auth::Caller;
use super::super::parameters::Parameters;
use super::super::response::{self, HandlerResult};
use sandbox_core::org::Org;
use sandbox_core::setup::list_view::summary_fields;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, FieldType, Object};

/// Rows of a result page (as Salesforce's search layouts come).
const ROWS: usize = 25;
/// Columns of a result page.
const COLUMNS: usize = 5;

/// Objects in a user's search scope, in order.
pub(super) async fn scope_order(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let base = caller.base();
    let scope: Vec<Json> = in_scope(&org)
        .map(|object| {
            let url = format!("{base}/sobjects/{}/describe", object.name);
            json!({"type": object.name, "url": url})
        })
        .collect();
    response::ok(&json!(scope))
}

/// Columns of the results of each object that `q` lists; of all in scope without it.
pub(super) async fn layouts(State(org): State<Shared>, RawQuery(query): RawQuery) -> HandlerResult {
    let wanted = Parameters::new(query).first("q");
    let layouts: Vec<Json> = match wanted {
        None => in_scope(&org).map(layout).collect(),
        Some(names) => names
            .split(',')
            .map(|name| org.schema().object(name.trim()).map(layout))
            .collect::<Option<_>>()
            .ok_or_else(|| {
                let message =
                    format!("The requested resource does not exist: an object of {names:?}");
                ApiError::new("NOT_FOUND", message)
            })?,
    };
    Ok(response::ok(&json!(layouts)))
}

fn in_scope(org: &Org) -> impl Iterator<Item = &Object> {
    sandbox_core::sosl::searchable(org.schema()).filter(|object| object.createable)
}

fn layout(object: &Object) -> Json {
    let columns: Vec<Json> = summary_fields(object, COLUMNS)
        .into_iter()
        .map(|field| column(object, field))
        .collect();
    json!({
        "errorMsg": null,
        "label": "Search Results",
        "limitRows": ROWS,
        "objectType": object.name,
        "searchColumns": columns,
    })
}

fn column(object: &Object, field: &Field) -> Json {
    let format = match field.field_type {
        FieldType::Date | FieldType::DateTime => Some(field.field_type.describe_name()),
        _ => None,
    };
    let is_label = matches!(
        field.field_type,
        FieldType::Picklist { .. } | FieldType::MultiPicklist { .. }
    );
    let name = if is_label {
        format!("toLabel({})", field.name)
    } else {
        field.name.clone()
    };
    json!({
        "field": format!("{}.{}", object.name, field.name),
        "format": format,
        "label": field.label,
        "name": name,
    })
}
