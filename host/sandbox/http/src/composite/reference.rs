//! References to the responses of earlier parts: `@{refAccount.id}`, `@{refQuery.records[0].Id}`.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::part::Part;
use sandbox_model::api_error::ApiError;

/// From this version on a reference to a field that is null gives null, and a reference id of other characters than
/// letters, digits and `_` fails the whole request (REST API guide, "Composite Subrequest").
const STRICT: u16 = 52;

/// Bodies of the responses so far, by reference id.
#[derive(Debug, Default)]
pub(super) struct Responses(HashMap<String, Json>);

impl Responses {
    /// Remembers the response of a part.
    pub(super) fn add(&mut self, reference_id: &str, body: &Json) {
        self.0.insert(reference_id.to_owned(), body.clone());
    }

    /// Returns the part with every reference in its URL and body replaced by what it refers to.
    ///
    /// # Errors
    /// `PROCESSING_HALTED` if an earlier part's response has no such value.
    pub(super) fn fill(&self, part: &Part, version: u16) -> Result<Part, ApiError> {
        let mut part = part.clone();
        part.url = self.text(&part.url, version)?;
        if let Some(body) = part.body.as_mut() {
            self.fill_json(body, version)?;
        }
        for value in part.http_headers.values_mut() {
            *value = self.text(value, version)?;
        }
        Ok(part)
    }

    fn fill_json(&self, json: &mut Json, version: u16) -> Result<(), ApiError> {
        match json {
            Json::String(text) => {
                if let Some(path) = whole(text) {
                    *json = self.find(path, version)?.clone();
                } else if text.contains("@{") {
                    *text = self.text(text, version)?;
                }
            }
            Json::Array(items) => {
                for item in items {
                    self.fill_json(item, version)?;
                }
            }
            Json::Object(members) => {
                for member in members.values_mut() {
                    self.fill_json(member, version)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&self, text: &str, version: u16) -> Result<String, ApiError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("@{") {
            filled.push_str(before);
            let Some((path, after)) = after.split_once('}') else {
                filled.push_str("@{");
                rest = after;
                continue;
            };
            match self.find(path, version)? {
                Json::String(value) => filled.push_str(value),
                Json::Null => {}
                other => filled.push_str(&other.to_string()),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn find(&self, path: &str, version: u16) -> Result<&Json, ApiError> {
        self.walk(path)
            .filter(|value| version >= STRICT || !value.is_null())
            .ok_or_else(|| no_value(path))
    }

    fn walk(&self, path: &str) -> Option<&Json> {
        let name_ends = path.find(['.', '[']).unwrap_or(path.len());
        let (name, mut rest) = path.split_at_checked(name_ends)?;
        let mut at = self.0.get(name)?;
        while !rest.is_empty() {
            if let Some(index) = rest.strip_prefix('[') {
                let (index, after) = index.split_once(']')?;
                at = at.get(index.trim().parse::<usize>().ok()?)?;
                rest = after;
            } else {
                let field = rest.strip_prefix('.')?;
                let ends = field.find(['.', '[']).unwrap_or(field.len());
                let (field, after) = field.split_at_checked(ends)?;
                at = at.get(field)?;
                rest = after;
            }
        }
        Some(at)
    }
}

/// Reference ids that a text refers to.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("@{").skip(1).filter_map(|rest| {
        let path = rest.split_once('}')?.0;
        path.split(['.', '[']).next()
    })
}

/// Rejects reference ids that cannot be referred to.
pub(super) fn check_id(id: &str, version: u16) -> Result<(), ApiError> {
    let good = id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if good || version < STRICT {
        return Ok(());
    }
    Err(ApiError::json(rule(id)))
}

/// Returns the path of a text that is one reference and nothing else.
fn whole(text: &str) -> Option<&str> {
    let path = text.strip_prefix("@{")?.strip_suffix('}')?;
    (!path.contains('}')).then_some(path)
}

fn no_value(path: &str) -> ApiError {
    let name = path.split(['.', '[']).next().unwrap_or_default();
    let message = format!(
        "Invalid reference specified. No value for {path} found in {name}. {}",
        rule(path)
    );
    ApiError::new("PROCESSING_HALTED", message)
}

fn rule(id: &str) -> String {
    format!(
        "Provided referenceId ('{id}') must start with a letter or a number, and it can contain only letters, numbers \
         and underscores ('_')."
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn responses() -> Responses {
        let mut responses = Responses::default();
        responses.add("one", &json!({"id": "001", "n": 5, "none": null}));
        responses.add(
            "q",
            &json!({"records": [{"Id": "003", "Owner": {"Name": "A"}}]}),
        );
        responses.add("many", &json!([{"id": "x"}]));
        responses
    }

    #[test]
    fn references_reach_into_objects_and_lists() {
        let responses = responses();
        let cases = [
            ("/a/@{one.id}/b", "/a/001/b"),
            ("@{q.records[0].Owner.Name}@{many[0].id}", "Ax"),
            ("n=@{one.n}, open: @{", "n=5, open: @{"),
        ];
        for (text, filled) in cases {
            assert_eq!(responses.text(text, 60).unwrap(), filled);
        }
    }

    #[test]
    fn a_whole_reference_keeps_its_type() {
        let mut body = json!({"a": "@{one.n}", "b": ["@{one.n}!"], "c": "@{one.none}"});
        responses().fill_json(&mut body, 60).unwrap();
        assert_eq!(body, json!({"a": 5, "b": ["5!"], "c": null}));
    }

    #[test]
    fn what_is_not_there_is_rejected_and_null_only_by_old_versions() {
        let responses = responses();
        for path in ["two.id", "one.Id", "q.records[1].Id", "one.id.x", "many[x]"] {
            let error = responses.find(path, 60).unwrap_err();
            assert_eq!(error.code, "PROCESSING_HALTED");
            assert!(
                error
                    .message
                    .contains(&format!("No value for {path} found in"))
            );
        }
        assert!(responses.find("one.none", 51).is_err());
        assert!(responses.find("one.none", 52).is_ok());
    }

    #[test]
    fn names_are_those_of_the_parts() {
        let text = r#"{"a":"@{one.id}","b":"x@{q.records[0].Id}y"}"#;
        assert_eq!(names(text).collect::<Vec<_>>(), ["one", "q"]);
    }
}
