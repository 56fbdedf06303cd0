//! Bulk API 1.0, call by call: batches in CSV, XML or JSON, serial jobs, queries split by ids. Whole loads and extracts stand below.

pub mod extract;
pub mod load;
mod wire;

use super::results::Results;
use crate::rest::ask::Object;
use salesforce_client::client::{Client, Request};
use salesforce_client::connection::settings::check_headers;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::{Expected, Members};
use salesforce_client::media_type::essence;
use salesforce_client::path::segment;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    JobConfig, V1BatchConfig, V1Content, V1CreateJobConfig, V1Operation, V1QueryResultsConfig,
};
use salesforce_contract::limits::MAX_BATCH_BYTES;
use salesforce_contract::message::Message;
use serde_json::Value;
use std::rc::Rc;

/// Says which form answers about jobs take.
const JSON: &str = "application/json; charset=UTF-8";

/// What the media types of batches with binary attachments begin with (Bulk API Developer Guide, "Load Binary Attachments").
const ZIPPED: &str = "zip/";
/// What a zip file begins with.
const ZIP_START: &[u8] = b"PK";

/// The members that every info of a job or batch has.
const MEMBERS: Members = &["id", "state"];
/// An info of a job or batch.
const INFO: Expected = Expected::Info(MEMBERS);
/// The batches of a job.
const BATCHES: Expected = Expected::InfoList {
    root: "batchInfoList",
    entry: "batchInfo",
};
/// The ids of the results of a query's batch.
const RESULT_IDS: Expected = Expected::InfoList {
    root: "result-list",
    entry: "result",
};

/// Returns the path of what stands below jobs.
fn path(client: &Client, steps: &[(&str, &str)]) -> Result<String, Fault> {
    let mut path = format!("/services/async/{}/job", client.version()?);
    for (name, step) in steps {
        path.push('/');
        match *name {
            "" => path.push_str(step),
            name => path.push_str(&segment(name, step)?),
        }
    }
    Ok(path)
}

fn batch<'a>(job: &'a str, batch: &'a str) -> [(&'static str, &'a str); 3] {
    [("job", job), ("", "batch"), ("batch", batch)]
}

/// Makes a GET whose answer is JSON wherever Salesforce leaves the choice.
fn get(path: String, expected: Expected) -> Request {
    Request::get(path)
        .expecting(expected)
        .with_header("content-type", JSON)
}

/// POST job.
pub fn create(client: &Client, config: &V1CreateJobConfig) -> Result<Message, Fault> {
    told(client, &create_call(client, config)?, "job")
}

/// Returns the call that makes a job.
fn create_call(client: &Client, config: &V1CreateJobConfig) -> Result<Request, Fault> {
    let queries = matches!(config.operation, V1Operation::Query | V1Operation::QueryAll);
    let upserts = config.operation == V1Operation::Upsert;
    if upserts != config.external_id_field.is_some() {
        return Err(Fault::config(
            "config.external-id-field goes with config.operation `upsert`, and an upsert needs it",
        ));
    }
    let chunks =
        config.pk_chunking || config.pk_chunk_size.is_some() || config.pk_chunk_parent.is_some();
    if chunks && !queries {
        return Err(Fault::config(
            "config.pk-chunking splits queries: set config.operation to `query` or `query-all`, or take it out",
        ));
    }
    let zipped = matches!(
        config.content,
        Some(V1Content::ZipCsv | V1Content::ZipXml | V1Content::ZipJson)
    );
    if zipped && queries {
        return Err(Fault::config(
            "config.content is a zip file, and queries have no files: set it to `csv`, `xml` or `json`",
        ));
    }
    let body: Value = Object::new()
        .put("operation", word(config.operation))
        .put("object", config.object.as_str())
        .some("externalIdFieldName", config.external_id_field.as_deref())
        .some("assignmentRuleId", config.assignment_rule_id.as_deref())
        .some("concurrencyMode", config.serial.then_some("Serial"))
        .put("contentType", content(config.content))
        .into();
    let mut call = Request::write(
        Method::Post,
        path(client, &[])?,
        Idempotency::Idempotent,
        JSON,
        body.to_string().as_bytes(),
    )
    .expecting(Expected::NewInfo(MEMBERS));
    if let Some(headers) = &config.headers {
        check_headers("config.headers", headers)?;
        call.headers.extend(headers.iter().cloned());
    }
    if chunks {
        call = call.with_header("sforce-enable-pkchunking", &chunking(config));
    }
    Ok(call)
}

