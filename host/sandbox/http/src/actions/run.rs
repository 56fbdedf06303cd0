//! What invocable actions do.

use serde_json::{Map, Value as Json, json};

use crate::auth::Caller;
use sandbox_core::org::Org;
use sandbox_core::rules::approval::{self, Submission};
use sandbox_core::rules::workflow;
use sandbox_core::write::{Draft, Row};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;

/// Addresses of one e-mail (REST API guide, "Email Alert Actions": 5 for a simple one).
const MAX_ADDRESSES: usize = 5;

/// Runs an action over one input, and gives its output.
pub(super) fn run(
    org: &Org,
    caller: &Caller,
    action: &str,
    input: &Map<String, Json>,
) -> Result<Json, ApiError> {
    match action {
        "chatterPost" => post(org, caller, input),
        "emailSimple" => email(input),
        "submit" => submit(org, caller, input),
        "Create_Follow_Up_Task" => create_follow_up(org, caller, input),
        "RateAccount" => rate(org, caller, input),
        _ => Err(ApiError::not_found()),
    }
}

fn text<'i>(input: &'i Map<String, Json>, name: &str) -> &'i str {
    input.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn id(input: &Map<String, Json>, name: &str) -> Result<RecordId, ApiError> {
    let text = text(input, name);
    RecordId::parse(text).ok_or_else(|| {
        ApiError::for_record("MALFORMED_ID", format!("{name}: malformed id {text}"), [])
    })
}

fn create(
    org: &Org,
    caller: &Caller,
    object: &str,
    fields: &[(&str, &str)],
) -> Result<RecordId, ApiError> {
    let object = org
        .schema()
        .object(object)
        .ok_or_else(ApiError::not_found)?;
    let draft = Draft::from_texts(object, fields);
    org.write(&caller.user, caller.options, |writer| {
        writer.insert(object, draft)
    })
    .map(|saved| saved.id)
}

fn post(org: &Org, caller: &Caller, input: &Map<String, Json>) -> Result<Json, ApiError> {
    let parent = id(input, "subjectNameOrId")?;
    let made = create(
        org,
        caller,
        "FeedItem",
        &[("ParentId", parent.as_str()), ("Body", text(input, "text"))],
    )?;
    Ok(json!({"feedItemId": made.as_str()}))
}

/// Returns the sandbox sends nothing; it checks what could be sent.
fn email(input: &Map<String, Json>) -> Result<Json, ApiError> {
    let addresses: Vec<&str> = text(input, "emailAddresses")
        .split(',')
        .map(str::trim)
        .collect();
    let is_address = |it: &&str| {
        it.split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
    };
    if let Some(bad) = addresses.iter().find(|it| !is_address(it)) {
        let message = format!("Invalid email address: {bad}");
        return Err(ApiError::for_record("INVALID_EMAIL_ADDRESS", message, []));
    }
    if addresses.len() > MAX_ADDRESSES {
        let message = format!("an e-mail takes at most {MAX_ADDRESSES} addresses");
        return Err(ApiError::for_record("LIMIT_EXCEEDED", message, []));
    }
    Ok(Json::Null)
}

fn submit(org: &Org, caller: &Caller, input: &Map<String, Json>) -> Result<Json, ApiError> {
    let submitter = input.get("submitterId").is_some_and(|it| !it.is_null());
    let process = text(input, "processDefinitionNameOrId");
    let submission = Submission {
        record: id(input, "objectId")?,
        submitter: submitter.then(|| id(input, "submitterId")).transpose()?,
        approver: None,
        process: Some(process.to_owned()).filter(|it| !it.is_empty()),
        skip_entry: input.get("skipEntryCriteria") == Some(&json!(true)),
        comments: text(input, "comment").to_owned(),
    };
    let done = org.write(&caller.user, caller.options, |writer| {
        approval::submit(writer, &submission, org.admin())
    })?;
    Ok(json!({
        "entityId": done.entity.as_str(),
        "instanceId": done.instance.as_str(),
        "instanceStatus": done.status,
    }))
}

fn create_follow_up(
    org: &Org,
    caller: &Caller,
    input: &Map<String, Json>,
) -> Result<Json, ApiError> {
    let subject = Some(text(input, "subject"))
        .filter(|it| !it.is_empty())
        .unwrap_or("Follow up");
    let record = id(input, "recordId")?;
    let way = if matches!(record.key_prefix(), "003" | "00Q") {
        "WhoId"
    } else {
        "WhatId"
    };
    let task = create(
        org,
        caller,
        "Task",
        &[("Subject", subject), (way, record.as_str())],
    )?;
    Ok(json!({"Flow__InterviewStatus": "Finished", "taskId": task.as_str()}))
}

/// Runs the workflow rules of accounts over one, and says how it is rated now.
fn rate(org: &Org, caller: &Caller, input: &Map<String, Json>) -> Result<Json, ApiError> {
    let account = id(input, "accountIds")?;
    let object = org
        .schema()
        .object("Account")
        .ok_or_else(ApiError::not_found)?;
    let rating = org.write(&caller.user, caller.options, |writer| {
        workflow::run(writer, workflow::all().map(|(_, rule)| rule), &account)?;
        let row = Row::load(writer.connection, object, account.as_str())?;
        Ok(row.and_then(|(row, _)| row.get("Rating").as_str().map(str::to_owned)))
    })?;
    Ok(json!({"output": rating}))
}
