//! `POST /composite/tree/{object}`: records with their children, created all or not at all.

use std::collections::{HashMap, HashSet, VecDeque};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::collections::error_json;
use super::rejected;
use crate::auth::Caller;
use crate::records::find_object;
use crate::response::{self, HandlerResult};
use crate::{Shared, body};
use sandbox_core::org::Org;
use sandbox_core::write::{Draft, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::json::{Body, Members};
use sandbox_model::schema::Object;
use sandbox_model::value::Value;

/// Most records of a request, over all trees (REST API guide, "sObject Tree", also for the next two).
const MAX_RECORDS: usize = 200;
/// Most objects of a request.
const MAX_TYPES: usize = 5;
/// Most levels of a tree.
const MAX_LEVELS: usize = 5;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trees<'a> {
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

/// Children under the name of their relationship.
#[derive(Debug, Deserialize)]
struct Children<'a> {
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

/// A record of a tree.
struct Node<'o> {
    reference_id: String,
    object: &'o Object,
    draft: Draft,
    /// Why it cannot be created; its draft is empty then.
    rejected: Option<ApiError>,
    /// Place of the parent among the nodes, and of the reference to it among the fields.
    parent: Option<(usize, usize)>,
}

/// Why no record was created.
enum TreeError {
    /// The request as a whole cannot be read.
    Request(ApiError),
    /// Records that were rejected, with their reference ids.
    Records(Vec<(String, ApiError)>),
}

impl From<ApiError> for TreeError {
    fn from(error: ApiError) -> Self {
        Self::Request(error)
    }
}

/// Creates the records: 201 with all ids, or 400 with what was rejected.
pub(crate) async fn create(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    Ok(response::run_blocking(move || {
        let object = find_object(&org, &name)?;
        let done = read(&org, object, &bytes).and_then(|nodes| write(&org, &caller, nodes));
        match done {
            Ok(created) => Ok(response::json_with(
                StatusCode::CREATED,
                &json!({"hasErrors": false, "results": created}),
            )),
            Err(TreeError::Request(error)) => Err(error),
            Err(TreeError::Records(rejected)) => {
                let shown = |(id, error): &(String, ApiError)| json!({"referenceId": id, "errors": [error_json(error)]});
                let results: Vec<Json> = rejected.iter().map(shown).collect();
                Ok(response::json_with(
                    StatusCode::BAD_REQUEST,
                    &json!({"hasErrors": true, "results": results}),
                ))
            }
        }
    })
    .await??)
}

/// Lists the records level by level, parents before their children.
fn read<'o>(org: &'o Org, root: &'o Object, bytes: &Bytes) -> Result<Vec<Node<'o>>, TreeError> {
    let body = Body::new(bytes)?;
    let trees: Trees<'_> = body.parse()?;
    let mut nodes: Vec<Node<'o>> = Vec::new();
    let mut waiting: VecDeque<_> = trees
        .records
        .into_iter()
        .map(|raw| (raw, root, None, 1))
        .collect();
    while let Some((raw, object, parent, level)) = waiting.pop_front() {
        if level > MAX_LEVELS {
            return Err(rejected(format!(
                "A tree can have at most {MAX_LEVELS} levels of records"
            ))
            .into());
        }
        if nodes.len() == MAX_RECORDS {
            return Err(rejected(format!(
                "A request can have at most {MAX_RECORDS} records in all its trees"
            ))
            .into());
        }
        let members = body.object(raw)?;
        let reference_id = check_attributes(object, &members)?;
        let (fields, children) = split(org, object, body, members)?;
        let at = nodes.len();
        for (child, field, raws) in children {
            let child_field = child.field_index(&field).unwrap_or_default();
            let way = Some((at, child_field));
            waiting.extend(raws.into_iter().map(|raw| (raw, child, way, level + 1)));
        }
        let (draft, rejected) = match Draft::from_json(org.schema(), object, body, &fields) {
            Ok(draft) => (draft, None),
            Err(error) if error.code == "INVALID_FIELD" => (Draft::default(), Some(error)),
            Err(error) => return Err(error.into()),
        };
        nodes.push(Node {
            reference_id,
            object,
            draft,
            rejected,
            parent,
        });
    }
    check_all(&nodes)?;
    Ok(nodes)
}

