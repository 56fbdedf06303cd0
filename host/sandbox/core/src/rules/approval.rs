//! Approval processes of one step: submit, approve, reject.

use rusqlite::OptionalExtension;

use super::{lock, meets};
use crate::setup::{self, ApprovalProcess};
use crate::write::{Draft, Row, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;
use sandbox_model::value::Value;

/// Key prefix of approval processes.
pub const PROCESSES: &str = "04a";

/// A record to be approved.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Id of the record.
    pub record: RecordId,
    /// Submitter; the user of the request unless given.
    pub submitter: Option<RecordId>,
    /// Approver; the administrator unless given.
    pub approver: Option<RecordId>,
    /// Developer name or id of the process; the first that the record may enter unless given.
    pub process: Option<String>,
    /// Whether it may enter a named process without meeting its criteria.
    pub skip_entry: bool,
    /// What is said with it.
    pub comments: String,
}

/// Outcome of a request.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Id of the record.
    pub entity: RecordId,
    /// Id of the `ProcessInstance`.
    pub instance: RecordId,
    /// State of the process.
    pub status: &'static str,
    /// Next approver.
    pub actors: Vec<RecordId>,
    /// The open request, if there is one now.
    pub work_item: Option<RecordId>,
}

/// How a request is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Everybody said yes.
    Approved,
    /// Rejected.
    Rejected,
}

impl Decision {
    const fn status(self) -> &'static str {
        match self {
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
        }
    }
}

/// Submits a record, and locks it.
///
/// # Errors
/// `NO_APPLICABLE_PROCESS`, `ALREADY_IN_PROCESS`, `INVALID_CROSS_REFERENCE_KEY`.
pub fn submit(
    writer: &Writer<'_>,
    ask: &Submission,
    admin: &RecordId,
) -> Result<Outcome, ApiError> {
    let object = object_of(writer, &ask.record)?;
    match Row::load(writer.connection, object, ask.record.as_str())? {
        Some((_, false)) => {}
        Some((_, true)) => return Err(ApiError::deleted()),
        None => return Err(no_such_id()),
    }
    if lock::is_locked(writer, object, &ask.record)? {
        let message = "Cannot submit object already in process.";
        return Err(ApiError::for_record("ALREADY_IN_PROCESS", message, []));
    }
    let (at, process) = applicable(writer, object, ask)?;
    let submitter = ask.submitter.as_ref().unwrap_or(writer.user);
    let approver = ask.approver.as_ref().unwrap_or(admin);
    let process_id = setup::id(PROCESSES, at);
    let instance = create(
        writer,
        "ProcessInstance",
        &[
            ("ProcessDefinitionId", process_id.as_str()),
            ("TargetObjectId", ask.record.as_str()),
            ("Status", "Pending"),
            ("LastActorId", submitter.as_str()),
            ("SubmittedById", submitter.as_str()),
        ],
    )?;
    step(writer, &instance, "Started", submitter, &ask.comments)?;
    let work_item = create(
        writer,
        "ProcessInstanceWorkitem",
        &[
            ("ProcessInstanceId", instance.as_str()),
            ("OriginalActorId", approver.as_str()),
            ("ActorId", approver.as_str()),
        ],
    )?;
    set(writer, object, &ask.record, &process.initial)?;
    Ok(Outcome {
        entity: ask.record.clone(),
        instance,
        status: "Pending",
        actors: vec![approver.clone()],
        work_item: Some(work_item),
    })
}

