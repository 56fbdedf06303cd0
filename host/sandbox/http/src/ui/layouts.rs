//! Page layouts: `/describe/layouts`, `/describe/namedLayouts`, `/describe/approvalLayouts`.

use axum::Extension;
use axum::extract::{Path, State};
use serde_json::{Value as Json, json};

use super::place;
use crate::auth::Caller;
use crate::records::find_object;
use crate::response::{self, HandlerResult};
use crate::{Shared, describe};
use sandbox_core::org::Org;
use sandbox_core::setup::{self, list_view::summary_fields};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, Object};

/// Key prefixes of layouts and of approval pages.
const LAYOUTS: &str = "00h";
const APPROVAL_LAYOUTS: &str = "0AP";
/// The object whose layouts are those of pages without a record.
const GLOBAL: &str = "Global";
/// The layout for users besides their page.
const NAMED: &str = "UserAlt";
/// Fields of an approval page.
const APPROVAL_FIELDS: usize = 5;

/// Every layout of an object, and which record type uses which.
pub(super) async fn all(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
) -> HandlerResult {
    if name.eq_ignore_ascii_case(GLOBAL) {
        return Ok(response::ok(&global()));
    }
    let object = with_pages(&org, &name)?;
    let layout = layout(&org, object);
    let url = format!("{}/sobjects/{}", caller.base(), object.name);
    let mapping = |mut record_type: Json| {
        if let Some(members) = record_type.as_object_mut() {
            members.insert("layoutId".into(), json!(layout.get("id")));
            members.insert("picklistsForRecordType".into(), json!(picklists(object)));
        }
        record_type
    };
    let mappings: Vec<Json> = describe::record_types(object, &url)
        .into_iter()
        .map(mapping)
        .collect();
    Ok(response::ok(&json!({
        "layouts": [layout],
        "recordTypeMappings": mappings,
        "recordTypeSelectorRequired": [false],
    })))
}

/// The layout of a record type.
pub(super) async fn one(
    State(org): State<Shared>,
    Path((_, name, record_type)): Path<(String, String, String)>,
) -> HandlerResult {
    let object = with_pages(&org, &name)?;
    if setup::record_type::is_of(&object.name, &record_type) {
        Ok(response::ok(&layout(&org, object)))
    } else {
        Err(ApiError::not_found().into())
    }
}

/// The layout called `name`; only users have one.
pub(super) async fn named(
    State(org): State<Shared>,
    Path((_, object, name)): Path<(String, String, String)>,
) -> HandlerResult {
    let object = with_pages(&org, &object)?;
    if object.name == "User" && name.eq_ignore_ascii_case(NAMED) {
        let described = json!({"layouts": [layout(&org, object)], "recordTypeMappings": [], "recordTypeSelectorRequired": [false]});
        return Ok(response::ok(&described));
    }
    Err(ApiError::not_found().into())
}

/// The pages on which approvers decide, one for each process.
pub(super) async fn approvals(
    State(org): State<Shared>,
    Path((_, name)): Path<(String, String)>,
) -> HandlerResult {
    let object = find_object(&org, &name)?;
    Ok(response::ok(
        &json!({"approvalLayouts": approval_layouts(object)}),
    ))
}

/// The page of one process.
pub(super) async fn approval(
    State(org): State<Shared>,
    Path((_, name, process)): Path<(String, String, String)>,
) -> HandlerResult {
    let object = find_object(&org, &name)?;
    let layouts: Vec<Json> = approval_layouts(object)
        .into_iter()
        .filter(|layout| layout.get("name") == Some(&json!(process)))
        .collect();
    if layouts.is_empty() {
        return Err(ApiError::not_found().into());
    }
    Ok(response::ok(&json!({"approvalLayouts": layouts})))
}

fn approval_layouts(object: &Object) -> Vec<Json> {
    let processes = setup::standard().approvals.iter().enumerate();
    let fields = || summary_fields(object, APPROVAL_FIELDS);
    processes
        .filter(|(_, process)| process.object == object.name)
        .map(|(at, process)| {
            let items: Vec<Json> = fields()
                .iter()
                .zip(1..)
                .map(|(it, tab)| item(object, it, tab))
                .collect();
            json!({
                "id": setup::id(APPROVAL_LAYOUTS, at).as_str(),
                "label": process.name,
                "layoutItems": items,
                "name": process.developer_name,
            })
        })
        .collect()
}

fn with_pages<'o>(org: &'o Org, name: &str) -> Result<&'o Object, ApiError> {
    let object = find_object(org, name)?;
    Some(object)
        .filter(|object| object.createable)
        .ok_or_else(ApiError::not_found)
}

