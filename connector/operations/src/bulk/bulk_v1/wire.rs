//! What whole loads and extracts say to Bulk API 1.0, and what they read of its answers. Which form an answer about jobs and batches has is
//! the server's choice: XML or JSON.

use super::{batch, get, path};
use crate::bulk::poll::FIRST_PAUSE_MS;
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::V1CreateJobConfig;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::bounded;
use salesforce_formats::xml::{Element, XmlEvent, XmlReader};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The form of batches that are records.
pub const CSV: &str = "text/csv; charset=UTF-8";

/// The states of a batch (Bulk API Developer Guide, "Batch Lifespan").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Waits.
    #[default]
    Queued,
    /// Is worked on.
    InProgress,
    /// Is processed; records may have failed.
    Completed,
    /// Salesforce gave it up; some records may have been processed.
    Failed,
    /// Will not be worked on: its job was aborted, or its query split into other batches.
    NotProcessed,
}

impl State {
    /// Returns whether nothing more will happen.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::InProgress)
    }

    /// Returns the state of this name. The guide writes one of them with a space, the API without.
    fn named(name: &str) -> Option<Self> {
        match name.replace(' ', "").as_str() {
            "Queued" => Some(Self::Queued),
            "InProgress" => Some(Self::InProgress),
            "Completed" => Some(Self::Completed),
            "Failed" => Some(Self::Failed),
            "NotProcessed" => Some(Self::NotProcessed),
            _ => None,
        }
    }
}

/// What matters of a batch's info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchInfo {
    /// Its id.
    pub id: String,
    /// Its state.
    pub state: State,
    /// Why it failed.
    pub message: Option<String>,
    /// Records processed, those that failed included; rows found by a query.
    pub processed: u64,
    /// Records that failed.
    pub failed: u64,
}

impl BatchInfo {
    fn new(facts: &Facts) -> Result<Self, Unusable> {
        let missing = |what: &str| Unusable(format!("The info of a batch has no {what}"));
        let count = |name: &str| facts.get(name).and_then(|text| text.parse().ok());
        Ok(Self {
            id: facts.get("id").ok_or_else(|| missing("id"))?,
            state: facts
                .get("state")
                .and_then(|name| State::named(&name))
                .ok_or_else(|| missing("state that is known"))?,
            message: facts.get("stateMessage"),
            processed: count("numberRecordsProcessed").unwrap_or(0),
            failed: count("numberRecordsFailed").unwrap_or(0),
        })
    }
}

/// The members of an info, in either form.
enum Facts {
    Json(Value),
    Xml(Element),
}

impl Facts {
    /// Reads one document.
    fn read(body: &[u8]) -> Result<Self, Unusable> {
        let start = body.trim_ascii_start().first();
        if start == Some(&b'<') {
            return xml(body).map(Self::Xml);
        }
        serde_json::from_slice(body)
            .map(Self::Json)
            .map_err(|error| {
                Unusable(format!(
                    "An answer of Bulk API 1.0 is neither XML nor JSON: {error}"
                ))
            })
    }

    /// Returns a member that is no list.
    fn get(&self, name: &str) -> Option<String> {
        match self {
            Self::Xml(element) => element.text_of(name).map(str::to_owned),
            Self::Json(value) => match value.get(name)? {
                Value::String(text) => Some(text.clone()),
                Value::Null => None,
                other => Some(other.to_string()),
            },
        }
    }

    /// Returns the entries of a list; JSON lists stand alone, or under the entries' name.
    fn all(self, name: &str) -> Vec<Self> {
        match self {
            Self::Xml(element) => element
                .children
                .into_iter()
                .filter(|child| child.name() == name)
                .map(Self::Xml)
                .collect(),
            Self::Json(Value::Array(entries)) => entries.into_iter().map(Self::Json).collect(),
            Self::Json(Value::Object(mut members)) => match members.remove(name) {
                Some(Value::Array(entries)) => entries.into_iter().map(Self::Json).collect(),
                Some(Value::Null) | None => Vec::new(),
                Some(entry) => vec![Self::Json(entry)],
            },
            Self::Json(_) => Vec::new(),
        }
    }

    /// Returns what stands in an entry of a list of texts.
    fn text(&self) -> Option<String> {
        match self {
            Self::Xml(element) => element.value().map(str::to_owned),
            Self::Json(value) => value.as_str().map(str::to_owned),
        }
    }
}

fn xml(body: &[u8]) -> Result<Element, Unusable> {
    let unusable = |error: salesforce_formats::xml::Malformed| Unusable(error.to_string());
    let mut reader = XmlReader::new(body).map_err(unusable)?;
    while let Some(event) = reader.next_event().map_err(unusable)? {
        if let XmlEvent::Open(open) = event {
            return Element::read(&mut reader, open).map_err(unusable);
        }
    }
    Err(Unusable("An answer of Bulk API 1.0 is empty".into()))
}

/// POSTs a job and returns its id. One too many stays without batches and does nothing. `soql` is what a query job is for.
pub fn create_job(
    client: &Client,
    config: &V1CreateJobConfig,
    soql: Option<&str>,
) -> Result<String, Fault> {
    let mut call = super::create_call(client, config)?;
    call.statement = soql.map(Into::into);
    client.send_as(&call, None, |reply, _| {
        let id = Facts::read(&reply.body)?.get("id");
        id.ok_or_else(|| Unusable("The info of a new job has no id".into()))
    })
}

/// POSTs a batch, once. Whether one whose answer was lost has arrived is told by [`batches`].
pub fn add_batch(client: &Client, job: &str, body: &[u8]) -> Result<BatchInfo, Fault> {
    let call = super::batch_call(client, job, CSV, body)?;
    client.send_as(&call, None, |reply, _| {
        BatchInfo::new(&Facts::read(&reply.body)?)
    })
}

