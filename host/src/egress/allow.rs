//! Which addresses may be reached: none, except those listed.
//!
//! # Accepted forms
//!
//! | entry | allows |
//! |---|---|
//! | `https://acme.my.salesforce.com` | that host by https on port 443 |
//! | `https://acme.example.com:8443` | that host by https on port 8443 only |
//! | `https://*.example.com` | every host below `example.com`, by one label or more, on port 443; not `example.com` itself |
//! | `https://*.example.com:8443` | the same on port 8443 |
//! | `https://192.0.2.7`, `https://[2001:db8::7]` | that IP address |
//! | `http://localhost:8080`, `http://127.0.0.1:8080`, `http://[::1]:8080` | plain http, to this machine only |
//!
//! A trailing `/` is allowed. Everything else is refused with one sentence: an entry without a scheme, with a path, a
//! query, a user name or another scheme, `*` anywhere but as the first label, a pattern with fewer than two labels after
//! `*.` (`https://*.com` would be nearly the whole net), and plain http to anything but this machine: `localhost`,
//! `*.localhost`, `127.0.0.0/8` and `[::1]`.
//!
//! # Matching
//!
//! - An empty list allows nothing.
//! - Scheme, host and port must all match. Host names are compared without regard to case and without a trailing dot;
//!   international names in their ASCII form. IP addresses are compared as addresses, in whatever notation they come.
//! - An address that a request gives is read by the same parser as the one that connects: what is checked is what is
//!   reached.
//! - A request with a user name in its address is refused.
//!
//! # Out of scope
//!
//! The list speaks of names, not of where they lead: a name on the list may resolve to a private address (and so may a
//! name whose owner changes the answer, "DNS rebinding"). List only names whose owner you trust.
//!
//! ```
//! use mediate::egress::allow::{AllowList, Destination};
//!
//! let mut list = AllowList::default();
//! let at = |address: &str| Destination::parse(address).unwrap();
//! assert!(!list.allows(&at("https://acme.my.salesforce.com/services/data")));
//!
//! list.add("https://*.salesforce.com")?;
//! assert!(list.allows(&at("https://acme.my.salesforce.com/services/data")));
//! assert!(list.allows(&at("https://LOGIN.salesforce.com:443/")));
//! assert!(!list.allows(&at("https://salesforce.com/")));
//! assert!(!list.allows(&at("https://login.salesforce.com.evil.example/")));
//! assert!(!list.allows(&at("https://login.salesforce.com:8443/")));
//! assert!(!list.allows(&at("http://login.salesforce.com/")));
//!
//! list.add("http://localhost:8080")?;
//! assert!(list.allows(&at("http://localhost:8080/token")));
//! assert!(list.add("http://acme.example.com").is_err());
//! # Ok::<(), mediate::error::HostError>(())
//! ```

use crate::error::HostError;
use std::fmt;
use url::{Host, Url};

/// The list of what may be reached.
#[derive(Clone, Debug, Default)]
pub struct AllowList {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    secure: bool,
    host: HostRule,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum HostRule {
    Exactly(Host),
    Below(String),
}

/// Where a request wants to go.
#[derive(Clone, Debug)]
pub struct Destination {
    url: Url,
    host: Host,
    secure: bool,
    port: u16,
}

impl AllowList {
    /// Adds an entry of one of the [accepted forms](self).
    ///
    /// # Errors
    /// Any other form, with how to fix it.
    pub fn add(&mut self, entry: &str) -> Result<(), HostError> {
        let rule = Rule::parse(entry.trim()).map_err(|reason| {
            HostError::settings(format!(
                "The entry `{entry}` of the allowed addresses {reason}."
            ))
        })?;
        if !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
        Ok(())
    }

    /// Tells whether a request may go there.
    #[must_use]
    pub fn allows(&self, destination: &Destination) -> bool {
        self.rules.iter().any(|rule| rule.allows(destination))
    }
}

impl Rule {
    fn parse(entry: &str) -> Result<Self, String> {
        let (scheme, rest) = entry
            .split_once("://")
            .ok_or_else(|| format!("has no scheme: write `https://{entry}`"))?;
        let (wildcard, rest) = rest
            .strip_prefix("*.")
            .map_or((false, rest), |rest| (true, rest));
        if rest.contains('*') {
            return Err(
                "has a `*` that is not its first label: write `https://*.example.com`".into(),
            );
        }
        let destination = Destination::parse(&format!("{scheme}://{rest}"))?;
        origin_only(&destination.url)?;
        if !destination.secure && !is_loopback(&destination.host) {
            return Err(
                "is plain http, which may go to this machine only: write `https://`".into(),
            );
        }
        let Destination {
            host, secure, port, ..
        } = destination;
        let host = if wildcard {
            HostRule::below(host)?
        } else {
            HostRule::Exactly(host)
        };
        Ok(Self { secure, host, port })
    }

    fn allows(&self, destination: &Destination) -> bool {
        self.secure == destination.secure
            && self.port == destination.port
            && self.host.matches(&destination.host)
    }
}

impl HostRule {
    fn below(host: Host) -> Result<Self, String> {
        match host {
            Host::Domain(name) if name.contains('.') || name == "localhost" => {
                Ok(Self::Below(name))
            }
            Host::Domain(_) => Err("covers too much: write at least two labels after `*.`".into()),
            _ => Err("has a `*` before an IP address: list the addresses one by one".into()),
        }
    }