/// Returns the reference id; the type must be the one that the place in the tree says.
fn check_attributes(object: &Object, members: &Members<'_>) -> Result<String, TreeError> {
    let attributes = members.0.iter().find(|(name, _)| name == "attributes");
    let attributes: Json = attributes
        .and_then(|(_, raw)| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default();
    let text = |name: &str| {
        attributes
            .get(name)
            .and_then(Json::as_str)
            .unwrap_or_default()
    };
    let id = text("referenceId").to_owned();
    if id.is_empty() {
        return Err(rejected("Include a reference ID for each record in the request.").into());
    }
    let error = match text("type") {
        "" => "Include an entity type for each record in the request.".to_owned(),
        name if name.eq_ignore_ascii_case(&object.name) => return Ok(id),
        name => format!(
            "The record is of type {name}, its place in the request is for {}.",
            object.name
        ),
    };
    Err(TreeError::Records(vec![(
        id,
        ApiError::for_record("INVALID_INPUT", error, []),
    )]))
}

/// An object with the name of its reference to the parent, and the records of it.
type ChildLists<'o, 'a> = Vec<(&'o Object, String, Vec<&'a RawValue>)>;

/// Returns a record's own fields, and its lists of children.
fn split<'o, 'a>(
    org: &'o Org,
    object: &'o Object,
    body: Body<'a>,
    members: Members<'a>,
) -> Result<(Members<'a>, ChildLists<'o, 'a>), ApiError> {
    let mut fields = Vec::new();
    let mut children = Vec::new();
    for (name, raw) in members.0 {
        let way = object
            .child_relationship(&name)
            .filter(|_| object.field(&name).is_none());
        let child = way.and_then(|way| Some((org.schema().object(&way.child_object)?, way)));
        match child {
            None => fields.push((name, raw)),
            Some((child, way)) => {
                let list: Children<'a> = serde_json::from_str(raw.get()).map_err(|_| {
                    ApiError::json(format!(
                        "{name} must have a list of records at {}",
                        body.place(raw)
                    ))
                })?;
                children.push((child, way.field.clone(), list.records));
            }
        }
    }
    Ok((Members(fields), children))
}

fn check_all(nodes: &[Node<'_>]) -> Result<(), TreeError> {
    let types: HashSet<_> = nodes.iter().map(|node| node.object.name.as_str()).collect();
    if types.len() > MAX_TYPES {
        return Err(rejected(format!(
            "A request can have records of at most {MAX_TYPES} types, not {}",
            types.len()
        ))
        .into());
    }
    let mut times: HashMap<&str, usize> = HashMap::new();
    for node in nodes {
        *times.entry(&node.reference_id).or_default() += 1;
    }
    let repeated = nodes
        .iter()
        .filter(|node| times.get(node.reference_id.as_str()) > Some(&1));
    let message = "Duplicate ReferenceId provided in the request.";
    let api_errors: Vec<_> = repeated
        .map(|node| {
            (
                node.reference_id.clone(),
                ApiError::for_record("INVALID_INPUT", message, []),
            )
        })
        .collect();
    if api_errors.is_empty() {
        return Ok(());
    }
    Err(TreeError::Records(api_errors))
}

fn write(org: &Org, caller: &Caller, nodes: Vec<Node<'_>>) -> Result<Vec<Json>, TreeError> {
    let mut rejected = Vec::new();
    let written = org.write(&caller.user, caller.options, |writer| {
        let created = insert(writer, nodes, &mut rejected)?;
        match rejected.first() {
            Some((_, first)) => Err(first.clone()),
            None => Ok(created),
        }
    });
    match written {
        Err(_) if !rejected.is_empty() => Err(TreeError::Records(rejected)),
        other => Ok(other?),
    }
}

/// Tries all records whose parents were created, so that one response lists all errors.
fn insert(
    writer: &Writer<'_>,
    nodes: Vec<Node<'_>>,
    rejected: &mut Vec<(String, ApiError)>,
) -> Result<Vec<Json>, ApiError> {
    let mut ids: Vec<Option<String>> = Vec::with_capacity(nodes.len());
    let mut created = Vec::with_capacity(nodes.len());
    for mut node in nodes {
        if let Some((parent, field)) = node.parent {
            let Some(parent) = ids.get(parent).cloned().flatten() else {
                ids.push(None);
                continue;
            };
            node.draft.values.push((field, Value::Text(parent)));
        }
        let inserted = match node.rejected {
            Some(error) => Err(error),
            None => writer.insert(node.object, node.draft),
        };
        match inserted {
            Ok(saved) => {
                created.push(json!({"referenceId": node.reference_id, "id": saved.id.as_str()}));
                ids.push(Some(saved.id.as_str().to_owned()));
            }
            Err(error) => {
                rejected.push((node.reference_id, error));
                ids.push(None);
            }
        }
    }
    Ok(created)
}
