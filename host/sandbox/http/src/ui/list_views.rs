//! List views: `/sobjects/{object}/listviews`, `/{id}`, `/{id}/describe`, `/{id}/results`, `/recent`.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::Shared;
use crate::auth::Caller;
use crate::parameters::Parameters;
use crate::records::find_object;
use crate::response::{self, HandlerResult};
use sandbox_core::org::Org;
use sandbox_core::setup::{
    self,
    list_view::{self, Kind, ListView},
};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_model::value::dates;
use sandbox_soql::render::Format as _;
use sandbox_soql::render::json::Json as JsonFormat;
use sandbox_soql::{Options, Plan, for_each_row};

/// Key prefix of list views.
const LIST_VIEWS: &str = "00B";
/// Rows shown unless `limit` says otherwise (REST API guide, "List View Results": 25, at most 2,000).
const ROWS: usize = 25;
const ROW_LIMITS: std::ops::RangeInclusive<usize> = 1..=2_000;
/// Fields that every list view has, hidden.
const HIDDEN: [&str; 4] = ["Id", "CreatedDate", "LastModifiedDate", "SystemModstamp"];

/// Lists the views of an object.
pub(super) async fn list(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
) -> HandlerResult {
    let object = find_object(&org, &name)?;
    Ok(listed(&org, object, &caller, |_| true))
}

/// Shows one view, or those of `recent` use.
pub(super) async fn one(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name, id)): Path<(String, String, String)>,
) -> HandlerResult {
    let object = find_object(&org, &name)?;
    if id == "recent" {
        return Ok(listed(&org, object, &caller, |view| {
            view.kind == Kind::Recent
        }));
    }
    let (id, view) = find(&org, object, &id)?;
    Ok(response::ok(&shown(&caller, &id, &view)))
}

/// Describes a view: columns, order, SOQL.
pub(super) async fn describe(
    State(org): State<Shared>,
    Path((_, name, id)): Path<(String, String, String)>,
) -> HandlerResult {
    let (id, view) = find(&org, find_object(&org, &name)?, &id)?;
    let first = view
        .columns()
        .first()
        .map_or("Id", |field| field.name.as_str());
    let order = |field: &str| json!({"fieldNameOrPath": field, "nullsPosition": "first", "sortDirection": "ascending"});
    let filter = match view.kind {
        Kind::Recent => {
            json!({"field": "LastViewedDate", "operator": "notEquals", "values": ["null"]})
        }
        Kind::All | Kind::Mine => Json::Null,
    };
    Ok(response::ok(&json!({
        "columns": columns(&view),
        "id": id.as_str(),
        "orderBy": [order(first), order("Id")],
        "query": view.soql(),
        "relatedEntityId": null,
        "scope": if view.kind == Kind::Mine { "mine" } else { "everything" },
        "scopeEntityId": null,
        "sobjectType": view.object.name,
        "whereCondition": filter,
    })))
}

/// The rows of a view.
pub(super) async fn results(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name, id)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    let given = Parameters::new(query);
    response::run_blocking(move || {
        let (id, view) = find(&org, find_object(&org, &name)?, &id)?;
        let code = "INVALID_PARAMETER_VALUE";
        let limit = given.number("limit", &ROW_LIMITS, code)?.unwrap_or(ROWS);
        let offset = given
            .number("offset", &(0..=usize::MAX), code)?
            .unwrap_or(0);
        let (records, total) = rows(&org, &caller, &view, limit, offset)?;
        Ok(response::ok(&json!({
            "columns": columns(&view),
            "developerName": view.developer_name,
            "done": offset + records.len() >= total,
            "id": id.as_str(),
            "label": view.label,
            "records": records,
            "size": records.len(),
        })))
    })
    .await?
}