/// Decides the request with this id, or the one that the record with this id waits for, and unlocks the record.
///
/// # Errors
/// `INVALID_CROSS_REFERENCE_KEY` if it is not open; `INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY` if it is somebody
/// else's to decide.
pub fn decide(
    writer: &Writer<'_>,
    request: &RecordId,
    decision: Decision,
    comments: &str,
    admin: &RecordId,
) -> Result<Outcome, ApiError> {
    let sql = "SELECT w.\"Id\", i.\"Id\", i.\"TargetObjectId\", i.\"ProcessDefinitionId\", w.\"ActorId\" \
               FROM \"ProcessInstanceWorkitem\" w JOIN \"ProcessInstance\" i ON i.\"Id\" = w.\"ProcessInstanceId\" \
               WHERE w.\"Id\" = ?1 OR (i.\"TargetObjectId\" = ?1 AND i.\"Status\" = 'Pending')";
    let open: Option<[String; 5]> = writer
        .connection
        .query_row(sql, [request.as_str()], |row| {
            Ok([
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ])
        })
        .optional()?;
    let [work_item, instance, target, process, actor] = open.ok_or_else(no_such_id)?;
    if actor != writer.user.as_str() && writer.user != admin {
        let message = "insufficient access rights on cross-reference id";
        return Err(ApiError::for_record(
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
            message,
            [],
        ));
    }
    let (instance, target) = (parse(&instance)?, parse(&target)?);
    writer.connection.execute(
        "DELETE FROM \"ProcessInstanceWorkitem\" WHERE \"Id\" = ?1",
        [work_item],
    )?;
    step(writer, &instance, decision.status(), writer.user, comments)?;
    close(writer, &instance, decision)?;
    let processes = &setup::standard().approvals;
    if let Some((_, process)) = setup::entry(processes, PROCESSES, &process) {
        let values = match decision {
            Decision::Approved => &process.approved,
            Decision::Rejected => &process.rejected,
        };
        set(writer, object_of(writer, &target)?, &target, values)?;
    }
    Ok(Outcome {
        entity: target,
        instance,
        status: decision.status(),
        actors: Vec::new(),
        work_item: None,
    })
}

fn applicable(
    writer: &Writer<'_>,
    object: &Object,
    ask: &Submission,
) -> Result<(usize, &'static ApprovalProcess), ApiError> {
    let is_named = |at: usize, process: &ApprovalProcess| {
        ask.process.as_deref().is_none_or(|name| {
            process.developer_name.eq_ignore_ascii_case(name)
                || RecordId::parse(name).is_some_and(|id| id == setup::id(PROCESSES, at))
        })
    };
    let processes = setup::standard().approvals.iter().enumerate();
    for (at, process) in processes.filter(|(_, process)| process.object == object.name) {
        let skips = ask.skip_entry && ask.process.is_some();
        if is_named(at, process)
            && (skips
                || meets(
                    writer,
                    object,
                    ask.record.as_str(),
                    process.entry.as_deref(),
                )?)
        {
            return Ok((at, process));
        }
    }
    let message = "No applicable approval process was found.";
    Err(ApiError::for_record("NO_APPLICABLE_PROCESS", message, []))
}

fn step(
    writer: &Writer<'_>,
    instance: &RecordId,
    status: &str,
    actor: &RecordId,
    comments: &str,
) -> Result<RecordId, ApiError> {
    create(
        writer,
        "ProcessInstanceStep",
        &[
            ("ProcessInstanceId", instance.as_str()),
            ("StepStatus", status),
            ("OriginalActorId", actor.as_str()),
            ("ActorId", actor.as_str()),
            ("Comments", comments),
        ],
    )
}

fn close(writer: &Writer<'_>, instance: &RecordId, decision: Decision) -> Result<(), ApiError> {
    writer.connection.execute(
        "UPDATE \"ProcessInstance\" SET \"Status\" = ?2, \"CompletedDate\" = ?3, \"LastActorId\" = ?4, \
         \"LastModifiedDate\" = ?3, \"SystemModstamp\" = ?3, \"LastModifiedById\" = ?4 WHERE \"Id\" = ?1",
        rusqlite::params![instance.as_str(), decision.status(), writer.now, writer.user.as_str()],
    )?;
    Ok(())
}

fn set(
    writer: &Writer<'_>,
    object: &Object,
    id: &RecordId,
    values: &[(String, String)],
) -> Result<(), ApiError> {
    let mut draft = Draft::default();
    for (field, value) in values {
        draft.set(object, field, Value::text(value));
    }
    if !draft.is_empty() {
        writer.change(object, id, draft)?;
    }
    Ok(())
}

fn create(
    writer: &Writer<'_>,
    object: &str,
    values: &[(&str, &str)],
) -> Result<RecordId, ApiError> {
    let object = writer
        .schema
        .object(object)
        .ok_or_else(ApiError::not_found)?;
    writer
        .create(object, Draft::from_texts(object, values))
        .map(|saved| saved.id)
}

fn object_of<'w>(writer: &'w Writer<'_>, id: &RecordId) -> Result<&'w Object, ApiError> {
    writer
        .schema
        .object_by_prefix(id.key_prefix())
        .ok_or_else(no_such_id)
}

fn parse(id: &str) -> Result<RecordId, ApiError> {
    RecordId::parse(id).ok_or_else(no_such_id)
}

fn no_such_id() -> ApiError {
    ApiError::for_record(
        "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id",
        [],
    )
}