fn layout(org: &Org, object: &Object) -> Json {
    let id = setup::id(LAYOUTS, place(org, object));
    let is_shown = |field: &&Field| {
        field.compound_field_name.is_none() && field.name != "IsDeleted" && field.name != "Id"
    };
    let fields: Vec<&Field> = object.fields().iter().filter(is_shown).collect();
    let is_kept = |field: &&Field| {
        !field.createable && !field.updateable && !field.is_compound() && !field.name_field
    };
    let (kept, own): (Vec<&Field>, Vec<&Field>) = fields.into_iter().partition(is_kept);
    let information = format!("{} Information", object.label);
    let sections = json!([
        section(object, &information, &own, id.as_str()),
        section(object, "System Information", &kept, id.as_str()),
    ]);
    let related: Vec<Json> = object
        .child_relationships()
        .iter()
        .filter_map(|way| {
            let child = org.schema().object(&way.child_object)?;
            let columns: Vec<Json> = summary_fields(child, 4)
                .into_iter()
                .map(|it| json!({"field": format!("{}.{}", child.name, it.name), "fieldApiName": it.name, "format": null, "label": it.label, "lookupId": null, "name": it.name, "sortable": it.sortable}))
                .collect();
            Some(json!({
                "accessLevelRequiredForCreate": null,
                "buttons": [],
                "columns": columns,
                "custom": child.custom,
                "field": way.field,
                "label": child.label_plural,
                "limitRows": 5,
                "name": way.relationship_name.as_ref()?,
                "sobject": child.name,
                "sort": [],
            }))
        })
        .collect();
    json!({
        "buttonLayoutSection": {"detailButtons": buttons()},
        "detailLayoutSections": sections,
        "editLayoutSections": sections,
        "feedView": null,
        "highlightsPanelLayoutSection": null,
        "id": id.as_str(),
        "multirowEditLayoutSections": [],
        "offlineLinks": [],
        "quickActionList": {"quickActionListItems": []},
        "relatedContent": null,
        "relatedLists": related,
        "saveOptions": [],
    })
}

fn buttons() -> Json {
    let button = |(name, label): (&str, &str)| json!({"custom": false, "label": label, "name": name, "url": null, "width": null});
    [("Edit", "Edit"), ("Delete", "Delete"), ("Clone", "Clone")]
        .map(button)
        .to_vec()
        .into()
}

/// Two columns, as most layouts have.
fn section(object: &Object, heading: &str, fields: &[&Field], layout: &str) -> Json {
    let mut tab = 0;
    let rows: Vec<Json> = fields
        .chunks(2)
        .map(|pair| {
            let items: Vec<Json> = pair
                .iter()
                .map(|field| {
                    tab += 1;
                    item(object, field, tab)
                })
                .collect();
            json!({"numItems": items.len(), "layoutItems": items})
        })
        .collect();
    json!({
        "collapsed": false,
        "columns": 2,
        "heading": heading,
        "layoutRows": rows,
        "parentLayoutId": layout,
        "rows": rows.len(),
        "tabOrder": "LeftToRight",
        "useCollapsibleSection": false,
        "useHeading": true,
    })
}

/// Returns a field on a page.
pub(super) fn item(object: &Object, field: &Field, tab: usize) -> Json {
    json!({
        "editableForNew": field.createable,
        "editableForUpdate": field.updateable,
        "label": field.label,
        "layoutComponents": [{
            "components": [],
            "details": describe::field(object, field),
            "displayLines": 1,
            "tabOrder": tab,
            "type": "Field",
            "value": field.name,
        }],
        "placeholder": false,
        "required": field.is_required(),
    })
}

fn picklists(object: &Object) -> Vec<Json> {
    let lists = object
        .fields()
        .iter()
        .filter(|field| !field.picklist.is_empty());
    lists
        .map(|field| {
            let values: Vec<Json> = field
                .picklist
                .iter()
                .map(describe::picklist_value)
                .collect();
            json!({"picklistName": field.name, "picklistValues": values})
        })
        .collect()
}

/// Returns the layout of pages that show no record: its actions alone.
fn global() -> Json {
    json!({
        "layouts": [{
            "buttonLayoutSection": null,
            "detailLayoutSections": [],
            "editLayoutSections": [],
            "feedView": null,
            "highlightsPanelLayoutSection": null,
            "id": null,
            "multirowEditLayoutSections": [],
            "offlineLinks": [],
            "quickActionList": {"quickActionListItems": []},
            "relatedContent": null,
            "relatedLists": [],
            "saveOptions": [],
        }],
        "recordTypeMappings": [],
        "recordTypeSelectorRequired": [false],
    })
}
