//! The origins that a connection, and then its session, needs to reach.

use serde_json::Value;
use url::{Host, Url};

use super::SessionError;
use crate::schema::Schema;

/// Lists the origins of a connection document. Addresses that do not parse are left to the connector to refuse.
pub(super) fn of_connection(schema: &Value, document: &Value) -> Result<Vec<String>, SessionError> {
    origins("the connection", Schema::new(schema), document)
}

/// Lists the origins of a session that the connector opened.
pub(super) fn of_session(schema: &Value, session: &Value) -> Result<Vec<String>, SessionError> {
    match Schema::new(schema).property("session") {
        Some(schema) => origins("the login's answer", schema, session),
        None => Ok(Vec::new()),
    }
}

fn origins(what: &str, schema: Schema, document: &Value) -> Result<Vec<String>, SessionError> {
    let mut found = Vec::new();
    for address in schema.uris(document) {
        let Ok(url) = Url::parse(address) else {
            continue;
        };
        found.push(origin(what, &url)?);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn origin(what: &str, url: &Url) -> Result<String, SessionError> {
    let origin = url.origin().ascii_serialization();
    match url.scheme() {
        "https" => Ok(origin),
        "http" if is_loopback(url) => Ok(origin),
        "http" => Err(SessionError::Origin(format!(
            "{what} names {origin}, but plain http is for loopback only: write https"
        ))),
        // Its origin is opaque, and what the address holds may be secret: only the scheme is told.
        other => Err(SessionError::Origin(format!(
            "{what} names an address of the scheme `{other}`: only https can be reached"
        ))),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({"properties": {
            "url": {"type": "string", "format": "uri"},
            "session": {"type": "object", "properties": {"instance-url": {"type": "string", "format": "uri"}}},
        }})
    }

    fn of(url: &str) -> Result<Vec<String>, String> {
        of_connection(&schema(), &json!({"url": url})).map_err(|error| error.to_string())
    }

    #[test]
    fn path_query_and_user_are_no_part_of_an_origin() {
        assert_eq!(
            of("https://u:p@acme.example/services/Soap/u/62.0?x=1"),
            Ok(vec!["https://acme.example".into()])
        );
        assert_eq!(
            of("https://acme.example:8443/"),
            Ok(vec!["https://acme.example:8443".into()])
        );
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for address in [
            "http://localhost:8080",
            "http://sandbox.localhost",
            "http://127.0.0.9",
            "http://[::1]:1",
        ] {
            assert_eq!(of(address), Ok(vec![address.into()]));
        }
        let sentence = of("http://acme.example/x").expect_err("refused");
        assert_eq!(
            sentence,
            "the connection names http://acme.example, but plain http is for loopback only: write https"
        );
    }

    #[test]
    fn other_schemes_are_refused_without_showing_the_address() {
        let sentence = of("data:hunter2").expect_err("refused");
        assert_eq!(
            sentence,
            "the connection names an address of the scheme `data`: only https can be reached"
        );
    }

    #[test]
    fn what_does_not_parse_is_left_to_the_connector() {
        assert_eq!(of("not an address"), Ok(vec![]));
    }

    #[test]
    fn a_session_adds_its_origins() {
        let found =
            of_session(&schema(), &json!({"instance-url": "https://na1.example/"})).expect("fine");
        assert_eq!(found, ["https://na1.example"]);
        let error = of_session(&schema(), &json!({"instance-url": "http://na1.example/"}))
            .expect_err("refused");
        assert!(
            error
                .to_string()
                .starts_with("the login's answer names http://na1.example")
        );
    }
}
