//! `describeGlobal()`, `describeSObject()` and `describeSObjects()`: REST's describe results in the WSDL's form.

use serde_json::{Value as Json, json};

use super::super::describe;
use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::members::{GLOBAL, Kind, Member, OBJECT};
use super::results;
use sandbox_model::xml::Out;

/// Objects of one `describeSObjects()` (SOAP API guide, "describeSObjects()": 100).
const MAX_OBJECTS: usize = 100;
/// Records of one write, as `describeGlobal()` reports it.
const BATCH: usize = results::MAX_RECORDS;

/// Returns all objects, briefly.
pub(super) fn describe_global(
    context: &Context<'_>,
    arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    arguments.finish()?;
    let mut out = Out::default();
    result(&mut out, &global(context), GLOBAL, context.version);
    Ok(out)
}

/// `DescribeGlobalResult`
pub(super) fn global(context: &Context<'_>) -> Json {
    let objects = context.org.schema().objects().iter();
    let objects: Vec<Json> = objects
        .map(|object| with_own(describe::brief(object, ""), json!({"idEnabled": false})))
        .collect();
    json!({"encoding": "UTF-8", "maxBatchSize": BATCH, "sobjects": objects})
}

/// One object in full.
pub(super) fn describe_object(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let name = arguments.text("sObjectType")?;
    arguments.finish()?;
    full(context, &[name])
}

/// Several objects in full.
pub(super) fn describe_objects(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let names = arguments.texts("sObjectType");
    arguments.finish()?;
    if names.len() > MAX_OBJECTS {
        let message = format!("cannot describe more than {MAX_OBJECTS} objects in one call");
        return Err(Fault::new("EXCEEDED_ID_LIMIT", message));
    }
    full(context, &names)
}

fn full(context: &Context<'_>, names: &[&str]) -> Result<Out, Fault> {
    let mut out = Out::default();
    for name in names {
        let object = context.org.schema().object(name);
        let object = object.ok_or_else(|| Fault::no_such_object(name))?;
        let base = context.base;
        let own = json!({
            "idEnabled": false,
            "urlDetail": format!("{base}/{{ID}}"),
            "urlEdit": format!("{base}/{{ID}}/e"),
            "urlNew": format!("{base}/{}/e", object.key_prefix),
        });
        let described = with_own(describe::full(object, ""), own);
        result(&mut out, &described, OBJECT, context.version);
    }
    Ok(out)
}

/// Adds the members that only SOAP has.
fn with_own(mut described: Json, own: Json) -> Json {
    if let (Some(described), Json::Object(own)) = (described.as_object_mut(), own) {
        described.extend(own);
    }
    described
}

/// A `result` element.
pub(super) fn result(out: &mut Out, json: &Json, members: &[Member], version: u16) {
    out.element("result", "", |out| write(out, json, members, version));
}

fn write(out: &mut Out, json: &Json, members: &[Member], version: u16) {
    for member in members.iter().filter(|member| member.since <= version) {
        let value = json.get(member.name).unwrap_or(&Json::Null);
        match (member.kind, value) {
            (Kind::Nillable, Json::Null) => out.nil(member.name),
            (Kind::Or(text), Json::Null) => out.text(member.name, text),
            (_, Json::Null) => {}
            (Kind::Each(members), Json::Array(entries)) => {
                for entry in entries {
                    out.element(member.name, "", |out| write(out, entry, members, version));
                }
            }
            (Kind::Each(members), entry @ Json::Object(_)) => {
                out.element(member.name, "", |out| write(out, entry, members, version));
            }
            (_, Json::Array(entries)) => {
                for entry in entries {
                    out.text(member.name, &text(entry));
                }
            }
            (Kind::Typed, value) => {
                let kind = if value.is_boolean() {
                    "boolean"
                } else {
                    "string"
                };
                let attributes = format!(" xsi:type=\"xsd:{kind}\"");
                out.element(member.name, &attributes, |out| {
                    sandbox_model::xml::escape(out.bytes(), &text(value));
                });
            }
            (_, value) => out.text(member.name, &text(value)),
        }
    }
}

fn text(value: &Json) -> String {
    match value {
        // REST and SOAP name this one type differently.
        Json::String(text) if text == "urn:address" => "tns:address".into(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