/// Returns the value of `Sforce-Enable-PKChunking`.
fn chunking(config: &V1CreateJobConfig) -> String {
    let size = config.pk_chunk_size.map(|size| format!("chunkSize={size}"));
    let parent = config.pk_chunk_parent.as_ref();
    let parent = parent.map(|parent| format!("parent={parent}"));
    let told: Vec<String> = size.into_iter().chain(parent).collect();
    if told.is_empty() {
        "true".into()
    } else {
        told.join("; ")
    }
}

fn word(operation: V1Operation) -> &'static str {
    match operation {
        V1Operation::Insert => "insert",
        V1Operation::Update => "update",
        V1Operation::Upsert => "upsert",
        V1Operation::Delete => "delete",
        V1Operation::HardDelete => "hardDelete",
        V1Operation::Query => "query",
        V1Operation::QueryAll => "queryAll",
    }
}

fn content(content: Option<V1Content>) -> &'static str {
    match content {
        Some(V1Content::Xml) => "XML",
        Some(V1Content::Json) => "JSON",
        Some(V1Content::Csv) | None => "CSV",
        Some(V1Content::ZipCsv) => "ZIP_CSV",
        Some(V1Content::ZipXml) => "ZIP_XML",
        Some(V1Content::ZipJson) => "ZIP_JSON",
    }
}

/// POST job/{job} with state Closed.
pub fn close(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    set_state(client, config, "Closed")
}

/// POST job/{job} with state Aborted.
pub fn abort(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    set_state(client, config, "Aborted")
}

fn set_state(client: &Client, config: &JobConfig, state: &str) -> Result<Message, Fault> {
    told(client, &state_call(client, &config.job, state)?, "job")
}

/// Makes the call that sets the state of a job.
fn state_call(client: &Client, job: &str, state: &str) -> Result<Request, Fault> {
    let body = serde_json::json!({ "state": state }).to_string();
    let call = Request::write(
        Method::Post,
        path(client, &[("job", job)])?,
        Idempotency::Idempotent,
        JSON,
        body.as_bytes(),
    );
    Ok(call.expecting(INFO))
}

/// GET job/{job}.
pub fn info(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    told(
        client,
        &get(path(client, &[("job", &config.job)])?, INFO),
        "job",
    )
}

/// POST job/{job}/batch.
pub fn add_batch(client: &Client, config: &JobConfig, input: &Message) -> Result<Message, Fault> {
    if input.body.len() > MAX_BATCH_BYTES {
        return Err(bad_input(format!(
            "The input has {} bytes; a batch takes {MAX_BATCH_BYTES}: split it over several batches, or use `bulk/load`",
            input.body.len()
        )));
    }
    let essence = essence(&input.media_type);
    let zipped = essence.starts_with(ZIPPED);
    if zipped && !input.body.starts_with(ZIP_START) {
        return Err(bad_input(format!(
            "The input is of {essence}, and is no zip file: give one with the records in `request.txt`, and the files that they name"
        )));
    }
    let media_type = match zipped {
        true => essence.to_owned(),
        false => format!("{essence}; charset=UTF-8"),
    };
    let call = batch_call(client, &config.job, &media_type, &input.body)?;
    told(client, &call, "batch")
}

/// Makes the call that adds a batch to a job.
fn batch_call(client: &Client, job: &str, media_type: &str, body: &[u8]) -> Result<Request, Fault> {
    let path = path(client, &[("job", job), ("", "batch")])?;
    let call = Request::write(
        Method::Post,
        path,
        Idempotency::NonIdempotent,
        media_type,
        body,
    );
    Ok(call.expecting(Expected::NewInfo(MEMBERS)))
}

/// GET job/{job}/batch/{batch}.
pub fn batch_info(client: &Client, config: &V1BatchConfig) -> Result<Message, Fault> {
    told(
        client,
        &get(path(client, &batch(&config.job, &config.batch))?, INFO),
        "batch",
    )
}

/// GET job/{job}/batch.
pub fn list_batches(client: &Client, config: &JobConfig) -> Result<Message, Fault> {
    let path = path(client, &[("job", &config.job), ("", "batch")])?;
    Ok(client.message(client.send(&get(path, BATCHES))?))
}

