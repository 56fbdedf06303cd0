//! What ingest and query jobs have in common: their state, and how it is changed and asked.

use crate::rest::ask::{self, Parameters, refused};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::{Idempotency, Reply};
use salesforce_client::expected::{Expected, Members};
use salesforce_client::path::segment;
use salesforce_client::transport::{Headers, Method};
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::Message;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Resources of ingest jobs, below the API version.
pub const INGEST: &str = "jobs/ingest";
/// Resources of query jobs.
pub const QUERY: &str = "jobs/query";

/// The members that every info of a job has.
const MEMBERS: Members = &["id", "state"];
/// An info of a job.
const INFO: Expected = Expected::Object(MEMBERS);

/// The states of a job (Bulk API 2.0 Developer Guide, "Get Information About a Job").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Waits for data.
    Open,
    /// Has its data, waits to be processed.
    UploadComplete,
    /// Is being processed.
    InProgress,
    /// Somebody gave it up.
    Aborted,
    /// Is processed; records may have failed.
    JobComplete,
    /// Salesforce gave it up.
    Failed,
    /// Takes no more batches, of Bulk API 1.0, whose jobs Bulk API 2.0 tells of, too.
    Closed,
}

impl State {
    /// Returns whether nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Aborted | Self::JobComplete | Self::Failed)
    }

    /// Salesforce's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::UploadComplete => "UploadComplete",
            Self::InProgress => "InProgress",
            Self::Aborted => "Aborted",
            Self::JobComplete => "JobComplete",
            Self::Failed => "Failed",
            Self::Closed => "Closed",
        }
    }

    /// Returns whether a job in this state was, at some time, brought into the state `wanted`.
    fn follows(self, wanted: Self) -> bool {
        self == wanted
            || wanted == Self::UploadComplete
                && matches!(self, Self::InProgress | Self::JobComplete | Self::Failed)
    }
}

/// What matters of a job's info.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobInfo {
    /// Its id.
    pub id: String,
    /// Its state.
    pub state: State,
    /// Records processed, those that failed included.
    #[serde(default)]
    pub number_records_processed: u64,
    /// Records that failed.
    #[serde(default)]
    pub number_records_failed: u64,
    /// Why it failed.
    #[serde(default)]
    pub error_message: Option<String>,
}

impl JobInfo {
    fn read(body: &[u8]) -> Result<Self, Unusable> {
        serde_json::from_slice(body)
            .map_err(|error| Unusable(format!("The job's info is not as documented: {error}")))
    }
}

/// Returns the path of a job.
pub fn path(client: &Client, resource: &str, job: &str) -> Result<String, Fault> {
    client.path(&format!("{resource}/{}", segment("job", job)?))
}

/// POSTs a new job. One too many does no harm: it stays empty, or only reads. `soql` is that of a query job.
pub fn create(
    client: &Client,
    resource: &str,
    body: &Value,
    soql: Option<&str>,
    headers: &Headers,
) -> Result<(Reply, JobInfo), Fault> {
    let mut call = Request::write(
        Method::Post,
        client.path(resource)?,
        Idempotency::Idempotent,
        "application/json",
        body.to_string().as_bytes(),
    )
    .expecting(INFO);
    call.statement = soql.map(Into::into);
    call.headers.extend(headers.iter().cloned());
    client.send_as(&call, None, |reply, _| {
        let info = JobInfo::read(&reply.body)?;
        Ok((reply, info))
    })
}

/// GETs what is known of a job.
pub fn info(client: &Client, resource: &str, job: &str) -> Result<(Reply, JobInfo), Fault> {
    let call = Request::get(path(client, resource, job)?).expecting(INFO);
    client.send_as(&call, None, |reply, _| {
        let info = JobInfo::read(&reply.body)?;
        Ok((reply, info))
    })
}

