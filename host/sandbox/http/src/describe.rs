//! Describing objects: `GET /sobjects/{object}/describe`.

use axum::Extension;
use axum::extract::{self, OriginalUri, Path};
use axum::http::HeaderMap;
use serde_json::{Map, Value as Json, json};

use super::Shared;
use super::auth::{Caller, instance_url};
use super::conditional::State;
use super::response::HandlerResult;
use sandbox_core::setup::record_type;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{
    ChildRelationship, Field, FieldType, Object, OnDelete, PicklistValue, Reference,
};

/// Bytes that one character may take, in describe's `byteLength`.
const BYTES_PER_CHARACTER: u32 = 3;

/// Describes one object in full; 304 if the client knows the current state.
pub(super) async fn object(
    extract::State(org): extract::State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> HandlerResult {
    let object = org.schema().object(&name).ok_or_else(ApiError::not_found)?;
    let host = instance_url(&org, &uri, &headers);
    let described = full_at(object, &caller.base(), &host);
    Ok(State::of_description(&described, org.schema_changed()).respond(&headers, &described)?)
}

/// Returns an object's entry in describeGlobal.
pub(super) fn brief(object: &Object, base: &str) -> Json {
    let urls = urls(object, base);
    json!({
        "activateable": false,
        "associateEntityType": null,
        "associateParentEntity": null,
        "createable": object.createable,
        "custom": object.custom,
        "customSetting": false,
        "deepCloneable": false,
        "deletable": object.deletable,
        "deprecatedAndHidden": false,
        "feedEnabled": object.feed_enabled,
        "hasSubtypes": false,
        "isInterface": false,
        "isSubtype": false,
        "keyPrefix": object.shown_prefix(),
        "label": object.label,
        "labelPlural": object.label_plural,
        "layoutable": object.createable,
        "mergeable": object.mergeable,
        "mruEnabled": object.mru_enabled,
        "name": object.name,
        "queryable": object.queryable,
        "replicateable": object.replicateable,
        "retrieveable": object.view.is_none() || object.queryable,
        "searchable": object.searchable,
        "triggerable": object.createable,
        "undeletable": object.undeletable,
        "updateable": object.updateable,
        "urls": urls,
    })
}

/// Where the resources of an object are; what it does not have has no place.
fn urls(object: &Object, base: &str) -> Map<String, Json> {
    let url = format!("{base}/sobjects/{}", object.name);
    let is_shown = object.createable;
    let is_tab = is_shown && object.mru_enabled;
    let all = [
        (is_shown, "compactLayouts", "/describe/compactLayouts"),
        (true, "rowTemplate", "/{ID}"),
        (is_tab, "approvalLayouts", "/describe/approvalLayouts"),
        (is_tab, "listviews", "/listviews"),
        (true, "describe", "/describe"),
        (is_shown, "quickActions", "/quickActions"),
        (is_shown, "layouts", "/describe/layouts"),
        (true, "sobject", ""),
    ];
    let known = all.into_iter().filter(|(is_there, ..)| *is_there);
    known
        .map(|(_, name, path)| (name.to_owned(), json!(format!("{url}{path}"))))
        .collect()
}

/// Where people see, change and make records of an object.
fn page_urls(object: &Object, host: &str) -> [(String, Json); 3] {
    let page = |name: &str, path: String| (name.to_owned(), json!(format!("{host}{path}")));
    [
        page("uiDetailTemplate", "/{ID}".to_owned()),
        page("uiEditTemplate", "/{ID}/e".to_owned()),
        page("uiNewRecord", format!("/{}/e", object.key_prefix)),
    ]
}

/// Returns an object's describe result for clients that reach the org at `host`.
pub(super) fn full_at(object: &Object, base: &str, host: &str) -> Json {
    let mut described = full(object, base);
    if let Some(Json::Object(urls)) = described.get_mut("urls")
        && object.createable
    {
        urls.extend(page_urls(object, host));
    }
    described
}

pub(super) fn full(object: &Object, base: &str) -> Json {
    let mut described = brief(object, base);
    let url = format!("{base}/sobjects/{}", object.name);
    let fields: Vec<Json> = object.fields().iter().map(|it| field(object, it)).collect();
    let children: Vec<Json> = object.child_relationships().iter().map(child).collect();
    let scopes: Vec<Json> = object
        .scopes()
        .iter()
        .map(|scope| json!({"label": scope.label, "name": scope.name}))
        .collect();
    let more = json!({
        "actionOverrides": [],
        "childRelationships": children,
        "compactLayoutable": object.createable,
        "defaultImplementation": null,
        "extendedBy": null,
        "extendsInterfaces": null,
        "fields": fields,
        "implementedBy": null,
        "implementsInterfaces": null,
        "listviewable": null,
        "lookupLayoutable": null,
        "namedLayoutInfos": [],
        "networkScopeFieldName": null,
        "recordTypeInfos": record_types(object, &url),
        "searchLayoutable": object.searchable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": scopes,
    });
    if let (Some(described), Json::Object(more)) = (described.as_object_mut(), more) {
        described.extend(more);
    }
    described
}

/// Returns the record types of an object with the URL `url`.
pub(super) fn record_types(object: &Object, url: &str) -> Vec<Json> {
    let all = record_type::all(&object.name).into_iter();
    all.map(|it| {
        json!({
            "active": true,
            "available": true,
            "defaultRecordTypeMapping": it.is_master,
            "developerName": it.developer_name,
            "master": it.is_master,
            "name": it.name,
            "recordTypeId": it.id.as_str(),
            "urls": {"layout": format!("{url}/describe/layouts/{}", it.id)},
        })
    })
    .collect()
}

fn child(way: &ChildRelationship) -> Json {
    json!({
        "cascadeDelete": way.on_delete == OnDelete::Cascade,
        "childSObject": way.child_object,
        "deprecatedAndHidden": false,
        "field": way.field,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": way.relationship_name,
        "restrictedDelete": way.on_delete == OnDelete::Restrict && !way.is_to_user,
    })
}

/// Returns a field in full.
pub(super) fn field(object: &Object, field: &Field) -> Json {
    let mut described = first_half(object, field);
    if let (Some(described), Json::Object(rest)) =
        (described.as_object_mut(), second_half(object, field))
    {
        described.extend::<Map<_, _>>(rest);
    }
    described
}

/// Members `aggregatable` to `label`: `json!` of all of them at once exceeds the compiler's limit of recursion.
fn first_half(object: &Object, field: &Field) -> Json {
    let reference = field.reference();
    json!({
        "aggregatable": field.aggregatable,
        "aiPredictionField": false,
        "autoNumber": matches!(field.field_type, FieldType::AutoNumber { .. }),
        "byteLength": byte_length(field),
        "calculated": field.calculated,
        "calculatedFormula": null,
        "cascadeDelete": field.custom && reference.is_some_and(|it| it.on_delete == OnDelete::Cascade),
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": field.compound_field_name,
        "controllerName": null,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": field.default_value,
        "defaultValueFormula": null,
        "defaultedOnCreate": field.defaulted_on_create,
        "dependentPicklist": false,
        "deprecatedAndHidden": false,
        "digits": field.digits,
        "displayLocationInDecimal": false,
        "encrypted": field.field_type == FieldType::EncryptedString,
        "externalId": field.external_id,
        "extraTypeInfo": extra_type_info(object, field),
        "filterable": field.filterable,
        "filteredLookupInfo": null,
        "formulaTreatNullNumberAsZero": false,
        "groupable": field.groupable,
        "highScaleNumber": false,
        "htmlFormatted": field.field_type == FieldType::Html,
        "idLookup": field.id_lookup,
        "inlineHelpText": field.inline_help_text,
        "label": field.label,
    })
}

/// Members `length` to the last.
fn second_half(object: &Object, field: &Field) -> Json {
    let reference = field.reference();
    json!({
        "length": field.length,
        "mask": null,
        "maskType": null,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": reference.is_some_and(Reference::is_polymorphic),
        "nillable": field.nillable,
        "permissionable": is_permissionable(field),
        "picklistValues": field.picklist.iter().map(picklist_value).collect::<Vec<_>>(),
        "polymorphicForeignKey": reference.is_some_and(Reference::is_polymorphic),
        "precision": field.precision,
        "queryByDistance": field.field_type == FieldType::Address,
        "referenceTargetField": null,
        "referenceTo": reference.map(|it| it.to.clone()).unwrap_or_default(),
        "relationshipName": reference.and_then(|it| it.relationship_name.clone()),
        "relationshipOrder": null,
        "restrictedDelete": field.custom && reference.is_some_and(|it| it.on_delete == OnDelete::Restrict),
        "restrictedPicklist": field.is_restricted(),
        "scale": field.scale,
        "searchPrefilterable": object.searchable && reference.is_some_and(|it| is_prefilter(field, it)),
        "soapType": soap_type(&field.field_type),
        "sortable": field.sortable,
        "type": field.field_type.describe_name(),
        "unique": field.unique,
        "updateable": field.updateable,
        "writeRequiresMasterRead": false,
    })
}

/// Returns whether profiles may hide the field: those that people write and may leave empty, but for the parts of a name.
fn is_permissionable(field: &Field) -> bool {
    let is_optional = field.nillable || field.field_type == FieldType::Boolean;
    let is_named = field.name_field || field.compound_field_name.as_deref() == Some("Name");
    let is_written = field.createable || field.updateable || field.calculated;
    (is_written || field.is_compound()) && is_optional && !is_named
}

/// Returns whether a search may ask for what a reference leads to: not for people, record types and what a merge has left.
fn is_prefilter(field: &Field, reference: &Reference) -> bool {
    let others = ["Group", "RecordType", "User"];
    field.name != "MasterRecordId" && !reference.to.iter().any(|to| others.contains(&to.as_str()))
}

fn byte_length(field: &Field) -> u32 {
    match field.field_type {
        FieldType::Id | FieldType::Reference(_) => field.length,
        ref other if other.is_text() => field.length.saturating_mul(BYTES_PER_CHARACTER),
        _ => 0,
    }
}

fn extra_type_info(object: &Object, field: &Field) -> Option<&'static str> {
    let is_person = field.name == "Name" && object.parts_of(field).next().is_some();
    match field.field_type {
        FieldType::TextArea | FieldType::LongTextArea => Some("plaintextarea"),
        FieldType::Html => Some("richtextarea"),
        _ if is_person => Some("personname"),
        FieldType::Url if field.name == "PhotoUrl" => Some("imageurl"),
        _ => None,
    }
}

/// One value of a pick-list.
pub(super) fn picklist_value(value: &PicklistValue) -> Json {
    json!({
        "active": value.active,
        "defaultValue": value.default_value,
        "label": value.label,
        "validFor": null,
        "value": value.value,
    })
}

/// Returns the type in the WSDL.
fn soap_type(field_type: &FieldType) -> &'static str {
    match field_type {
        FieldType::Id | FieldType::Reference(_) => "tns:ID",
        FieldType::Boolean => "xsd:boolean",
        FieldType::Int => "xsd:int",
        FieldType::Double | FieldType::Currency | FieldType::Percent => "xsd:double",
        FieldType::Date => "xsd:date",
        FieldType::DateTime => "xsd:dateTime",
        FieldType::Time => "xsd:time",
        FieldType::Base64 => "xsd:base64Binary",
        FieldType::Address => "urn:address",
        FieldType::AnyType => "xsd:anyType",
        _ => "xsd:string",
    }
}
