//! Reading the body that makes a job.

use serde_json::{Map, Value as Json};

use super::Members;
use crate::auth::Caller;
use sandbox_core::bulk::dialect::{Delimiter, Dialect, LineEnding};
use sandbox_core::bulk::operation::Operation;
use sandbox_core::bulk::rows;
use sandbox_core::bulk::{JOB_PREFIX, Job, Task, extract};
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;
use sandbox_soql::parse;

/// What the create of an ingest job may name (guide, "Create a Job").
const INGEST: &[&str] = &[
    "assignmentRuleId",
    "columnDelimiter",
    "concurrencyMode",
    "contentType",
    "externalIdFieldName",
    "lineEnding",
    "object",
    "operation",
];
/// What the create of a query job may name (guide, "Create a Query Job").
const QUERY: &[&str] = &[
    "columnDelimiter",
    "concurrencyMode",
    "contentType",
    "lineEnding",
    "operation",
    "query",
];
/// Standard objects whose queries Salesforce can split by record ids (guide, "PK Chunking"); custom ones all can.
pub(crate) const CHUNKABLE: &[&str] = &[
    "Account",
    "AccountContactRelation",
    "Asset",
    "Campaign",
    "CampaignMember",
    "Case",
    "Contact",
    "ContentVersion",
    "Contract",
    "Event",
    "Lead",
    "LoginHistory",
    "Opportunity",
    "Order",
    "OrderItem",
    "Product2",
    "Task",
    "User",
];

/// Returns the members of a JSON body.
pub(super) fn members(body: &[u8]) -> Result<Members, ApiError> {
    let json: Json =
        serde_json::from_slice(body).map_err(|error| ApiError::json(error.to_string()))?;
    match json {
        Json::Object(members) => Ok(members),
        _ => Err(ApiError::json("The body must be a JSON object")),
    }
}

/// Returns a member that is a text.
pub(super) fn text<'m>(members: &'m Members, name: &str) -> Result<Option<&'m str>, ApiError> {
    match members.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(other) => Err(ApiError::json(format!(
            "Cannot deserialize instance of string from {other} at [{name}]"
        ))),
    }
}

/// Returns a member that the body may not have.
pub(super) fn unrecognized(name: &str) -> ApiError {
    ApiError::json(format!("Unrecognized field \"{name}\""))
}

fn no_such_value(name: &str, value: &str) -> ApiError {
    ApiError::json(format!(
        "Cannot deserialize value from String \"{value}\" at [{name}]: value not one of declared Enum instance names"
    ))
}

fn reject_others(members: &Map<String, Json>, known: &[&str]) -> Result<(), ApiError> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(unrecognized(name)),
        None => Ok(()),
    }
}

fn required<'m>(members: &'m Members, name: &str) -> Result<&'m str, ApiError> {
    text(members, name)?.ok_or_else(|| {
        let message = format!("InvalidJob : {name} must be specified");
        ApiError::new("INVALIDJOB", message)
    })
}

fn dialect(members: &Members) -> Result<Dialect, ApiError> {
    let mut dialect = Dialect::default();
    if let Some(name) = text(members, "columnDelimiter")? {
        dialect.delimiter =
            Delimiter::named(name).ok_or_else(|| no_such_value("columnDelimiter", name))?;
    }
    if let Some(name) = text(members, "lineEnding")? {
        dialect.line_ending =
            LineEnding::named(name).ok_or_else(|| no_such_value("lineEnding", name))?;
    }
    match text(members, "contentType")? {
        None | Some("CSV") => Ok(dialect),
        Some(other) => Err(no_such_value("contentType", other)),
    }
}