/// Leaves what became of a batch, where an answer does not say, to the list of its job's batches, which is read when the load is
/// opened again.
pub fn told_by_list(fault: Fault) -> Fault {
    if fault.kind != FaultKind::Protocol || !fault.maybe_applied {
        return fault;
    }
    Fault {
        kind: FaultKind::Unavailable,
        message: format!(
            "{}; whether the batch has arrived is seen by the batches of its job once the load is opened again with its journal",
            fault.message.trim_end_matches('.')
        ),
        retry_after_ms: Some(bounded(FIRST_PAUSE_MS)),
        ..fault
    }
}

/// GETs the batches of a job.
pub fn batches(client: &Client, job: &str) -> Result<Vec<BatchInfo>, Fault> {
    let call = get(
        path(client, &[("job", job), ("", "batch")])?,
        super::BATCHES,
    );
    client.send_as(&call, None, |reply, _| {
        let listed = Facts::read(&reply.body)?.all("batchInfo");
        listed.iter().map(BatchInfo::new).collect()
    })
}

/// GETs the ids of the result documents of a query's batch.
pub fn result_ids(client: &Client, job: &str, id: &str) -> Result<Vec<String>, Fault> {
    let call = get(
        format!("{}/result", path(client, &batch(job, id))?),
        super::RESULT_IDS,
    );
    client.send_as(&call, None, |reply, _| {
        let listed = Facts::read(&reply.body)?.all("result");
        Ok(listed.iter().filter_map(Facts::text).collect())
    })
}

/// Returns the call for a document of a batch: `request`, `result`, or a result of a query.
pub fn document_call(client: &Client, job: &str, id: &str, steps: &str) -> Result<Request, Fault> {
    let path = format!("{}/{steps}", path(client, &batch(job, id))?);
    Ok(Request::get(path)
        .expecting(Expected::Document)
        .with_header("accept", "*/*"))
}

/// POSTs the state of a job. A job that is at its end already refuses another; its info decides.
pub fn end_job(client: &Client, job: &str, state: &str) -> Result<(), Fault> {
    let call = super::state_call(client, job, state)?;
    let Err(fault) = client.send(&call) else {
        return Ok(());
    };
    if fault.status.is_none_or(|status| status != 400) {
        return Err(fault);
    }
    let info = get(path(client, &[("job", job)])?, super::INFO);
    let known = client.send_as(&info, None, |reply, _| {
        Ok(Facts::read(&reply.body)?.get("state"))
    })?;
    if known.is_some_and(|known| known != "Open") {
        return Ok(());
    }
    Err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use salesforce_client::testing::client;
    use salesforce_client::transport::scripted::Play;

    const SPACE: &str = "xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\"";

    fn ask<T>(answer: &str, ask: impl Fn(&Client) -> Result<T, Fault>) -> T {
        let (client, ..) = client([Play::Answer(200, vec![], answer.into())]);
        ask(&client).unwrap()
    }

    #[test]
    fn batches_read_alike_from_xml_and_json() {
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><batchInfoList {SPACE}>\n <batchInfo><id>751A</id><jobId>750A</jobId>\
             <state>Failed</state><stateMessage>InvalidBatch : a &amp; b</stateMessage><numberRecordsProcessed>3</numberRecordsProcessed>\
             <numberRecordsFailed>1</numberRecordsFailed></batchInfo><batchInfo><id>751B</id><state>Not Processed</state></batchInfo>\
             </batchInfoList>"
        );
        let json = r#"{"batchInfo":[{"id":"751A","jobId":"750A","state":"Failed","stateMessage":"InvalidBatch : a & b","numberRecordsProcessed":3,
            "numberRecordsFailed":1},{"id":"751B","state":"NotProcessed","stateMessage":null}]}"#;
        let read = |answer| ask(answer, |client| batches(client, "750A"));
        assert_eq!(read(&xml), read(json));
        let first = &read(json)[0];
        assert_eq!(
            (first.state, first.processed, first.failed),
            (State::Failed, 3, 1)
        );
        assert_eq!(first.message.as_deref(), Some("InvalidBatch : a & b"));
    }

    #[test]
    fn job_without_batches_lists_none() {
        for answer in ["{\"batchInfo\":[]}", &format!("<batchInfoList {SPACE}/>")] {
            assert_eq!(ask(answer, |client| batches(client, "750A")), []);
        }
    }

    #[test]
    fn ids_of_results_read_alike_from_xml_and_json() {
        let xml = format!(
            "<result-list {SPACE}><result>752A</result><result>752B</result></result-list>"
        );
        for answer in [
            xml.as_str(),
            r#"["752A","752B"]"#,
            r#"{"result":["752A","752B"]}"#,
        ] {
            let ids = ask(answer, |client| result_ids(client, "750A", "751A"));
            assert_eq!(ids, ["752A", "752B"]);
        }
    }

    #[test]
    fn job_that_is_closed_already_is_as_good_as_closed() {
        let refusal = r#"{"exceptionCode":"InvalidJobState","exceptionMessage":"Job is closed"}"#;
        for (state, good) in [("Closed", true), ("Aborted", true), ("Open", false)] {
            let info = format!("<jobInfo {SPACE}><id>750A</id><state>{state}</state></jobInfo>");
            let (client, ..) = client([
                Play::json(400, refusal),
                Play::Answer(200, vec![], info.into_bytes()),
            ]);
            assert_eq!(end_job(&client, "750A", "Closed").is_ok(), good, "{state}");
        }
    }
}
