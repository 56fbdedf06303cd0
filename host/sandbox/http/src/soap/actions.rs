//! Quick actions: what there are, what they begin with, and doing them.

use serde_json::{Map, Value as Json, json};

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::members::actions::{AVAILABLE_QUICK_ACTION, PERFORM_QUICK_ACTION, QUICK_ACTION};
use super::pages::{each, entries};
use super::records::Record;
use super::rest::encoded;
use super::results::{self, MAX_RECORDS};
use super::rows::RECORD;
use sandbox_model::schema::FieldType;
use sandbox_model::xml::Element;
use sandbox_model::xml::Out;

/// Returns the path of `CreateContact`, or of `Account.CreateContact`.
fn path(name: &str) -> String {
    match name.split_once('.') {
        Some((object, action)) => {
            format!(
                "/sobjects/{}/quickActions/{}",
                encoded(object),
                encoded(action)
            )
        }
        None => format!("/quickActions/{}", encoded(name)),
    }
}

pub(super) fn describe_available(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let page = arguments.optional_text("contextType");
    arguments.finish()?;
    let path = match page {
        Some(name) => format!("/sobjects/{}/quickActions", context.object(name)?.name),
        None => "/quickActions".to_owned(),
    };
    let actions = context.get(&path)?;
    let actions: Vec<Json> = entries(&actions)
        .iter()
        .map(|action| with(action, "actionEnumOrId", action.get("name")))
        .collect();
    Ok(each(context, &actions, AVAILABLE_QUICK_ACTION))
}

fn with(json: &Json, name: &str, value: Option<&Json>) -> Json {
    let mut json = json.clone();
    if let Some(members) = json.as_object_mut() {
        members.insert(name.to_owned(), json!(value));
    }
    json
}

pub(super) fn describe(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let names = arguments.texts("quickActions");
    arguments.finish()?;
    described(context, &names)
}

pub(super) fn describe_for_record_type(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let names = arguments.texts("quickActions");
    // There is but the master record type.
    arguments.optional_text("recordTypeId");
    arguments.finish()?;
    described(context, &names)
}

fn described(context: &Context<'_>, names: &[&str]) -> Result<Out, Fault> {
    let describe = |name: &&str| {
        let mut described = context.get(&format!("{}/describe", path(name)))?;
        // What SOAP calls a section of a layout, REST cuts down to its rows.
        let rows = described.pointer("/layout/layoutRows").cloned();
        if let Some(members) = described.as_object_mut() {
            let rows = rows.unwrap_or_else(|| json!([]));
            members.insert("layout".to_owned(), section(&rows));
            members.insert("actionEnumOrId".to_owned(), json!(name));
        }
        Ok(described)
    };
    let all = names
        .iter()
        .map(describe)
        .collect::<Result<Vec<_>, Fault>>()?;
    Ok(each(context, &all, QUICK_ACTION))
}

fn section(rows: &Json) -> Json {
    json!({
        "columns": 1,
        "layoutRows": rows,
        "parentLayoutId": "00h000000000000AAA",
        "rows": entries(rows).len(),
        "tabOrder": "LeftToRight",
    })
}

pub(super) fn perform(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let requests = arguments.many("quickActions");
    arguments.finish()?;
    results::reject_many(requests.len(), MAX_RECORDS)?;
    let mut outcomes = Vec::new();
    for request in requests {
        let mut parts = Arguments::new(request);
        let page = parts.optional_text("contextId");
        let name = parts.text("quickActionName")?;
        let records = parts.many("records");
        parts.finish()?;
        let record = records.first().map(|it| members(context, it)).transpose()?;
        let body = json!({"contextId": page, "record": record.unwrap_or_default()});
        outcomes.push(outcome(context.call_resource(
            "POST",
            &path(name),
            Some(body),
        )));
    }
    Ok(each(context, &outcomes, PERFORM_QUICK_ACTION))
}

/// Returns an error concerns its action alone.
fn outcome((status, response): (u16, Json)) -> Json {
    if status < 400 {
        return response;
    }
    let rejection = |it: &Json| json!({"fields": it.get("fields"), "message": it.get("message"), "statusCode": it.get("errorCode")});
    let errors: Vec<Json> = entries(&response).iter().map(rejection).collect();
    json!({"created": false, "errors": errors, "success": false})
}

/// Returns the fields of a record, as REST takes them.
fn members(context: &Context<'_>, element: &Element) -> Result<Map<String, Json>, Fault> {
    let record = Record::read(element, context.org.schema(), &context.namespaces)?;
    let value = |field: &Element| {
        let text = field.value()?;
        let known = record.object.field(&field.name).map(|it| &it.field_type);
        Some(match known {
            Some(FieldType::Boolean) => json!(matches!(text, "true" | "1")),
            Some(FieldType::Int | FieldType::Double | FieldType::Currency | FieldType::Percent) => {
                serde_json::from_str(text).unwrap_or_else(|_| json!(text))
            }
            _ => json!(text),
        })
    };
    let fields = record.fields().iter();
    Ok(fields
        .map(|field| (field.name.clone(), json!(value(field))))
        .collect())
}

pub(super) fn retrieve_templates(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let names = arguments.texts("quickActionNames");
    let page = arguments.optional_text("contextId");
    arguments.finish()?;
    let mut out = Out::default();
    for name in names {
        template(context, &mut out, name, page)?;
    }
    Ok(out)
}

pub(super) fn retrieve_mass_templates(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let name = arguments.text("quickActionName")?;
    let pages = arguments.texts("contextIds");
    arguments.finish()?;
    let mut out = Out::default();
    for page in pages {
        template(context, &mut out, name, Some(page))?;
    }
    Ok(out)
}

/// Writes a `QuickActionTemplateResult`: default values of the new record.
fn template(
    context: &Context<'_>,
    out: &mut Out,
    name: &str,
    page: Option<&str>,
) -> Result<(), Fault> {
    let mut path = format!("{}/defaultValues", path(name));
    if let Some(page) = page.filter(|_| name.contains('.')) {
        path.push_str(&format!("/{}", encoded(page)));
    }
    let values = context.get(&path)?;
    let kind = values.pointer("/attributes/type").and_then(Json::as_str);
    out.element("result", "", |out| {
        out.nillable("contextId", page);
        out.nil("defaultValueFormulas");
        out.element("defaultValues", RECORD, |out| {
            out.text("sf:type", kind.unwrap_or_default());
            out.nil("sf:Id");
            let fields = values.as_object().into_iter().flatten();
            for (name, value) in fields.filter(|(name, _)| *name != "attributes") {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                out.text(&format!("sf:{name}"), &text);
            }
        });
        out.flag("success", true);
    });
    Ok(())
}
