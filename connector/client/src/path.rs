//! Paths and queries from values that may hold any character.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use salesforce_contract::bindings::Fault;

/// What RFC 3986 calls unreserved stays as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A value of the config as one path segment: `/`, `?`, `#` and `%` in it stay part of the value.
pub fn segment(name: &str, value: &str) -> Result<String, Fault> {
    match value {
        "" => Err(Fault::config(format!("config.{name} is empty"))),
        "." | ".." => Err(Fault::config(format!(
            "config.{name} is `{value}`, which a URL cannot carry as a name"
        ))),
        _ => Ok(utf8_percent_encode(value, RESERVED).to_string()),
    }
}

/// `?a=b&c=d`, or nothing without pairs.
pub fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let encode = |text| utf8_percent_encode(text, RESERVED).to_string();
    let joined: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    if joined.is_empty() {
        String::new()
    } else {
        format!("?{}", joined.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_stays_one_segment() {
        assert_eq!(
            segment("external-id", "a/b?c#d%e f+g").unwrap(),
            "a%2Fb%3Fc%23d%25e%20f%2Bg"
        );
        assert_eq!(
            segment("external-id", "Zoë-1.5_~").unwrap(),
            "Zo%C3%AB-1.5_~"
        );
        assert!(segment("id", "..").is_err());
        assert!(segment("id", "").is_err());
    }

    #[test]
    fn queries_are_encoded() {
        assert_eq!(
            query([("q", "SELECT Id FROM Account WHERE Name = 'A&B'")]),
            "?q=SELECT%20Id%20FROM%20Account%20WHERE%20Name%20%3D%20%27A%26B%27"
        );
        assert_eq!(query([]), "");
    }
}
