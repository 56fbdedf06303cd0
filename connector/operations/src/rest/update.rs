//! Update and read back in one call: two subrequests of a composite request, of which the second runs only after the first.

use super::path::query;
use super::records::{Key, body, option_headers, record_path};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::{Idempotency, Reply};
use salesforce_client::expected::Expected;
use salesforce_client::fault;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::records::UpdateAndRetrieveConfig;
use salesforce_contract::message::Message;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

/// The code of a subrequest that did not run because another failed (REST API Developer Guide, "Composite").
const HALTED: &str = "PROCESSING_HALTED";

/// POST composite with PATCH and GET of a record.
pub fn update_and_retrieve(
    client: &Client,
    config: &UpdateAndRetrieveConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let headers = option_headers(config.options.as_ref())?;
    let record = body(
        client,
        Some(&config.object),
        Some(Key::id(&config.id)),
        input,
    )?;
    let record: Box<RawValue> = serde_json::from_slice(&record).map_err(|error| {
        Fault::protocol(format!("The record cannot be written as JSON: {error}"))
    })?;
    let path = client.path(&record_path(&config.object, &config.id)?)?;
    let fields = config.fields.as_deref().unwrap_or_default().join(",");
    let fields = query((!fields.is_empty()).then_some(("fields", fields.as_str())));
    let headers: serde_json::Map<_, _> = headers
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    // The record is put in as text: numbers keep all their digits.
    let update =
        json!({"method": "PATCH", "url": path, "referenceId": "update", "httpHeaders": headers});
    let update = update.to_string();
    let update = update.trim_end_matches('}');
    let retrieve =
        json!({"method": "GET", "url": format!("{path}{fields}"), "referenceId": "retrieve"});
    let body = format!(
        r#"{{"allOrNone":true,"compositeRequest":[{update},"body":{record}}},{retrieve}]}}"#
    );
    let call = Request::write(
        Method::Post,
        client.path("composite")?,
        Idempotency::Idempotent,
        "application/json",
        body.as_bytes(),
    )
    .expecting(Expected::Object(&["compositeResponse"]));
    let reply = client.send_as(&call, None, |reply, _| retrieved(&reply))??;
    Ok(client.message(reply))
}

/// The record of the answer; the inner error is the fault of the subrequest that failed.
fn retrieved(reply: &Reply) -> Result<Result<Reply, Fault>, Unusable> {
    let answer: Answer = serde_json::from_slice(&reply.body).map_err(|error| {
        Unusable(format!(
            "The answer to a composite request is not as documented: {error}"
        ))
    })?;
    let refused = answer
        .responses
        .iter()
        .find(|one| !(200..=299).contains(&one.status) && !one.body.get().contains(HALTED));
    if let Some(one) = refused {
        return Ok(Err(refusal(one)));
    }
    match answer.responses.as_slice() {
        [update, one] if (200..=299).contains(&one.status) => {
            Expected::Done.check(&update.reply(reply))?;
            let record = one.reply(reply);
            Expected::RECORD.check(&record)?;
            Ok(Ok(record))
        }
        _ => Err(Unusable(
            "The answer to a composite request of an update and a retrieval has no record".into(),
        )),
    }
}

fn refusal(one: &SubAnswer) -> Fault {
    Fault {
        attempts: 1,
        ..fault::from_answer(one.status, one.body.get().as_bytes()).0
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "compositeResponse")]
    responses: Vec<SubAnswer>,
}

#[derive(Deserialize)]
struct SubAnswer {
    #[serde(rename = "httpStatusCode")]
    status: u16,
    body: Box<RawValue>,
}

impl SubAnswer {
    /// The answer as if the subrequest had been sent by itself.
    fn reply(&self, whole: &Reply) -> Reply {
        let body = match self.body.get() {
            "null" => Vec::new(),
            body => body.as_bytes().to_vec(),
        };
        Reply {
            status: self.status,
            body,
            ..whole.clone()
        }
    }
}
