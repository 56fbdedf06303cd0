//! Compact layouts: the few fields at the head of a record's page.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Map, Value as Json, json};

use super::layouts::item;
use super::place;
use crate::Shared;
use crate::auth::Caller;
use crate::parameters::Parameters;
use crate::records::find_object;
use crate::response::{self, HandlerResult};
use sandbox_core::org::Org;
use sandbox_core::setup::record_type::{self, RecordType};
use sandbox_core::setup::{self, list_view::summary_fields};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;

/// Key prefix of compact layouts.
const COMPACT_LAYOUTS: &str = "0AH";
/// Fields of a compact layout.
const FIELDS: usize = 4;
/// Objects one request may ask for (REST API guide, "Compact Layouts": 100).
const MAX_OBJECTS: usize = 100;

/// The primary compact layout of each object in `q`.
pub(super) async fn several(State(org): State<Shared>, RawQuery(query): RawQuery) -> HandlerResult {
    let names = Parameters::new(query).first("q").unwrap_or_default();
    let names: Vec<&str> = names
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    if names.is_empty() || names.len() > MAX_OBJECTS {
        let message = format!("q must list 1 to {MAX_OBJECTS} objects, separated by commas");
        return Err(ApiError::new("INVALID_PARAMETER_VALUE", message).into());
    }
    let mut members = Map::new();
    for name in names {
        let object = find_object(&org, name)?;
        members.insert(object.name.clone(), layout(&org, object));
    }
    Ok(response::ok(&Json::Object(members)))
}

/// All compact layouts of an object, and which record type uses which.
pub(super) async fn all(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
) -> HandlerResult {
    let object = find_object(&org, &name)?;
    let layout = layout(&org, object);
    let url = format!(
        "{}/sobjects/{}/describe/compactLayouts",
        caller.base(),
        object.name
    );
    let mapping = |it: RecordType| {
        json!({
            "available": true,
            "compactLayoutId": layout.get("id"),
            "compactLayoutName": layout.get("name"),
            "recordTypeId": it.id.as_str(),
            "recordTypeName": it.developer_name,
            "urls": {"compactLayout": format!("{url}/{}", it.id)},
        })
    };
    let record_types = record_type::all(&object.name).into_iter();
    let mappings: Vec<Json> = record_types.map(mapping).collect();
    Ok(response::ok(&json!({
        "compactLayouts": [layout],
        "defaultCompactLayoutId": layout.get("id"),
        "recordTypeCompactLayoutMappings": mappings,
        "urls": {"primary": format!("{url}/primary")},
    })))
}

/// The primary one, or that of a record type.
pub(super) async fn one(
    State(org): State<Shared>,
    Path((_, name, kind)): Path<(String, String, String)>,
) -> HandlerResult {
    let object = find_object(&org, &name)?;
    if kind == "primary" || record_type::is_of(&object.name, &kind) {
        Ok(response::ok(&layout(&org, object)))
    } else {
        Err(ApiError::not_found().into())
    }
}

fn layout(org: &Org, object: &Object) -> Json {
    let fields = summary_fields(object, FIELDS);
    let items: Vec<Json> = fields
        .into_iter()
        .zip(1..)
        .map(|(it, tab)| item(object, it, tab))
        .collect();
    json!({
        "actions": [],
        "fieldItems": items,
        "id": setup::id(COMPACT_LAYOUTS, place(org, object)).as_str(),
        "imageItems": [],
        "label": "System Default",
        "name": "SYSTEM",
        "objectType": object.name,
    })
}