/// GET job/{job}/batch/{batch}/result, of a query.
pub fn result_ids(client: &Client, config: &V1BatchConfig) -> Result<Message, Fault> {
    let path = format!(
        "{}/result",
        path(client, &batch(&config.job, &config.batch))?
    );
    Ok(client.message(client.send(&get(path, RESULT_IDS))?))
}

/// GET job/{job}/batch/{batch}/request.
pub fn batch_request(client: Rc<Client>, config: &V1BatchConfig) -> Result<Results, Fault> {
    let call = wire::document_call(&client, &config.job, &config.batch, "request")?;
    Results::open(client, call)
}

/// GET job/{job}/batch/{batch}/result.
pub fn batch_results(client: Rc<Client>, config: &V1BatchConfig) -> Result<Results, Fault> {
    let call = wire::document_call(&client, &config.job, &config.batch, "result")?;
    Results::open(client, call)
}

/// GET job/{job}/batch/{batch}/result/{result}.
pub fn query_results(client: Rc<Client>, config: &V1QueryResultsConfig) -> Result<Results, Fault> {
    let steps = format!("result/{}", segment("result-id", &config.result_id)?);
    let call = wire::document_call(&client, &config.job, &config.batch, &steps)?;
    Results::open(client, call)
}

/// Sends a call and adds the id and the state in its answer to the metadata.
fn told(client: &Client, call: &Request, what: &str) -> Result<Message, Fault> {
    let mut message = client.message(client.send(call)?);
    let facts = [(what, "id"), ("state", "state")];
    for (name, member) in facts {
        if let Some(value) = value_of(&message.body, member) {
            message.metadata.add(name, value);
        }
    }
    Ok(message)
}

/// Returns a member of an info, in JSON or XML.
fn value_of(body: &[u8], name: &str) -> Option<String> {
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        return json.get(name)?.as_str().map(str::to_owned);
    }
    let text = std::str::from_utf8(body).ok()?;
    let (_, after) = text.split_once(&format!("<{name}>"))?;
    let (value, _) = after.split_once(&format!("</{name}>"))?;
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use salesforce_client::testing::{client, token};
    use salesforce_client::transport::scripted::Play;
    use salesforce_contract::source::Source;

    const ENDED: &str = r#"<?xml version="1.0" encoding="UTF-8"?><error xmlns="http://www.force.com/2009/06/asyncapi/dataload"><exceptionCode>InvalidSessionId</exceptionCode><exceptionMessage>Invalid session id</exceptionMessage></error>"#;

    fn batch_of(job: &str) -> V1BatchConfig {
        V1BatchConfig {
            job: job.into(),
            batch: "751A".into(),
        }
    }

    #[test]
    fn session_that_ended_is_renewed_whatever_form_the_answer_has() {
        let json =
            r#"{"exceptionCode":"InvalidSessionId","exceptionMessage":"Invalid session id"}"#;
        for refusal in [ENDED, json] {
            let (client, script, _) = client([
                Play::Answer(400, vec![], refusal.into()),
                token("T2"),
                Play::Answer(
                    200,
                    vec![("content-type".into(), "text/csv".into())],
                    b"\"Id\"\n".to_vec(),
                ),
            ]);
            let mut results = batch_results(Rc::new(client), &batch_of("750A")).unwrap();
            assert_eq!(results.read(99).unwrap().unwrap(), b"\"Id\"\n");
            let headers = script.requests().pop().unwrap().headers;
            assert!(headers.contains(&("x-sfdc-session".into(), "T2".into())));
            assert!(headers.iter().all(|(name, _)| name != "authorization"));
        }
    }

    #[test]
    fn documents_have_paths_of_their_own() {
        let (client, script, _) = client((0..3).map(|_| Play::json(200, "[]")));
        let client = Rc::new(client);
        batch_request(Rc::clone(&client), &batch_of("750A")).unwrap();
        let config = V1QueryResultsConfig {
            job: "750A".into(),
            batch: "751A".into(),
            result_id: "752A".into(),
        };
        let results = query_results(Rc::clone(&client), &config).unwrap();
        assert_eq!(results.head().media_type, "application/json");
        result_ids(&client, &batch_of("750A")).unwrap();
        let root = "Get https://eu1.salesforce.com/services/async/62.0/job/750A/batch/751A";
        assert_eq!(
            script.sent()[1..],
            [
                format!("{root}/request"),
                format!("{root}/result/752A"),
                format!("{root}/result")
            ]
        );
    }
}
