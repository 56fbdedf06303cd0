//! What the last reply told beside its body, as messages carry it.

use super::Org;
use crate::exchange::Reply;
use salesforce_contract::bindings::Message;

impl Org {
    /// Remembers the facts of a reply.
    pub(super) fn note(&self, reply: &Reply) {
        let mut facts = vec![("status".to_owned(), reply.status.to_string())];
        let usage = reply.header("sforce-limit-info").and_then(api_usage);
        self.note_usage(usage.as_deref());
        facts.extend(usage.map(|usage| ("api-usage".to_owned(), usage)));
        facts.extend(
            reply
                .headers
                .iter()
                .map(|(name, value)| (format!("header/{name}"), value.clone())),
        );
        self.facts.replace(facts);
    }

    /// Notes used and allowed calls, as `18/15000`, that stand in the body of the last reply.
    pub fn learn_usage(&self, usage: String) {
        self.note_usage(Some(&usage));
        let mut facts = self.facts.borrow_mut();
        facts.retain(|(known, _)| known != "api-usage");
        facts.push(("api-usage".to_owned(), usage));
    }

    /// The facts of the last reply, as a message carries them.
    pub fn attributes(&self) -> Vec<(String, String)> {
        let mut attributes = self.facts.borrow().clone();
        if self.renewed.get() {
            attributes.push(("session-renewed".into(), "true".into()));
        }
        attributes
    }

    /// Takes over the facts of another org that is the same.
    pub fn take_facts(&self, other: &Self) {
        self.facts.replace(other.facts.take());
        self.renewed.set(other.renewed.get());
    }

    /// The body of a reply as a message.
    pub fn message(&self, reply: Reply) -> Message {
        let media_type = reply.header("content-type").map_or_else(
            || "application/json".into(),
            |value| media_type(value).to_owned(),
        );
        Message {
            media_type,
            body: reply.body,
            attributes: self.attributes(),
        }
    }
}

/// `18/15000` of `api-usage=18/15000`, which may stand among per-app usage.
fn api_usage(header: &str) -> Option<String> {
    header
        .split([',', ';'])
        .find_map(|part| part.trim().strip_prefix("api-usage="))
        .map(str::to_owned)
}

/// A content type without its parameters.
fn media_type(content_type: &str) -> &str {
    content_type
        .split(';')
        .next()
        .unwrap_or(content_type)
        .trim()
}
