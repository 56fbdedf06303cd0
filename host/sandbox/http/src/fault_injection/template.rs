//! Texts of faults that repeat parts of the request, as gateways do.

use serde_json::{Map, Value as Json};

use crate::ingress::{IncomingRequest, visible};

/// What a request gives to the texts of its response.
pub(super) struct Template([(&'static str, String); 5]);

impl Template {
    pub(super) fn new(incoming: &IncomingRequest) -> Self {
        let parts = &incoming.parts;
        let lines = parts.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            format!("{name}: {value}")
        });
        let host = parts
            .uri
            .authority()
            .map(|authority| authority.as_str())
            .or_else(|| parts.headers.get("host")?.to_str().ok());
        let path = parts.uri.path_and_query();
        Self([
            ("{{method}}", parts.method.to_string()),
            (
                "{{path}}",
                path.map(ToString::to_string).unwrap_or_default(),
            ),
            ("{{host}}", host.unwrap_or_default().to_owned()),
            ("{{headers}}", lines.collect::<Vec<_>>().join("\n")),
            (
                "{{body}}",
                String::from_utf8_lossy(visible(&incoming.body)).into_owned(),
            ),
        ])
    }

    /// Returns a text with its placeholders filled. In JSON they are within strings.
    pub(super) fn fill(&self, text: &str) -> String {
        let is_json = text.starts_with(['{', '[']) && !text.starts_with("{{");
        let mut filled = text.to_owned();
        for (placeholder, value) in &self.0 {
            if filled.contains(placeholder) {
                let value = if is_json {
                    escaped(value)
                } else {
                    value.clone()
                };
                filled = filled.replace(placeholder, &value);
            }
        }
        filled
    }

    /// Members whose texts are filled.
    pub(super) fn fill_members(&self, members: Map<String, Json>) -> Map<String, Json> {
        let filled = |value| match value {
            Json::String(text) => Json::String(self.fill(&text)),
            other => other,
        };
        let members = members.into_iter();
        members.map(|(name, value)| (name, filled(value))).collect()
    }
}

fn escaped(text: &str) -> String {
    Json::from(text).to_string().trim_matches('"').to_owned()
}
