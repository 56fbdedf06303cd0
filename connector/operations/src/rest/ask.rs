//! The shapes that most resources share: a GET, a JSON body or a DELETE whose answer becomes a message.

use super::path::query;
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::envelope;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::fault;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::limits::{MAX_URI_BYTES, OLDEST_COMPOSITE_VERSION, URI_HEADER_RESERVE};
use salesforce_contract::message::Message;
use salesforce_contract::message::bounded;
use serde_json::{Map, Value};

/// Query parameters in order; what is absent or empty is left out.
#[derive(Default)]
pub struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// No parameters.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a parameter.
    pub fn put(mut self, name: &'static str, value: impl ToString) -> Self {
        self.0.push((name, value.to_string()));
        self
    }

    /// Adds a parameter that may be absent.
    pub fn some<T: ToString>(self, name: &'static str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }

    /// Adds values as one parameter, separated by commas.
    pub fn list(self, name: &'static str, values: &[String]) -> Self {
        self.some(name, (!values.is_empty()).then(|| values.join(",")))
    }

    /// Adds one parameter of the same name per value.
    pub fn each(self, name: &'static str, values: &[String]) -> Self {
        values
            .iter()
            .fold(self, |parameters, value| parameters.put(name, value))
    }

    /// Adds `name=true`, if so.
    pub fn flag(self, name: &'static str, set: bool) -> Self {
        self.some(name, set.then_some(true))
    }

    fn encoded(&self) -> String {
        query(self.0.iter().map(|(name, value)| (*name, value.as_str())))
    }
}

/// A JSON object in the making; what is absent or empty is left out.
#[derive(Default)]
pub struct Object(Map<String, Value>);

