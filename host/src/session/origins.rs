//! The origins that a connection, and then its session, needs to reach.
//!
//! Whoever writes a connection says where its credentials go. A session is the remote system's word: tokens go where it says
//! only if that is a host of the connection, lies below a domain that the connector's schema trusts (`x-trusted-domains`;
//! by https, on port 443), or is on the list `allow` of the connection file. Otherwise a login host that is not what it seems, or
//! a session file that somebody else wrote, could send them anywhere.

use serde_json::Value;
use url::{Host, Url};

use super::SessionError;
use crate::egress::Egress;
use crate::schema::Schema;
use crate::text;

/// An origin that a session names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named<'a> {
    /// Scheme, host and port.
    pub(super) origin: String,
    /// Whether it lies below a domain that the connector trusts.
    is_trusted: bool,
    /// Those domains.
    domains: Vec<&'a str>,
}

/// Lists the origins of a connection document. Addresses that do not parse are left to the connector to refuse.
pub(super) fn of_connection(schema: &Value, document: &Value) -> Result<Vec<String>, SessionError> {
    let named = named("the connection", Schema::new(schema), document)?;
    Ok(named.into_iter().map(|named| named.origin).collect())
}

/// Lists the origins of a session that the connector opened.
pub(super) fn of_session<'a>(
    schema: &'a Value,
    session: &Value,
) -> Result<Vec<Named<'a>>, SessionError> {
    match Schema::new(schema).property("session") {
        Some(schema) => named("the login's answer", schema, session),
        None => Ok(Vec::new()),
    }
}

impl Named<'_> {
    /// Lets the connector reach the origin, if that is right.
    pub(super) fn admit(&self, egress: &Egress) -> Result<(), SessionError> {
        if egress.allows(&self.origin) {
            return Ok(());
        }
        if self.is_trusted {
            return Ok(egress.allow(&self.origin)?);
        }
        Err(SessionError::Origin(self.refusal()))
    }

    fn refusal(&self) -> String {
        let domains = match self.domains.as_slice() {
            [] => String::new(),
            domains => format!(" and is not below {}", text::list(domains, "or")),
        };
        let origin = &self.origin;
        format!(
            "the login's answer names {origin}, which is not a host of the connection{domains}: nothing was sent there; \
             if it is right, write under [host] in the connection file: allow = [\"{origin}\"]"
        )
    }
}

fn named<'a>(
    what: &str,
    schema: Schema<'a>,
    document: &Value,
) -> Result<Vec<Named<'a>>, SessionError> {
    let mut found = Vec::new();
    for (address, domains) in schema.addresses(document) {
        let Ok(url) = Url::parse(address) else {
            continue;
        };
        found.push(Named {
            origin: origin(what, &url)?,
            is_trusted: is_trusted(&url, &domains),
            domains,
        });
    }
    found.sort_by(|one, other| one.origin.cmp(&other.origin));
    found.dedup_by(|one, other| one.origin == other.origin);
    Ok(found)
}

fn is_trusted(url: &Url, domains: &[&str]) -> bool {
    let Some(Host::Domain(host)) = url.host() else {
        return false;
    };
    let host = host.trim_end_matches('.');
    let is_usual = url.scheme() == "https" && url.port_or_known_default() == Some(443);
    let is_below = |domain: &&str| {
        host.strip_suffix(*domain)
            .is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
    };
    is_usual && domains.iter().any(is_below)
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
    use crate::egress::EgressSettings;

    fn schema() -> Value {
        json!({"properties": {
            "url": {"type": "string", "format": "uri"},
            "session": {"type": "object", "properties": {"instance-url": {
                "type": "string", "format": "uri", "x-trusted-domains": ["trusted.example"],
            }}},
        }})
    }

    fn origins_of(url: &str) -> Result<Vec<String>, String> {
        of_connection(&schema(), &json!({"url": url})).map_err(|error| error.to_string())
    }

    #[test]
    fn path_query_and_user_are_no_part_of_an_origin() {
        assert_eq!(
            origins_of("https://u:p@acme.example/services/Soap/u/62.0?x=1"),
            Ok(vec!["https://acme.example".into()])
        );
        assert_eq!(
            origins_of("https://acme.example:8443/"),
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
            assert_eq!(origins_of(address), Ok(vec![address.into()]));
        }
        let sentence = origins_of("http://acme.example/x").expect_err("refused");
        assert_eq!(
            sentence,
            "the connection names http://acme.example, but plain http is for loopback only: write https"
        );
    }

    #[test]
    fn other_schemes_are_refused_without_showing_the_address() {
        let sentence = origins_of("data:hunter2").expect_err("refused");
        assert_eq!(
            sentence,
            "the connection names an address of the scheme `data`: only https can be reached"
        );
    }

    #[test]
    fn what_does_not_parse_is_left_to_the_connector() {
        assert_eq!(origins_of("not an address"), Ok(vec![]));
    }

    fn admitted(instance: &str, allow: &[&str]) -> Result<(), String> {
        let egress = Egress::new(EgressSettings {
            allow: allow.iter().map(|&entry| entry.to_owned()).collect(),
            ..EgressSettings::default()
        })
        .expect("settings");
        let session = json!({"instance-url": instance});
        let (schema, mut result) = (schema(), Ok(()));
        for named in of_session(&schema, &session).map_err(|error| error.to_string())? {
            result = result.and(named.admit(&egress).map_err(|error| error.to_string()));
            assert_eq!(result.is_ok(), egress.allows(&named.origin));
        }
        result
    }

    #[test]
    fn a_session_may_lead_to_trusted_domains_hosts_of_the_connection_and_what_is_allowed() {
        for instance in [
            "https://na1.trusted.example/",
            "https://trusted.example",
            "https://NA1.Trusted.Example:443/x",
        ] {
            assert_eq!(admitted(instance, &[]), Ok(()), "{instance}");
        }
        assert_eq!(
            admitted("http://127.0.0.1:8080", &["http://127.0.0.1:8080"]),
            Ok(())
        );
        assert_eq!(
            admitted("https://eu.acme.example", &["https://*.acme.example"]),
            Ok(())
        );
    }

    #[test]
    fn a_session_leads_nowhere_else() {
        for instance in [
            "https://evil.example/",
            "https://nottrusted.example",
            "https://trusted.example.evil.example",
            "https://na1.trusted.example:8443",
            "https://192.0.2.7",
            "http://127.0.0.1:9",
            "http://sandbox.localhost",
        ] {
            let sentence = admitted(instance, &["http://127.0.0.1:8080"]).expect_err(instance);
            let origin = instance.trim_end_matches('/');
            assert!(
                sentence.ends_with(&format!("allow = [\"{origin}\"]")),
                "{sentence}"
            );
        }
        let sentence = admitted("http://na1.trusted.example/", &[]).expect_err("plain http");
        assert!(
            sentence.starts_with("the login's answer names http://na1.trusted.example"),
            "{sentence}"
        );
    }
}
