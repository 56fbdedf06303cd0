//! Quick actions: `/quickActions`, `/sobjects/{object}/quickActions`.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use crate::auth::Caller;
use crate::records::find_object;
use crate::response::{self, HandlerResult};
use crate::{Shared, body};
use sandbox_core::org::Org;
use sandbox_core::write::Draft;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::json::Body;
use sandbox_model::schema::{FieldType, Object};
use sandbox_model::value::Value;

/// An action that creates a record, perhaps below the one whose page it is on.
struct Action {
    name: &'static str,
    label: &'static str,
    /// `Create` or `LogACall`.
    kind: &'static str,
    /// The object of the page; none for global actions.
    context: Option<&'static str>,
    target: &'static str,
    /// The target's field that leads to the page's record.
    parent: Option<&'static str>,
    /// Values that a new record has unless the request says otherwise.
    defaults: &'static [(&'static str, &'static str)],
}

const CALL: &[(&str, &str)] = &[("Subject", "Call"), ("Status", "Completed")];
const ACTIONS: &[Action] = &[
    Action {
        name: "LogACall",
        label: "Log a Call",
        kind: "LogACall",
        context: None,
        target: "Task",
        parent: None,
        defaults: CALL,
    },
    Action {
        name: "NewTask",
        label: "New Task",
        kind: "Create",
        context: None,
        target: "Task",
        parent: None,
        defaults: &[],
    },
    Action {
        name: "NewAccount",
        label: "New Account",
        kind: "Create",
        context: None,
        target: "Account",
        parent: None,
        defaults: &[],
    },
    Action {
        name: "NewLead",
        label: "New Lead",
        kind: "Create",
        context: None,
        target: "Lead",
        parent: None,
        defaults: &[],
    },
    Action {
        name: "CreateContact",
        label: "New Contact",
        kind: "Create",
        context: Some("Account"),
        target: "Contact",
        parent: Some("AccountId"),
        defaults: &[],
    },
    Action {
        name: "CreateOpportunity",
        label: "New Opportunity",
        kind: "Create",
        context: Some("Account"),
        target: "Opportunity",
        parent: Some("AccountId"),
        defaults: &[("StageName", "Prospecting")],
    },
    Action {
        name: "CreateCase",
        label: "New Case",
        kind: "Create",
        context: Some("Contact"),
        target: "Case",
        parent: Some("ContactId"),
        defaults: &[("Origin", "Phone")],
    },
];

/// Version, object or action.
type ActionPath = Path<(String, String)>;
/// Version, object, action.
type ObjectActionPath = Path<(String, String, String)>;

/// The body of a POST; the record may stand in it or around it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call<'b> {
    #[serde(alias = "parentId")]
    context_id: Option<String>,
    #[serde(borrow)]
    record: &'b RawValue,
}

pub(super) async fn list_global(Extension(caller): Extension<Caller>) -> HandlerResult {
    let actions = ACTIONS.iter().filter(|action| action.context.is_none());
    Ok(response::ok(
        &actions.map(|action| shown(&caller, action)).collect(),
    ))
}

pub(super) async fn show_global(
    Extension(caller): Extension<Caller>,
    Path((_, name)): ActionPath,
) -> HandlerResult {
    Ok(find(None, &name).map(|action| response::ok(&shown(&caller, action)))?)
}

pub(super) async fn describe_global(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): ActionPath,
) -> HandlerResult {
    described(&org, &caller, find(None, &name)?)
}

pub(super) async fn defaults_global(
    State(org): State<Shared>,
    Path((_, name)): ActionPath,
) -> HandlerResult {
    default_values(&org, find(None, &name)?, None)
}

/// The default values of a global action on the page of a record of any object.
pub(super) async fn defaults_global_of(
    State(org): State<Shared>,
    Path((_, name, id)): ObjectActionPath,
) -> HandlerResult {
    let action = find(None, &name)?;
    let id = RecordId::parse(&id).filter(|id| {
        let object = org.schema().object_by_prefix(id.key_prefix());
        object.is_some()
    });
    default_values(&org, action, Some(&id.ok_or_else(ApiError::not_found)?))
}

pub(super) async fn run_global(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): ActionPath,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    execute(org, caller, find(None, &name)?, &headers, bytes).await
}

/// The actions of an object's pages, the global ones with them.
pub(super) async fn list(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, object)): ActionPath,
) -> HandlerResult {
    let object = find_object(&org, &object)?;
    let actions = ACTIONS
        .iter()
        .filter(|action| action.context.is_none_or(|it| it == object.name));
    Ok(response::ok(
        &actions.map(|action| shown(&caller, action)).collect(),
    ))
}

pub(super) async fn show(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, object, name)): ObjectActionPath,
) -> HandlerResult {
    Ok(find(Some(find_object(&org, &object)?), &name)
        .map(|action| response::ok(&shown(&caller, action)))?)
}

pub(super) async fn describe(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, object, name)): ObjectActionPath,
) -> HandlerResult {
    let object = find_object(&org, &object)?;
    described(&org, &caller, find(Some(object), &name)?)
}

pub(super) async fn defaults(
    State(org): State<Shared>,
    Path((_, object, name)): ObjectActionPath,
) -> HandlerResult {
    default_values(&org, find(Some(find_object(&org, &object)?), &name)?, None)
}

/// The default values on the page of a record.
pub(super) async fn defaults_of(
    State(org): State<Shared>,
    Path((_, object, name, id)): Path<(String, String, String, String)>,
) -> HandlerResult {
    let object = find_object(&org, &object)?;
    let id = crate::records::find_id(object, &id)?;
    default_values(&org, find(Some(object), &name)?, Some(&id))
}

