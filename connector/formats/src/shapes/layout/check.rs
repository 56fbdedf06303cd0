//! What a plan may name of an object.

use crate::shapes::plan::{Plan, ShapeError, Use};
use crate::shapes::wire::WireObject;
use salesforce_contract::catalog::nearest;

/// The key is named for upserts alone, and finds records.
pub(super) fn check_key(object: &WireObject, plan: &Plan<'_>) -> Result<(), ShapeError> {
    let (key, purpose) = (plan.key, plan.purpose);
    let name = match (key, purpose) {
        (None, Use::Upsert) => return Err(ShapeError(key_wanted(object))),
        (None, _) => return Ok(()),
        (Some(_), Use::Create | Use::Update | Use::Query) => {
            return Err(ShapeError(
                "config.external-id-field goes with the shape `upsert` only".into(),
            ));
        }
        (Some(name), Use::Upsert) => name,
    };
    match object.field(name) {
        Some(field) if field.finds() || field.kind == "id" => Ok(()),
        Some(_) => Err(ShapeError(format!(
            "config.external-id-field is `{name}`, which is no external id: {}",
            key_wanted(object)
        ))),
        None => Err(unknown(object, "external-id-field", name)),
    }
}

/// Fields of other objects need a path that leads to those.
pub(super) fn check_fields(plan: &Plan<'_>) -> Result<(), ShapeError> {
    let leads = |before: &str| {
        plan.relationships.iter().any(|path| {
            let mut steps = path.iter().map(|step| relationship(step));
            before.split('.').map(relationship).all(|step| {
                steps
                    .next()
                    .is_some_and(|known| known.eq_ignore_ascii_case(step))
            })
        })
    };
    let nested = plan
        .fields
        .iter()
        .filter_map(|field| field.rsplit_once('.'));
    match nested
        .map(|(before, _)| before)
        .find(|before| !leads(before))
    {
        Some(before) => Err(ShapeError(format!(
            "config.fields has a field of `{before}`: list `{before}` in config.relationships, too"
        ))),
        None => Ok(()),
    }
}

fn key_wanted(object: &WireObject) -> String {
    let names = object.fields.iter().filter(|field| field.finds());
    let names: Vec<&str> = names.map(|field| field.name.as_str()).collect();
    format!(
        "config.external-id-field must name the field that tells records of {} apart; it has {}",
        object.name,
        if names.is_empty() {
            "only `Id`".to_owned()
        } else {
            names.join(", ")
        }
    )
}

/// The error for a field that the object lacks, with the nearest one.
pub(super) fn unknown(object: &WireObject, member: &str, name: &str) -> ShapeError {
    let (_, last) = name.rsplit_once('.').unwrap_or(("", name));
    let near = nearest(last, object.fields.iter().map(|field| field.name.as_str()));
    let hint = near.map(|near| format!("; did you mean `{near}`?"));
    ShapeError(format!(
        "config.{member} has `{name}`, which is no field of {} that the user may see{}",
        object.name,
        hint.unwrap_or_default()
    ))
}

/// The relationship of a step: `Owner` of `User:Owner`.
pub(super) fn relationship(step: &str) -> &str {
    step.split_once(':').map_or(step, |(_, name)| name)
}
