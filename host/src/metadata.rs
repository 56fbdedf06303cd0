//! Facts about an exchange, as records and as names with values.

use serde::{Deserialize, Serialize};

/// API calls of the remote system, for all its clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ApiUsage {
    /// The number of calls used.
    pub used: u32,
    /// The number of calls allowed.
    pub allowed: u32,
}

/// The position at which a source can be resumed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Resumption {
    /// The config with which to open the operation again, as JSON.
    pub config: String,
    /// The number of bytes of the output after which it then continues.
    pub bytes: u64,
}

/// Facts about an exchange, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Metadata {
    /// The HTTP status.
    pub status: Option<u16>,
    /// Response headers with lower-case names, in their order.
    pub headers: Vec<(String, String)>,
    /// Usage of the remote system's API.
    pub usage: Option<ApiUsage>,
    /// Whether the connector opened another session.
    pub session_renewed: bool,
    /// The number of records in a reply, or that a source has given so far.
    pub records: Option<u32>,
    /// The number of those that failed.
    pub failed: Option<u32>,
    /// The number of all records that there are, once that is known.
    pub total: Option<u32>,
    /// The number of all bytes that a source will give, once that is known.
    pub total_bytes: Option<u64>,
    /// The position at which a source can be resumed, if it can.
    pub resumption: Option<Resumption>,
    /// Facts that only this operation has, by name.
    pub extras: Vec<(String, String)>,
}

impl Metadata {
    /// Returns the fact of this name that only this operation has.
    #[must_use]
    pub fn extra(&self, name: &str) -> Option<&str> {
        let found = self.extras.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Lists all facts as names with values, for people and logs: `status`, `api-usage` (`18/15000`), `session-renewed`, the counts,
    /// `resume` and `resume-bytes`, `header/<name>`, and the extras under their own names.
    #[must_use]
    pub fn attributes(&self) -> Vec<(String, String)> {
        let number = |name: &str, value: Option<u64>| Some((name.to_owned(), value?.to_string()));
        let usage = self
            .usage
            .map(|usage| format!("{}/{}", usage.used, usage.allowed));
        let renewed = self.session_renewed.then(|| "true".to_owned());
        let known = [
            number("status", self.status.map(u64::from)),
            usage.map(|usage| ("api-usage".to_owned(), usage)),
            renewed.map(|renewed| ("session-renewed".to_owned(), renewed)),
            number("records", self.records.map(u64::from)),
            number("failed", self.failed.map(u64::from)),
            number("total", self.total.map(u64::from)),
            number("total-bytes", self.total_bytes),
        ];
        let resumption = self.resumption.iter().flat_map(|resumption| {
            let bytes = resumption.bytes.to_string();
            [
                ("resume", resumption.config.clone()),
                ("resume-bytes", bytes),
            ]
        });
        let resumption = resumption.map(|(name, value)| (name.to_owned(), value));
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| (format!("header/{name}"), value.clone()));
        let known = known.into_iter().flatten().chain(resumption);
        known
            .chain(headers)
            .chain(self.extras.iter().cloned())
            .collect()
    }

    /// Returns the first of [`Self::attributes`] with this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        let found = self
            .attributes()
            .into_iter()
            .find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_have_names() {
        let metadata = Metadata {
            status: Some(200),
            headers: vec![("etag".into(), "x".into())],
            usage: Some(ApiUsage {
                used: 18,
                allowed: 15_000,
            }),
            session_renewed: true,
            total_bytes: Some(9),
            extras: vec![("next".into(), "/y".into()), ("next".into(), "/z".into())],
            ..Metadata::default()
        };
        let of = |name: &str| metadata.attribute(name);
        assert_eq!(of("status").as_deref(), Some("200"));
        assert_eq!(of("header/etag").as_deref(), Some("x"));
        assert_eq!(of("api-usage").as_deref(), Some("18/15000"));
        assert_eq!(of("session-renewed").as_deref(), Some("true"));
        assert_eq!(of("total-bytes").as_deref(), Some("9"));
        assert_eq!(of("next").as_deref(), Some("/y"));
        assert_eq!(of("failed"), None);
    }
}
