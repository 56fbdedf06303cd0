//! A GET whose URL would be too long, as the only subrequest of a composite request: the URL travels in the body.
//!
//! Salesforce's own advice for long SOQL (help.salesforce.com article 000386264, "Maximum number of rows returned by SOQL
//! queries over the REST API").

use crate::client::Request;
use crate::exchange::{self, Idempotency, Reply};
use crate::transport::{Method, Pending, TransportError};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, json};

/// Puts a GET into a POST to `composite`, a path of the same version.
pub fn wrapped(get: &Request, composite: &str) -> Request {
    let headers = get.headers.iter();
    let headers: Map<_, _> = headers
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    let body = json!({"compositeRequest": [
        {"method": "GET", "url": get.path, "referenceId": "wrapped", "httpHeaders": headers}
    ]});
    Request {
        via_composite: true,
        accepted_statuses: get.accepted_statuses,
        expected: get.expected,
        statement: get.statement.clone(),
        ..Request::write(
            Method::Post,
            composite,
            Idempotency::Safe,
            "application/json",
            body.to_string().as_bytes(),
        )
    }
}

/// Receives the answer to a wrapped GET as if it had been sent by itself: with the status and body of the subrequest.
pub fn receive(pending: Box<dyn Pending>) -> Result<Reply, TransportError> {
    exchange::receive(pending).map(unwrapped)
}

/// What is no composite answer stays as it is: whoever parses it refuses it.
fn unwrapped(reply: Reply) -> Reply {
    let answer = serde_json::from_slice::<Answer<'_>>(&reply.body).ok();
    let only = answer.and_then(|answer| match answer.responses.as_slice() {
        [only] => Some((only.status, only.body.get().as_bytes().to_vec())),
        _ => None,
    });
    match only {
        Some((status, body)) => Reply {
            status,
            body,
            ..reply
        },
        None => reply,
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(rename = "compositeResponse", borrow)]
    responses: Vec<SubAnswer<'a>>,
}

#[derive(Deserialize)]
struct SubAnswer<'a> {
    #[serde(rename = "httpStatusCode")]
    status: u16,
    #[serde(borrow)]
    body: &'a RawValue,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(body: &str) -> Reply {
        Reply {
            status: 200,
            headers: vec![("sforce-limit-info".into(), "api-usage=1/2".into())],
            body: body.into(),
        }
    }

    #[test]
    fn the_answer_is_that_of_the_subrequest() {
        let inner = unwrapped(reply(
            r#"{"compositeResponse":[{"body":[{"errorCode":"MALFORMED_QUERY"}],"httpHeaders":{},"httpStatusCode":400,"referenceId":"wrapped"}]}"#,
        ));
        assert_eq!(inner.status, 400);
        assert_eq!(inner.body, br#"[{"errorCode":"MALFORMED_QUERY"}]"#);
        assert_eq!(inner.header("sforce-limit-info"), Some("api-usage=1/2"));
    }

    #[test]
    fn another_answer_stays_as_it_is() {
        for body in [
            "{}",
            r#"{"compositeResponse":[]}"#,
            "<html>",
            r#"{"compositeResponse":[{"body":{"#,
        ] {
            assert_eq!(unwrapped(reply(body)), reply(body));
        }
    }
}