pub(super) async fn run(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, object, name)): ObjectActionPath,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    let action = find(Some(find_object(&org, &object)?), &name)?;
    execute(org, caller, action, &headers, bytes).await
}

/// `CreateContact` and `Account.CreateContact` are the same action.
fn find(object: Option<&Object>, name: &str) -> Result<&'static Action, ApiError> {
    let name = name.rsplit_once('.').map_or(name, |(_, name)| name);
    let is_on = |action: &Action| {
        action
            .context
            .is_none_or(|it| object.is_some_and(|object| object.name == it))
    };
    let mut actions = ACTIONS.iter().filter(|action| is_on(action));
    actions
        .find(|action| action.name.eq_ignore_ascii_case(name))
        .ok_or_else(ApiError::not_found)
}

fn shown(caller: &Caller, action: &Action) -> Json {
    let name = action.context.map_or(action.name.to_owned(), |object| {
        format!("{object}.{}", action.name)
    });
    json!({"label": action.label, "name": name, "type": action.kind, "urls": urls(caller, action)})
}

/// Where the action, its description and its default values are.
fn urls(caller: &Caller, action: &Action) -> Json {
    let folder = action
        .context
        .map_or(String::new(), |object| format!("/sobjects/{object}"));
    let url = format!("{}{folder}/quickActions/{}", caller.base(), action.name);
    let mut urls = json!({
        "defaultValues": format!("{url}/defaultValues"),
        "describe": format!("{url}/describe"),
        "quickAction": url,
    });
    if let (Some(_), Some(urls)) = (action.context, urls.as_object_mut()) {
        urls.insert(
            "defaultValuesTemplate".into(),
            json!(format!("{url}/defaultValues/{{ID}}")),
        );
    }
    urls
}

fn described(org: &Org, caller: &Caller, action: &Action) -> HandlerResult {
    let object = find_object(org, action.target)?;
    let fields = object
        .fields()
        .iter()
        .filter(|field| field.createable && !field.is_compound());
    let rows: Vec<Json> = fields
        .filter(|field| field.is_required() || field.name_field || field.compound_field_name.as_deref() == Some("Name"))
        .map(|field| {
            json!({"layoutItems": [{
                "editableForNew": true, "editableForUpdate": field.updateable, "label": field.label,
                "layoutComponents": [{"displayLines": 1, "tabOrder": 1, "type": "Field", "value": field.name}],
                "placeholder": false, "required": field.is_required(),
            }], "numItems": 1})
        })
        .collect();
    Ok(response::ok(&json!({
        "accessLevelRequired": null,
        "canvasApplicationName": null,
        "colors": [],
        "contextSobjectType": action.context,
        "defaultValues": null,
        "iconName": null,
        "icons": [],
        "label": action.label,
        "layout": {"layoutRows": rows, "name": action.name},
        "name": action.name,
        "targetParentField": action.parent,
        "targetRecordTypeId": null,
        "targetSobjectType": action.target,
        "type": action.kind,
        "urls": urls(caller, action),
    })))
}

fn default_values(org: &Org, action: &Action, parent: Option<&RecordId>) -> HandlerResult {
    let object = find_object(org, action.target)?;
    let mut values = Map::new();
    values.insert("attributes".into(), json!({"type": object.name}));
    for field in object.fields() {
        let listed = field.picklist.iter().find(|value| value.default_value);
        if let Some(value) = listed.filter(|_| field.createable) {
            values.insert(field.name.clone(), json!(value.value));
        }
    }
    for (field, value) in action.defaults {
        values.insert((*field).to_owned(), json!(value));
    }
    if let (Some(field), Some(id)) = (action.parent, parent) {
        values.insert(field.to_owned(), json!(id.as_str()));
    }
    Ok(response::ok(&Json::Object(values)))
}

/// Creates the record: 201.
async fn execute(
    org: Shared,
    caller: Caller,
    action: &'static Action,
    headers: &HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(headers)?;
    response::run_blocking(move || {
        let text = Body::new(&bytes)?;
        text.members()?;
        let call: Call<'_> =
            serde_json::from_slice(&bytes).map_err(|error| ApiError::json(error.to_string()))?;
        let object = find_object(&org, action.target)?;
        let mut draft = Draft::from_json(org.schema(), object, text, &text.object(call.record)?)?;
        for (field, value) in action.defaults {
            if !draft.names(object, field) {
                draft.set(object, field, Value::text(*value));
            }
        }
        if let Some(context) = &call.context_id {
            place(object, action, context, &mut draft)?;
        }
        let saved = org.write(&caller.user, caller.options, |writer| {
            writer.insert(object, draft)
        })?;
        Ok(response::json_with(
            StatusCode::CREATED,
            &json!({
                "contextId": call.context_id,
                "created": true,
                "errors": [],
                "feedItemIds": [],
                "id": saved.id.as_str(),
                "ids": [saved.id.as_str()],
                "success": true,
                "successMessage": null,
            }),
        ))
    })
    .await?
}

/// Puts the new record below the one whose page it is made on.
fn place(
    object: &Object,
    action: &Action,
    context: &str,
    draft: &mut Draft,
) -> Result<(), ApiError> {
    let id = RecordId::parse(context).ok_or_else(|| {
        ApiError::new("MALFORMED_ID", format!("contextId: malformed id {context}"))
    })?;
    let is_person = matches!(id.key_prefix(), "003" | "00Q");
    let field = action
        .parent
        .or((action.target == "Task").then_some(if is_person { "WhoId" } else { "WhatId" }));
    let field = field.filter(|name| {
        object
            .field(name)
            .is_some_and(|it| matches!(it.field_type, FieldType::Reference(_)))
    });
    if let Some(field) = field {
        draft.set(object, field, Value::text(id.as_str()));
    }
    Ok(())
}
