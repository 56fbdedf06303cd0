//! What a reply tells beside its body. It travels with what was read of the body: several requests can be under way at once, so that
//! nothing can be asked for what "the last reply" said.

use crate::exchange::Reply;
use salesforce_contract::bindings::{ApiUsage, Metadata};

/// What was read of a reply, with what the reply tells beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Replied<T> {
    /// What was read.
    pub value: T,
    /// What the reply tells beside it.
    pub metadata: Metadata,
}

impl From<&Reply> for Metadata {
    fn from(reply: &Reply) -> Self {
        Self {
            status: Some(reply.status),
            usage: api_usage(reply),
            headers: reply.headers.clone(),
            ..Self::default()
        }
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

/// Used and allowed calls of `api-usage=18/15000`, which may stand among per-app usage.
pub(crate) fn api_usage(reply: &Reply) -> Option<ApiUsage> {
    let header = reply.header("sforce-limit-info")?;
    let mut parts = header.split([',', ';']);
    usage(parts.find_map(|part| part.trim().strip_prefix("api-usage="))?)
}

/// Used and allowed calls of `18/15000`.
pub fn usage(text: &str) -> Option<ApiUsage> {
    let (used, allowed) = text.split_once('/')?;
    Some(ApiUsage {
        used: used.trim().parse().ok()?,
        allowed: allowed.trim().parse().ok()?,
    })
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
    fn status_usage_and_headers_are_told() {
        let told = Metadata::from(&reply());
        assert_eq!(told.status, Some(200));
        assert_eq!(told.usage, usage("18/15000"));
        assert_eq!(told.headers[0].0, "sforce-limit-info");
    }

    #[test]
    fn usage_is_two_numbers() {
        let allowed = usage("18/15000").map(|usage| (usage.used, usage.allowed));
        assert_eq!(allowed, Some((18, 15000)));
        assert_eq!(usage("18"), None);
        assert_eq!(usage("-/15000"), None);
    }
}