    fn matches(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Exactly(allowed), host) => allowed == host,
            (Self::Below(parent), Host::Domain(name)) => name
                .strip_suffix(parent.as_str())
                .and_then(|labels| labels.strip_suffix('.'))
                .is_some_and(|labels| !labels.is_empty()),
            (Self::Below(_), _) => false,
        }
    }
}

fn origin_only(url: &Url) -> Result<(), String> {
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(format!(
            "has a path: write `{}`",
            url.origin().ascii_serialization()
        ));
    }
    Ok(())
}

impl Destination {
    /// Reads an address.
    ///
    /// # Errors
    /// What is no address by http or https, or has a user name in it: the rest of a sentence about it.
    pub fn parse(address: &str) -> Result<Self, String> {
        let mut url = Url::parse(address).map_err(|error| format!("cannot be read ({error})"))?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(format!("has the scheme `{other}`: write `https://`")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("has a user name in it: leave it out".into());
        }
        let host = without_trailing_dot(url.host().ok_or("has no host")?)?;
        let port = url.port_or_known_default().ok_or("has no port")?;
        url.set_fragment(None);
        Ok(Self {
            url,
            host,
            secure,
            port,
        })
    }

    /// Returns scheme, host and port, for example `https://acme.example.com:8443`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.to_string()
    }

    /// Returns whether this is the machine that we run on.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// Returns whether TLS is spoken there.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Returns the whole address.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the host with the port, where that is not the scheme's own: `acme.example.com:8443`.
    #[must_use]
    pub fn authority(&self) -> String {
        let usual = if self.secure { 443 } else { 80 };
        if self.port == usual {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.url.scheme(), self.authority())
    }
}

fn without_trailing_dot(host: Host<&str>) -> Result<Host, String> {
    match host {
        Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            if name.is_empty() {
                Err("has no host".into())
            } else {
                Ok(Host::Domain(name.to_owned()))
            }
        }
        other => Ok(other.to_owned()),
    }
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(entry: &str, address: &str) -> bool {
        let mut list = AllowList::default();
        list.add(entry).unwrap();
        list.allows(&Destination::parse(address).unwrap())
    }

    fn refusal(entry: &str) -> String {
        AllowList::default().add(entry).unwrap_err().to_string()
    }

    #[test]
    fn an_empty_list_allows_nothing() {
        let list = AllowList::default();
        for address in [
            "https://example.com",
            "http://localhost",
            "https://127.0.0.1",
        ] {
            assert!(!list.allows(&Destination::parse(address).unwrap()));
        }
    }

    #[test]
    fn a_host_is_matched_whole() {
        assert!(allowed(
            "https://acme.example.com",
            "https://acme.example.com/a?b"
        ));
        assert!(allowed(
            "https://acme.example.com/",
            "https://ACME.example.com."
        ));
        assert!(!allowed(
            "https://acme.example.com",
            "https://xacme.example.com"
        ));
        assert!(!allowed(
            "https://acme.example.com",
            "https://acme.example.com.evil.example"
        ));
    }

    #[test]
    fn a_pattern_matches_one_label_or_more_but_not_the_name_itself() {
        assert!(allowed("https://*.example.com", "https://a.example.com"));
        assert!(allowed("https://*.example.com", "https://a.b.example.com"));
        assert!(!allowed("https://*.example.com", "https://example.com"));
        assert!(!allowed("https://*.example.com", "https://notexample.com"));
        assert!(!allowed(
            "https://*.example.com",
            "https://.example.com.evil.example"
        ));
    }

    #[test]
    fn ports_are_matched() {
        assert!(allowed(
            "https://example.com:8443",
            "https://example.com:8443"
        ));
        assert!(!allowed("https://example.com:8443", "https://example.com"));
        assert!(!allowed("http://localhost", "http://localhost:8080"));
    }

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        assert!(allowed("http://127.1.2.3:1", "http://127.1.2.3:1"));
        assert!(allowed("http://[::1]:1", "http://[::1]:1"));
        assert!(allowed("http://*.localhost", "http://sandbox.localhost"));
        assert!(refusal("http://example.com").contains("plain http"));
        assert!(refusal("http://10.0.0.1").contains("plain http"));
        assert!(!allowed("https://localhost", "http://localhost:443"));
    }

    #[test]
    fn every_notation_of_an_ip_address_is_the_same_address() {
        assert!(allowed("http://127.0.0.1:80", "http://2130706433"));
        assert!(allowed("http://127.0.0.1:80", "http://0x7f.1"));
        assert!(allowed(
            "https://[2001:db8::7]",
            "https://[2001:DB8:0:0::7]"
        ));
    }

    #[test]
    fn a_user_name_does_not_hide_the_host() {
        assert!(Destination::parse("https://allowed.example@evil.example").is_err());
        assert!(refusal("https://me@example.com").contains("user name"));
    }

    #[test]
    fn entries_of_other_forms_are_refused_with_how_to_mend_them() {
        assert!(refusal("acme.example.com").contains("write `https://acme.example.com`"));
        assert!(
            refusal("https://acme.example.com/path").contains("write `https://acme.example.com`")
        );
        assert!(refusal("https://*.com").contains("two labels"));
        assert!(refusal("https://a*.example.com").contains("first label"));
        assert!(refusal("https://*").contains("first label"));
        assert!(refusal("https://*.10.0.0.1").contains("IP address"));
        assert!(refusal("ftp://example.com").contains("scheme `ftp`"));
        assert!(refusal("https://").contains("cannot be read"));
        assert!(refusal("*").contains("no scheme"));
    }
}