/// PATCHes the state of a job. A job that has the state already refuses it; where an attempt before may have been acted on, its
/// info decides.
pub fn set_state(
    client: &Client,
    resource: &str,
    job: &str,
    state: State,
) -> Result<(Reply, JobInfo), Fault> {
    let body = serde_json::json!({ "state": state }).to_string();
    let call = Request {
        accepted_statuses: &[400, 409],
        expected: Expected::ObjectOrNothing(MEMBERS),
        ..Request::write(
            Method::Patch,
            path(client, resource, job)?,
            Idempotency::Idempotent,
            "application/json",
            body.as_bytes(),
        )
    };
    let (reply, repeated) = client.send_as(&call, None, |reply, repeated| Ok((reply, repeated)))?;
    if reply.status < 300 {
        return read_or_ask(client, resource, job, reply);
    }
    let fault = refused(reply.status, &reply.body);
    if repeated {
        let (reply, info) = info(client, resource, job)?;
        if info.state.follows(state) {
            return Ok((reply, info));
        }
    }
    Err(fault)
}

/// As [`set_state`], for who polls at the job no more: its info must say that it followed.
pub fn bring_to(
    client: &Client,
    resource: &str,
    job: &str,
    state: State,
) -> Result<(Reply, JobInfo), Fault> {
    let (reply, info) = set_state(client, resource, job, state)?;
    match info.state.follows(state) {
        true => Ok((reply, info)),
        false => Err(not_followed(&info, state)),
    }
}

/// Returns the fault of a job that is in another state than the one that the org said it had taken.
fn not_followed(info: &JobInfo, wanted: State) -> Fault {
    Fault {
        attempts: 1,
        maybe_applied: true,
        ..Fault::protocol(format!(
            "The org took the state {} for job {}, and says that it is {}: ask for its info before anything is sent to it",
            wanted.name(),
            info.id,
            info.state.name()
        ))
    }
}

/// Returns an answer to a PATCH with the info in it; some servers answer with nothing, and are asked.
fn read_or_ask(
    client: &Client,
    resource: &str,
    job: &str,
    reply: Reply,
) -> Result<(Reply, JobInfo), Fault> {
    match JobInfo::read(&reply.body) {
        Ok(info) => Ok((reply, info)),
        Err(_) => info(client, resource, job).map_err(|fault| Fault {
            maybe_applied: true,
            ..fault
        }),
    }
}

/// Returns the reply as a message with the job's facts.
pub fn message(client: &Client, (reply, info): (Reply, JobInfo)) -> Message {
    let mut message = client.message(reply);
    message.metadata.add("job", info.id);
    message.metadata.add("state", info.state.name());
    message
}

/// Asks for a page of a list of jobs, of a kind, and returns it with the locator of the next one. A page is named by its locator, or by the
/// path under which the page before names it.
pub fn list(
    client: &Client,
    resource: &str,
    pk_chunking: Option<bool>,
    kind: Option<&str>,
    locator: Option<&str>,
) -> Result<Message, Fault> {
    let named = locator.and_then(|path| parameter(path, "queryLocator"));
    let parameters = Parameters::none()
        .some("isPkChunkingEnabled", pk_chunking)
        .some("jobType", kind)
        .some("queryLocator", named.as_deref().or(locator));
    let call = ask::get_call(client, resource, &parameters)?
        .expecting(Expected::Object(&["done", "records"]));
    ask::send_and_read(client, &call, |body| {
        let page: ListPage = serde_json::from_slice(body)?;
        let next = page.next_records_url.filter(|_| !page.done);
        let locator = next
            .as_deref()
            .and_then(|url| parameter(url, "queryLocator"));
        Ok(locator.map_or_else(Metadata::default, |locator| {
            Metadata::of("locator", locator)
        }))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListPage {
    done: bool,
    next_records_url: Option<String>,
}

/// Returns the parameter of this name of a URL that the org names as the next one.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    let decoded = percent_encoding::percent_decode_str(value).decode_utf8();
    decoded.ok().map(std::borrow::Cow::into_owned)
}

/// Returns why a job did not come to its end.
pub fn failure(info: &JobInfo) -> Fault {
    let reason = info.error_message.as_deref().unwrap_or("no reason given");
    let (kind, what) = match info.state {
        State::Aborted => (FaultKind::Conflict, "was aborted in the org"),
        _ if reason.contains("TIMEOUT") => (
            FaultKind::Timeout,
            "failed (narrow the query by a range of ids or dates)",
        ),
        _ if reason.contains("LIMIT") || reason.contains("Limit") => {
            (FaultKind::LimitExceeded, "failed")
        }
        _ => (FaultKind::Invalid, "failed"),
    };
    Fault::new(kind, format!("Job {} {what}: {reason}", info.id))
}