/// Returns the rows within the window, and how many there are in all.
fn rows(
    org: &Org,
    caller: &Caller,
    view: &ListView<'_>,
    limit: usize,
    offset: usize,
) -> Result<(Vec<Json>, usize), ApiError> {
    let options = Options::new(caller.user.as_str(), org.clock().now());
    let plan = Plan::new(&view.soql(), org.schema(), &options)?;
    let format = JsonFormat::new(&format!("{}.0", caller.version));
    let (mut records, mut total) = (Vec::new(), 0);
    let Some(projection) = plan.projection() else {
        return Ok((records, 0));
    };
    let names: Vec<(&str, Option<&Field>)> = fields(view);
    org.store().read(|connection| {
        for_each_row(connection, &plan, |row| {
            if total >= offset && records.len() < limit {
                let mut bytes = Vec::new();
                format.record(&mut bytes, projection, row, &[])?;
                let record: Json = serde_json::from_slice(&bytes).unwrap_or_default();
                let cell = |(name, field): &(&str, Option<&Field>)| {
                    let value = text(*field, record.get(*name).unwrap_or(&Json::Null));
                    json!({"fieldNameOrPath": name, "value": value})
                };
                records.push(json!({"columns": names.iter().map(cell).collect::<Vec<_>>()}));
            }
            total += 1;
            Ok(())
        })
    })?;
    Ok((records, total))
}

/// Values are texts here, times in Java's form.
fn text(field: Option<&Field>, value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) if field.is_some_and(|it| it.field_type == FieldType::DateTime) => {
            let date_time =
                dates::parse_datetime(text).and_then(|ms| Timestamp::from_millisecond(ms).ok());
            date_time.map(|it| it.strftime("%a %b %d %H:%M:%S GMT %Y").to_string())
        }
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn listed(
    org: &Org,
    object: &Object,
    caller: &Caller,
    wanted: impl Fn(&ListView<'_>) -> bool,
) -> Response {
    let views: Vec<Json> = numbered(org)
        .filter(|(_, view)| view.object.name == object.name && wanted(view))
        .map(|(id, view)| shown(caller, &id, &view))
        .collect();
    response::ok(&json!({
        "done": true,
        "listviews": views,
        "nextRecordsUrl": null,
        "size": views.len(),
        "sobjectType": object.name,
    }))
}

fn numbered(org: &Org) -> impl Iterator<Item = (RecordId, ListView<'_>)> {
    let views = org.schema().objects().iter().flat_map(list_view::all);
    views
        .enumerate()
        .map(|(at, view)| (setup::id(LIST_VIEWS, at), view))
}

fn find<'o>(org: &'o Org, object: &Object, id: &str) -> Result<(RecordId, ListView<'o>), ApiError> {
    let id = RecordId::parse(id);
    numbered(org)
        .find(|(known, view)| Some(known) == id.as_ref() && view.object.name == object.name)
        .ok_or_else(ApiError::not_found)
}

fn shown(caller: &Caller, id: &RecordId, view: &ListView<'_>) -> Json {
    let url = format!(
        "{}/sobjects/{}/listviews/{id}",
        caller.base(),
        view.object.name
    );
    json!({
        "describeUrl": format!("{url}/describe"),
        "developerName": view.developer_name,
        "id": id.as_str(),
        "label": view.label,
        "resultsUrl": format!("{url}/results"),
        "soqlCompatible": true,
        "url": url,
    })
}

/// Returns the columns shown, then the hidden ones.
fn fields<'o>(view: &ListView<'o>) -> Vec<(&'o str, Option<&'o Field>)> {
    let shown = view
        .columns()
        .into_iter()
        .map(|field| (field.name.as_str(), Some(field)));
    let object: &'o Object = view.object;
    let hidden = HIDDEN.into_iter().map(|name| (name, object.field(name)));
    shown.chain(hidden).collect()
}

fn columns(view: &ListView<'_>) -> Vec<Json> {
    let column = |(at, (name, field)): (usize, (&str, Option<&Field>))| {
        let kind = field.map_or("string", |field| field.field_type.describe_name());
        let (up, down) = match kind {
            "picklist" => ("Low to High", "High to Low"),
            "date" | "datetime" => ("Old to New", "New to Old"),
            "int" | "double" | "currency" | "percent" | "phone" => ("9-0", "0-9"),
            _ => ("Z-A", "A-Z"),
        };
        json!({
            "ascendingLabel": up,
            "descendingLabel": down,
            "fieldNameOrPath": name,
            "hidden": HIDDEN.contains(&name),
            "label": field.map_or(name, |field| field.label.as_str()),
            "selectListItem": name,
            "sortDirection": (at == 0).then_some("ascending"),
            "sortIndex": (at == 0).then_some(0),
            "sortable": field.is_some_and(|field| field.sortable),
            "type": kind,
        })
    };
    fields(view).into_iter().enumerate().map(column).collect()
}
