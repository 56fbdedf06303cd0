//! What tests share: a connection, a context on a script, and the answers of a plain org.
#![expect(
    clippy::unwrap_used,
    reason = "a test that is set up wrongly fails by panicking"
)]

use crate::client::Client;
use crate::context::Context;
use crate::transport::scripted::{Play, Script, TestClock};
use salesforce_contract::message::Message;

use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::connection::{
    AuthFlow, ClientCredentials, ConnectionConfig,
};
use std::rc::Rc;

/// A connection by client credentials with API 62.0.
pub fn connection() -> ConnectionConfig {
    ConnectionConfig {
        url: "https://acme.my.salesforce.com".into(),
        api_version: Some("62.0".into()),
        auth: AuthFlow::ClientCredentials(ClientCredentials {
            client_id: "key".into(),
            client_secret: "hush".into(),
            token_url: None,
        }),
        max_concurrent_connections: None,
        timeouts: None,
        retry: None,
        headers: None,
        session: None,
        time_zone: None,
        api_budget: None,
        organization_id: None,
    }
}

/// The answer of a token endpoint.
pub fn token(access_token: &str) -> Play {
    Play::json(
        200,
        &format!(
            r#"{{"access_token":"{access_token}","instance_url":"https://eu1.salesforce.com","id":"https://login.salesforce.com/id/00D/005","token_type":"Bearer","issued_at":"1700000000000","signature":"x"}}"#
        ),
    )
}

/// An org that answers by a script, the first login included.
pub fn client(plays: impl IntoIterator<Item = Play>) -> (Client, Script, TestClock) {
    let plays = std::iter::once(token("T1")).chain(plays);
    org_for(&connection(), plays)
}

/// An org for this connection that answers by a script.
pub fn org_for(
    connection: &ConnectionConfig,
    plays: impl IntoIterator<Item = Play>,
) -> (Client, Script, TestClock) {
    let clock = TestClock::default();
    let script = Script::new(plays).on_clock(&clock);
    let context = Rc::new(Context::new(script.clone(), clock.clone()));
    (Client::open(context, connection).unwrap(), script, clock)
}

/// A JSON input.
pub fn json(body: &str) -> Message {
    message("application/json", body)
}

/// An input of this media type.
pub fn message(media_type: &str, body: &str) -> Message {
    Message {
        media_type: media_type.into(),
        body: body.as_bytes().to_vec(),
        metadata: Metadata::default(),
    }
}

/// Salesforce's answer to a session that has ended.
pub fn expired() -> Play {
    Play::json(
        401,
        r#"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#,
    )
}

/// The answer to a describe, with fields and child relationships as JSON lists.
pub fn describe_of(object: &str, fields: &str, children: &str) -> Play {
    let body =
        format!(r#"{{"name":"{object}","fields":{fields},"childRelationships":{children}}}"#);
    let headers = vec![
        ("content-type".into(), "application/json".into()),
        (
            "last-modified".into(),
            "Wed, 21 Oct 2026 07:28:00 GMT".into(),
        ),
    ];
    Play::Answer(200, headers, body.into_bytes())
}

/// The describe of an Account with a field of each kind.
pub fn account() -> Play {
    let fields = r#"[
        {"name":"Id","type":"id"},
        {"name":"Name","type":"string"},
        {"name":"Ext__c","type":"string","externalId":true},
        {"name":"AnnualRevenue","type":"currency"},
        {"name":"NumberOfEmployees","type":"int"},
        {"name":"Active__c","type":"boolean"},
        {"name":"Founded__c","type":"date"},
        {"name":"Seen__c","type":"datetime"},
        {"name":"Opens__c","type":"time"},
        {"name":"Phone","type":"phone"},
        {"name":"BillingAddress","type":"address"},
        {"name":"BillingStreet","type":"textarea"},
        {"name":"BillingCity","type":"string"},
        {"name":"BillingLatitude","type":"double"},
        {"name":"ParentId","type":"reference","referenceTo":["Account"],"relationshipName":"Parent"},
        {"name":"OwnerId","type":"reference","referenceTo":["Group","User"],"relationshipName":"Owner"}
    ]"#;
    describe_of(
        "Account",
        fields,
        r#"[{"childSObject":"Contact","relationshipName":"Contacts"}]"#,
    )
}

/// Metadata as names with values, as cases write them.
pub fn flat(metadata: &Metadata) -> Vec<(String, String)> {
    let number =
        |name: &str, value: Option<u64>| value.map(|value| (name.to_owned(), value.to_string()));
    let usage = metadata.usage.map(|usage| {
        let text = format!("{}/{}", usage.used, usage.allowed);
        ("api-usage".to_owned(), text)
    });
    let renewed = metadata
        .session_renewed
        .then(|| ("session-renewed".to_owned(), "true".to_owned()));
    let resumption = metadata.resumption.iter().flat_map(|resumption| {
        [
            ("resume".to_owned(), resumption.config.clone()),
            ("resume-bytes".to_owned(), resumption.bytes.to_string()),
        ]
    });
    let headers = metadata.headers.iter();
    let headers = headers.map(|(name, value)| (format!("header/{name}"), value.clone()));
    [
        number("status", metadata.status.map(u64::from)),
        usage,
        renewed,
        number("records", metadata.records.map(u64::from)),
        number("failed", metadata.failed.map(u64::from)),
        number("total", metadata.total.map(u64::from)),
        number("total-bytes", metadata.total_bytes),
    ]
    .into_iter()
    .flatten()
    .chain(headers)
    .chain(resumption)
    .chain(metadata.extras.iter().cloned())
    .collect()
}

/// The first value of this name.
pub fn told(metadata: &Metadata, name: &str) -> Option<String> {
    let found = flat(metadata).into_iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value)
}