/// Returns an ingest job as a body describes it.
pub(super) fn ingest_job(org: &Org, caller: &Caller, members: &Members) -> Result<Job, ApiError> {
    reject_others(members, INGEST)?;
    let name = required(members, "operation")?;
    let operation = Operation::named(name).ok_or_else(|| no_such_value("operation", name))?;
    let object = object(org, required(members, "object")?)?;
    reject_forbidden(org, operation)?;
    let task = Task::Ingest {
        operation,
        external_id: external_id(object, operation, text(members, "externalIdFieldName")?)?,
        assignment_rule: assignment_rule(text(members, "assignmentRuleId")?)?,
    };
    Ok(job(
        org,
        caller,
        task,
        object.name.clone(),
        dialect(members)?,
    ))
}

fn job(org: &Org, caller: &Caller, task: Task, object: String, dialect: Dialect) -> Job {
    let maker = (caller.user.clone(), caller.version);
    let id = org.bulk().next_id(JOB_PREFIX);
    Job::new(id, task, object, dialect, maker, org.clock().now())
}

/// Returns the object of a job.
pub(crate) fn object<'o>(org: &'o Org, name: &str) -> Result<&'o Object, ApiError> {
    let found = org.schema().object(name);
    found
        .filter(|object| object.createable || object.updateable || object.deletable)
        .ok_or_else(|| {
            let message = format!("Entity '{name}' is not supported by the Bulk API.");
            ApiError::new("INVALIDENTITY", message)
        })
}

/// Deleting past the recycle bin is a right of its own.
pub(crate) fn reject_forbidden(org: &Org, operation: Operation) -> Result<(), ApiError> {
    if operation == Operation::HardDelete && !org.bulk().settings().hard_delete {
        let message = "hardDelete operation requires special user profile permission, please contact your system administrator";
        return Err(ApiError::new("FEATURENOTENABLED", message));
    }
    Ok(())
}

/// Returns the field by which an upsert knows records.
pub(crate) fn external_id(
    object: &Object,
    operation: Operation,
    name: Option<&str>,
) -> Result<Option<String>, ApiError> {
    if operation != Operation::Upsert {
        return Ok(None);
    }
    let name = name.filter(|name| !name.is_empty()).ok_or_else(|| {
        let message = format!(
            "InvalidJob : External ID was blank for {}. An External ID must be specified for upsert.",
            object.name
        );
        ApiError::new("INVALIDJOB", message)
    })?;
    let field = object.field(name).filter(|field| field.id_lookup);
    let field = field.ok_or_else(|| {
        let message = format!(
            "InvalidJob : Field name provided, {name} does not match an External ID, Salesforce Id, or indexed field for {}",
            object.name
        );
        ApiError::new("INVALIDJOB", message)
    })?;
    Ok(Some(field.name.clone()))
}

/// Returns the id of the assignment rule for cases and leads.
pub(crate) fn assignment_rule(id: Option<&str>) -> Result<Option<String>, ApiError> {
    let id = id.filter(|id| !id.is_empty());
    rows::assignment(id).map_err(|api_error| {
        ApiError::new("INVALIDJOB", format!("InvalidJob : {}", api_error.message))
    })?;
    Ok(id.map(str::to_owned))
}

/// Returns a query job as a body describes it.
pub(super) fn query_job(org: &Org, caller: &Caller, members: &Members) -> Result<Job, ApiError> {
    reject_others(members, QUERY)?;
    let all = match required(members, "operation")? {
        "query" => false,
        "queryAll" => true,
        other => return Err(no_such_value("operation", other)),
    };
    let soql = required(members, "query")?;
    extract::plan(org, soql, caller.user.as_str(), all)?;
    let query = parse(soql)?;
    let name = query.from.path.text();
    let object = org
        .schema()
        .object(&name)
        .ok_or_else(|| ApiError::new("INVALID_TYPE", name))?;
    let chunkable = object.custom || CHUNKABLE.contains(&object.name.as_str());
    let task = Task::Query {
        soql: soql.to_owned(),
        all,
        can_chunk: chunkable && query.limit.is_none() && query.order.is_empty(),
    };
    Ok(job(
        org,
        caller,
        task,
        object.name.clone(),
        dialect(members)?,
    ))
}
