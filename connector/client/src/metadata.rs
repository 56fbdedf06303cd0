//! What a reply tells beside its body. It travels with what was read of the body: several requests can be under way at once, so that
//! nothing can be asked for what "the last reply" said.

use crate::exchange::Reply;
use salesforce_contract::bindings::Fault;

/// Name of the attribute that tells used and allowed calls, as `18/15000`.
const API_USAGE: &str = "api-usage";

/// What a reply tells beside its body, as messages carry it; empty where there was no reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(Vec<(String, String)>);

/// What was read of a reply, with what the reply tells beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replied<T> {
    /// What was read.
    pub value: T,
    /// What the reply tells beside it.
    pub metadata: Metadata,
}

impl Metadata {
    /// Adds used and allowed calls, as `18/15000`, that stand in the body.
    pub fn with_usage(mut self, usage: Option<String>) -> Self {
        if let Some(usage) = usage {
            self.0.retain(|(name, _)| name != API_USAGE);
            self.0.push((API_USAGE.to_owned(), usage));
        }
        self
    }

    /// The attributes, in their order.
    pub fn attributes(&self) -> &[(String, String)] {
        &self.0
    }

    /// Used and allowed calls, as an attribute.
    pub fn usage(&self) -> Option<&(String, String)> {
        self.0.iter().find(|(name, _)| name == API_USAGE)
    }
}

impl From<&Reply> for Metadata {
    fn from(reply: &Reply) -> Self {
        let mut attributes = vec![("status".to_owned(), reply.status.to_string())];
        attributes.extend(api_usage(reply).map(|usage| (API_USAGE.to_owned(), usage.to_owned())));
        let headers = reply.headers.iter();
        attributes.extend(headers.map(|(name, value)| (format!("header/{name}"), value.clone())));
        Self(attributes)
    }
}

/// Of a reply that became a fault, its status is known.
impl From<&Fault> for Metadata {
    fn from(fault: &Fault) -> Self {
        let status = fault.status.map(|status| status.to_string());
        Self(
            status
                .map(|status| ("status".to_owned(), status))
                .into_iter()
                .collect(),
        )
    }
}

impl<T> Replied<T> {
    /// A value with what the reply tells that it was read from.
    pub fn new(value: T, metadata: impl Into<Metadata>) -> Self {
        Self {
            value,
            metadata: metadata.into(),
        }
    }
}

/// A value that no reply tells anything beside of.
impl<T> From<T> for Replied<T> {
    fn from(value: T) -> Self {
        Self::new(value, Metadata::default())
    }
}

/// `18/15000` of `api-usage=18/15000`, which may stand among per-app usage.
pub(crate) fn api_usage(reply: &Reply) -> Option<&str> {
    let header = reply.header("sforce-limit-info")?;
    let mut parts = header.split([',', ';']);
    parts.find_map(|part| part.trim().strip_prefix("api-usage="))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply() -> Reply {
        let usage = "api-usage=18/15000; per-app-api-usage=17/250(appName=x)";
        Reply {
            status: 200,
            headers: vec![("sforce-limit-info".into(), usage.into())],
            body: Vec::new(),
        }
    }

    #[test]
    fn usage_and_headers_are_in_the_attributes() {
        let metadata = Metadata::from(&reply());
        let attributes = metadata.attributes();
        assert_eq!(attributes[0], ("status".into(), "200".into()));
        assert_eq!(attributes[1], ("api-usage".into(), "18/15000".into()));
        assert!(attributes[2].0 == "header/sforce-limit-info");
    }

    #[test]
    fn usage_of_the_body_replaces_that_of_the_header() {
        let metadata = Metadata::from(&reply()).with_usage(Some("19/15000".into()));
        assert_eq!(
            metadata.usage(),
            Some(&("api-usage".into(), "19/15000".into()))
        );
        assert_eq!(metadata.clone().with_usage(None), metadata);
    }
}