impl Object {
    /// An object without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member.
    pub fn put(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Adds a member that may be absent.
    pub fn some<T: Into<Value>>(self, name: &str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }

    /// Adds a list that may be empty.
    pub fn list<T: Into<Value> + Clone>(self, name: &str, values: &[T]) -> Self {
        self.some(name, (!values.is_empty()).then(|| values.to_vec()))
    }

    /// Adds `true`, if so.
    pub fn flag(self, name: &str, set: bool) -> Self {
        self.some(name, set.then_some(true))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

/// The call of a GET below the API version.
pub fn get_call(client: &Client, path: &str, parameters: &Parameters) -> Result<Request, Fault> {
    let path = format!("{}{}", client.path(path)?, parameters.encoded());
    if path.len() > MAX_URI_BYTES - URI_HEADER_RESERVE {
        return Err(bad_input(format!(
            "The request makes a URL of {} bytes; Salesforce takes {MAX_URI_BYTES} with headers: name fewer objects or fields at once",
            path.len()
        )));
    }
    Ok(Request::get(path))
}

/// A GET that Salesforce takes: where its URL would be too long, it goes in the body of a composite request.
pub fn fitting(client: &Client, get: Request) -> Result<Request, Fault> {
    let fits = get.path.len() <= MAX_URI_BYTES - URI_HEADER_RESERVE;
    if fits || client.version()?.0 < OLDEST_COMPOSITE_VERSION {
        return Ok(get);
    }
    Ok(envelope::wrapped(&get, &client.path("composite")?))
}

/// GETs a resource below the API version, whose answer must be what is expected.
pub fn get(
    client: &Client,
    path: &str,
    parameters: Parameters,
    expected: Expected,
) -> Result<Message, Fault> {
    let call = get_call(client, path, &parameters)?.expecting(expected);
    Ok(client.message(client.send(&call)?))
}

/// The call of a POST of JSON below the API version.
pub fn post_call(
    client: &Client,
    path: &str,
    idempotency: Idempotency,
    body: &[u8],
) -> Result<Request, Fault> {
    Ok(Request::write(
        Method::Post,
        client.path(path)?,
        idempotency,
        "application/json",
        body,
    ))
}

/// POSTs a JSON value below the API version.
pub fn post(
    client: &Client,
    path: &str,
    idempotency: Idempotency,
    body: impl Into<Value>,
    expected: Expected,
) -> Result<Message, Fault> {
    let body = body.into().to_string();
    let call = post_call(client, path, idempotency, body.as_bytes())?.expecting(expected);
    Ok(client.message(client.send(&call)?))
}

/// DELETEs a resource below the API version. When an attempt before has deleted it and its answer was lost, it is done.
pub fn delete(client: &Client, path: &str) -> Result<Message, Fault> {
    match client.send(&delete_call(client, path)?) {
        Ok(reply) => Ok(client.message(reply)),
        Err(fault) if fault::deleted_before(&fault) => Ok(Message {
            media_type: "application/json".into(),
            body: Vec::new(),
            metadata: client.metadata(Metadata::from(&fault)),
        }),
        Err(fault) => Err(fault),
    }
}

/// The call of a DELETE below the API version.
pub fn delete_call(client: &Client, path: &str) -> Result<Request, Fault> {
    Ok(Request {
        method: Method::Delete,
        idempotency: Idempotency::Idempotent,
        expected: Expected::Done,
        ..Request::get(client.path(path)?)
    })
}

/// Sends a call and adds what `read` finds in the body to the metadata. A body that cannot be read so is a
/// `protocol` fault.
pub fn send_and_read(
    client: &Client,
    call: &Request,
    read: impl Fn(&[u8]) -> serde_json::Result<Metadata>,
) -> Result<Message, Fault> {
    let (reply, facts) = client.send_as(call, None, |reply, _| match read(&reply.body) {
        Ok(facts) => Ok((reply, facts)),
        Err(error) => Err(Unusable(format!(
            "The answer (HTTP {}) is not as documented: {error}",
            reply.status
        ))),
    })?;
    let mut message = client.message(reply);
    message.metadata.extend(facts);
    Ok(message)
}

/// Sends a call whose answer is as many results as `count`, each with the member `success_key`: one alone, or a list. Results of a
/// list may fail one by one, even all of them with status 400: `failed` of the metadata counts those. A single result
/// that failed is a fault.
pub fn send_for_results(
    client: &Client,
    call: Request,
    success_key: &str,
    count: usize,
) -> Result<Message, Fault> {
    let call = Request {
        accepted_statuses: &[400],
        expected: Expected::Results,
        ..call
    };
    let (reply, failed) = client.send_as(&call, None, |reply, _| {
        let failed = failures(reply.status, &reply.body, success_key, count)?;
        Ok((reply, failed))
    })?;
    let mut message = client.message(reply);
    message.metadata.failed = Some(bounded(failed? as u64));
    Ok(message)
}

/// Counts the results that failed; the inner error is the fault of a request that failed as a whole.
fn failures(
    status: u16,
    body: &[u8],
    key: &str,
    count: usize,
) -> Result<Result<usize, Fault>, Unusable> {
    let value = serde_json::from_slice::<Value>(body).ok();
    let succeeded = |result: &Value| result.get(key).and_then(Value::as_bool);
    let results = match &value {
        Some(Value::Array(items)) => items.iter().map(succeeded).collect::<Option<Vec<_>>>(),
        Some(one) => match succeeded(one) {
            Some(false) => return Ok(Err(single_failure(status, one))),
            Some(true) => Some(vec![true]),
            None => None,
        },
        None => None,
    };
    match results {
        Some(results) if results.len() != count => Err(Unusable(format!(
            "The answer (HTTP {status}) holds {} results, and {count} were asked for",
            results.len()
        ))),
        Some(results) => Ok(Ok(results.iter().filter(|success| !**success).count())),
        None if status == 400 => Ok(Err(refused(status, body))),
        None => Err(Unusable(format!(
            "The answer (HTTP {status}) holds no results with `{key}`"
        ))),
    }
}

/// The fault of a single result: its `errors` are what a refused request would have answered.
fn single_failure(status: u16, result: &Value) -> Fault {
    let errors = result.get("errors").cloned().unwrap_or_default();
    refused(status.max(400), errors.to_string().as_bytes())
}

/// The fault of an answer that arrived and says no.
pub fn refused(status: u16, body: &[u8]) -> Fault {
    Fault {
        attempts: 1,
        ..fault::from_answer(status, body).0
    }
}

/// The JSON of an input.
pub fn json_of(input: &Message) -> Result<Value, Fault> {
    serde_json::from_slice(&input.body)
        .map_err(|error| bad_input(format!("The input is not JSON: {error}")))
}
