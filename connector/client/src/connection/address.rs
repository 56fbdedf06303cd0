//! Where an org is reached: the URL of a connection and the API version.

use salesforce_contract::bindings::Fault;
use salesforce_contract::limits::OLDEST_API_VERSION;
use std::fmt;
use url::{Host, Url};

/// An API version such as 62.0; versions count in whole steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion(pub u16);

impl fmt::Display for ApiVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.0", self.0)
    }
}

impl ApiVersion {
    /// Reads `62.0`, `62` or `v62.0`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('v').unwrap_or(text);
        let digits = digits.strip_suffix(".0").unwrap_or(digits);
        digits.parse().ok().map(Self)
    }
}

/// Which API version a connection asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionChoice {
    /// This one.
    Exactly(ApiVersion),
    /// The newest that the org offers.
    Latest,
}

impl VersionChoice {
    /// The version of the config, or the one in the URL, or the newest.
    pub fn from_config(config: Option<&str>, in_url: Option<ApiVersion>) -> Result<Self, Fault> {
        match (config, in_url) {
            (Some("latest"), _) | (None, None) => Ok(Self::Latest),
            (Some(text), _) => {
                let version = ApiVersion::parse(text).ok_or_else(|| {
                    Fault::config(format!("connection.api-version `{text}` is not a version: write it like `62.0`, or `latest`"))
                })?;
                supported("connection.api-version", version).map(Self::Exactly)
            }
            (None, Some(version)) => supported("connection.url", version).map(Self::Exactly),
        }
    }
}

fn supported(place: &str, version: ApiVersion) -> Result<ApiVersion, Fault> {
    if version.0 >= OLDEST_API_VERSION {
        return Ok(version);
    }
    Err(Fault::config(format!(
        "{place} names API version {version}, which is retired: Salesforce answers {OLDEST_API_VERSION}.0 and later only, so set connection.api-version to a newer one"
    )))
}

/// The origin of the URL of a connection, and the API version where the URL names one.
pub fn parse(text: &str) -> Result<(String, Option<ApiVersion>), Fault> {
    let url = web_url("connection.url", text)?;
    let version = version_in_path(url.path()).ok_or_else(|| {
        Fault::config(format!(
            "connection.url must be only an origin such as `https://acme.my.salesforce.com`, or a SOAP URL such as \
             `https://login.salesforce.com/services/Soap/u/62.0`; the path `{}` is neither",
            url.path()
        ))
    })?;
    Ok((url.origin().ascii_serialization(), version))
}

/// A URL to send requests to: https, or http to loopback only; no user, no query, no fragment.
pub fn web_url(place: &str, text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text.trim()).map_err(|error| {
        Fault::config(format!(
            "{place} is no URL ({error}): write it like `https://acme.my.salesforce.com`"
        ))
    })?;
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(Fault::config(format!(
            "{place} must hold neither user, password, query nor fragment"
        )));
    }
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => Ok(url),
        ("http", Some(host)) if is_loopback(&host) => Ok(url),
        ("http", _) => Err(Fault::config(format!(
            "{place} must begin with `https://`: plain http is for loopback only"
        ))),
        (scheme, _) => Err(Fault::config(format!(
            "{place} must begin with `https://`, not `{scheme}:`"
        ))),
    }
}

/// The origin of an instance that a login answer or a warm session names.
pub fn instance_origin(place: &str, text: &str) -> Result<String, Fault> {
    Ok(web_url(place, text)?.origin().ascii_serialization())
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// `Some(None)` for no path, `Some(version)` for a SOAP or REST service path, `None` for anything else.
fn version_in_path(path: &str) -> Option<Option<ApiVersion>> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => Some(None),
        ["services", "Soap", "u" | "c", version, ..] | ["services", "data", version] => {
            ApiVersion::parse(version).map(Some)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_and_soap_urls_are_understood() {
        let cases = [
            (
                "https://acme.my.salesforce.com",
                "https://acme.my.salesforce.com",
                None,
            ),
            (
                "https://login.salesforce.com/",
                "https://login.salesforce.com",
                None,
            ),
            (
                "https://login.salesforce.com/services/Soap/u/62.0",
                "https://login.salesforce.com",
                Some(62),
            ),
            (
                "https://test.salesforce.com/services/Soap/c/58.0/0DF000000000001",
                "https://test.salesforce.com",
                Some(58),
            ),
            (
                "https://na7.salesforce.com/services/data/v50.0",
                "https://na7.salesforce.com",
                Some(50),
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", None),
            ("http://sandbox.localhost", "http://sandbox.localhost", None),
            ("http://[::1]:80", "http://[::1]", None),
        ];
        for (text, origin, version) in cases {
            assert_eq!(
                parse(text).unwrap(),
                (origin.to_owned(), version.map(ApiVersion)),
                "{text}"
            );
        }
    }

    #[test]
    fn other_urls_are_refused_with_the_reason() {
        let cases = [
            ("acme.my.salesforce.com", "is no URL"),
            (
                "http://acme.my.salesforce.com",
                "plain http is for loopback only",
            ),
            ("ftp://acme.my.salesforce.com", "not `ftp:`"),
            ("https://user:pass@acme.my.salesforce.com", "neither user"),
            (
                "https://acme.my.salesforce.com/lightning/page",
                "only an origin",
            ),
            ("https://acme.my.salesforce.com?x=1", "neither user"),
        ];
        for (text, reason) in cases {
            let fault = parse(text).unwrap_err();
            assert!(fault.message.contains(reason), "{text}: {}", fault.message);
        }
    }

    #[test]
    fn retired_and_strange_versions_are_refused() {
        assert_eq!(
            VersionChoice::from_config(None, None).unwrap(),
            VersionChoice::Latest
        );
        assert_eq!(
            VersionChoice::from_config(None, Some(ApiVersion(62))).unwrap(),
            VersionChoice::Exactly(ApiVersion(62))
        );
        assert_eq!(
            VersionChoice::from_config(Some("v60.0"), Some(ApiVersion(62))).unwrap(),
            VersionChoice::Exactly(ApiVersion(60))
        );
        assert!(
            VersionChoice::from_config(Some("30.0"), None)
                .unwrap_err()
                .message
                .contains("connection.api-version names API version 30.0, which is retired")
        );
        assert!(
            VersionChoice::from_config(None, Some(ApiVersion(22)))
                .unwrap_err()
                .message
                .contains("connection.url names API version 22.0, which is retired")
        );
        assert!(
            VersionChoice::from_config(Some("newest"), None)
                .unwrap_err()
                .message
                .contains("is not a version")
        );
    }
}
