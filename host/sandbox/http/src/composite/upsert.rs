//! `PATCH /composite/sobjects/{object}/{field}`: records of one object changed or created by a key.

use std::collections::HashMap;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::HeaderMap;
use serde_json::{Value as Json, json};

use super::collections::{Entry, follow, id_of, outcome_json, read, text_of, write};
use super::part::Enclosing;
use super::rejected;
use crate::auth::Caller;
use crate::records::find_object;
use crate::response::{self, HandlerResult};
use crate::{Shared, body};
use sandbox_core::org::Org;
use sandbox_core::write::{Outcome, Writer, find_by_key, key_field};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, Object};

/// Changes or creates records of one object by a key.
pub(crate) async fn upsert(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name, field)): Path<(String, String, String)>,
    enclosing: Enclosing,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        let key = key_field(object, &field)?;
        let (mode, entries) = read(&org, &bytes, |of, draft, members| {
            if of.name == object.name {
                return Ok((text_of(members, &key.name), draft));
            }
            let (url, record) = (&object.name, &of.name);
            Err(rejected(format!(
                "The records must be of the type in the URL, {url}, not {record}"
            )))
        })?;
        let mut times: HashMap<String, usize> = HashMap::new();
        for value in entries.iter().filter_map(|entry| entry.key.as_ref()) {
            *times.entry(value.to_lowercase()).or_default() += 1;
        }
        let mode = follow(mode, &enclosing);
        let keys: Vec<Option<String>> = entries.iter().map(|entry| entry.key.clone()).collect();
        let outcomes = write(&org, &caller, mode, entries, |writer, entry| {
            let value = entry.key.as_deref();
            if let Some(value) = value.filter(|value| times.get(&value.to_lowercase()) > Some(&1)) {
                return Err(repeated(key, value));
            }
            upsert_one(writer, key, entry)
        })?;
        let all = outcomes.iter().zip(&keys).map(|(outcome, value)| {
            let created = match outcome {
                Ok(saved) => saved.created,
                Err(error) => would_create(&org, object, key, value.as_deref(), error)?,
            };
            let mut json = outcome_json(outcome);
            if let Some(members) = json.as_object_mut() {
                members.insert("created".into(), json!(created));
            }
            Ok(json)
        });
        Ok(response::ok(&Json::Array(
            all.collect::<Result<_, ApiError>>()?,
        )))
    })
    .await?
}

fn upsert_one(writer: &Writer<'_>, key: &Field, entry: Entry<'_>) -> Outcome {
    match entry.key {
        Some(value) if key.name == "Id" => {
            let id = id_of(entry.object, Some(&value))?;
            writer.update(entry.object, &id, entry.draft)
        }
        Some(value) => writer.upsert(entry.object, &key.name, &value, entry.draft),
        None if key.name == "Id" => writer.insert(entry.object, entry.draft),
        None => Err(ApiError::for_record(
            "MISSING_ARGUMENT",
            format!("{} not specified", key.name),
            [],
        )),
    }
}

/// Returns whether a record was new that was undone because of others; of what was rejected, Salesforce says that it was not.
fn would_create(
    org: &Org,
    object: &Object,
    key: &Field,
    value: Option<&str>,
    error: &ApiError,
) -> Result<bool, ApiError> {
    if error.code != "ALL_OR_NONE_OPERATION_ROLLED_BACK" {
        return Ok(false);
    }
    let Some(value) = value else {
        return Ok(true);
    };
    let known = org
        .store()
        .read(|connection| find_by_key(connection, object, key, value))?;
    Ok(known.is_empty())
}

fn repeated(key: &Field, value: &str) -> ApiError {
    let message = format!("Duplicate external id specified: {value}");
    ApiError::for_record("DUPLICATE_VALUE", message, [key.name.as_str()])
}
