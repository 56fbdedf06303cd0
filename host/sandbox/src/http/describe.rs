//! Describing objects: `GET /sobjects/{object}/describe`.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::{IF_MODIFIED_SINCE, LAST_MODIFIED};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Map, Value as Json, json};

use super::Shared;
use super::answer::{self, Reply};
use super::gate::Caller;
use crate::problem::Problem;
use crate::schema::{ChildRelationship, Field, FieldType, Object, OnDelete, PicklistValue};
use crate::value::dates;

/// Bytes that one character may take, in describe's `byteLength`.
const BYTES_PER_CHARACTER: u32 = 3;

/// Describes one object in full; 304 if the client knows the current state.
pub(super) async fn object(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Reply {
    let object = org.schema.object(&name).ok_or_else(Problem::not_found)?;
    let changed = org.schema_changed / 1_000 * 1_000;
    let modified = [(LAST_MODIFIED, dates::format_http(changed))];
    let known = headers
        .get(IF_MODIFIED_SINCE)
        .and_then(|value| dates::parse_http(value.to_str().ok()?));
    if known.is_some_and(|known| known >= changed) {
        return Ok((StatusCode::NOT_MODIFIED, modified).into_response());
    }
    Ok((modified, answer::ok(&full(object, &caller.base()))).into_response())
}

/// What describeGlobal tells of an object.
pub(super) fn brief(object: &Object, base: &str) -> Json {
    let url = format!("{base}/sobjects/{}", object.name);
    let mut urls = json!({
        "sobject": url,
        "describe": format!("{url}/describe"),
        "rowTemplate": format!("{url}/{{ID}}"),
    });
    if let (true, Some(urls)) = (object.createable, urls.as_object_mut()) {
        urls.insert("layouts".into(), json!(format!("{url}/describe/layouts")));
    }
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
        "keyPrefix": object.key_prefix,
        "label": object.label,
        "labelPlural": object.label_plural,
        "layoutable": object.createable,
        "mergeable": object.mergeable,
        "mruEnabled": object.mru_enabled,
        "name": object.name,
        "queryable": object.queryable,
        "replicateable": true,
        "retrieveable": true,
        "searchable": object.searchable,
        "triggerable": object.createable,
        "undeletable": object.undeletable,
        "updateable": object.updateable,
        "urls": urls,
    })
}

pub(super) fn full(object: &Object, base: &str) -> Json {
    let mut described = brief(object, base);
    let url = format!("{base}/sobjects/{}", object.name);
    let fields: Vec<Json> = object.fields().iter().map(|it| field(object, it)).collect();
    let children: Vec<Json> = object.child_relationships().iter().map(child).collect();
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
        "recordTypeInfos": [{
            "active": true,
            "available": true,
            "defaultRecordTypeMapping": true,
            "developerName": "Master",
            "master": true,
            "name": "Master",
            "recordTypeId": "012000000000000AAA",
            "urls": {"layout": format!("{url}/describe/layouts/012000000000000AAA")},
        }],
        "searchLayoutable": object.searchable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": "All records", "name": "everything"}, {"label": "My records", "name": "mine"}],
    });
    if let (Some(described), Json::Object(more)) = (described.as_object_mut(), more) {
        described.extend(more);
    }
    described
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
        "restrictedDelete": way.on_delete == OnDelete::Restrict,
    })
}

/// A field in full.
pub(super) fn field(object: &Object, field: &Field) -> Json {
    let reference = field.reference();
    let mut described = json!({
        "aggregatable": field.aggregatable,
        "aiPredictionField": false,
        "autoNumber": matches!(field.field_type, FieldType::AutoNumber { .. }),
        "byteLength": byte_length(field),
        "calculated": field.calculated,
        "calculatedFormula": null,
        "cascadeDelete": reference.is_some_and(|it| it.on_delete == OnDelete::Cascade),
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
    });
    let rest = json!({
        "length": field.length,
        "mask": null,
        "maskType": null,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": reference.is_some_and(crate::schema::Reference::is_polymorphic),
        "nillable": field.nillable,
        "permissionable": field.nillable && !field.name_field && field.field_type != FieldType::Id,
        "picklistValues": field.picklist.iter().map(picklist_value).collect::<Vec<_>>(),
        "polymorphicForeignKey": reference.is_some_and(crate::schema::Reference::is_polymorphic),
        "precision": field.precision,
        "queryByDistance": field.field_type == FieldType::Address,
        "referenceTargetField": null,
        "referenceTo": reference.map(|it| it.to.clone()).unwrap_or_default(),
        "relationshipName": reference.and_then(|it| it.relationship_name.clone()),
        "relationshipOrder": null,
        "restrictedDelete": reference.is_some_and(|it| it.on_delete == OnDelete::Restrict),
        "restrictedPicklist": field.is_restricted(),
        "scale": field.scale,
        "searchPrefilterable": reference.is_some(),
        "soapType": soap_type(&field.field_type),
        "sortable": field.sortable,
        "type": field.field_type.describe_name(),
        "unique": field.unique,
        "updateable": field.updateable,
        "writeRequiresMasterRead": false,
    });
    if let (Some(described), Json::Object(rest)) = (described.as_object_mut(), rest) {
        described.extend::<Map<_, _>>(rest);
    }
    described
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

/// The type in the WSDL.
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
        _ => "xsd:string",
    }
}
