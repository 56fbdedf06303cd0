//! Filtered subscriptions: `/topic/NAME?Industry='Energy'&ShippingCity='Paris'` (Streaming API guide, "Filtered
//! Subscriptions").

use percent_encoding::percent_decode_str;
use serde_json::Value as Json;

/// Conditions of a subscription, any of which an event has to meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(Vec<(String, String)>);

impl Filter {
    /// Reads what follows the question mark; fields are put into the form that `selected` has.
    ///
    /// # Errors
    /// The fields that the topic's query does not select.
    pub(in crate::events) fn read(expression: &str, selected: &[String]) -> Result<Self, String> {
        let mut conditions = Vec::new();
        let mut unknown = Vec::new();
        for condition in expression.split('&').filter(|part| !part.is_empty()) {
            let (field, value) = condition.split_once('=').unwrap_or((condition, ""));
            let field = plain(field);
            match selected
                .iter()
                .find(|name| name.eq_ignore_ascii_case(&field))
            {
                Some(name) => conditions.push((name.clone(), unquoted(&plain(value)))),
                None => unknown.push(field),
            }
        }
        if unknown.is_empty() {
            return Ok(Self(conditions));
        }
        Err(unknown.join(", "))
    }

    /// Returns whether an event's record meets a condition. A delete has no field but the id, and so meets none of others.
    pub(crate) fn takes(&self, data: &str) -> bool {
        let data: Json = serde_json::from_str(data).unwrap_or_default();
        let record = data.get("sobject").cloned().unwrap_or_default();
        let is_met = |(field, wanted): &(String, String)| match record.get(field) {
            None | Some(Json::Null) => wanted == "null",
            Some(Json::String(text)) => text == wanted,
            Some(Json::Number(number)) => {
                number.as_f64().is_some() && number.as_f64() == wanted.parse().ok()
            }
            Some(Json::Bool(truth)) => wanted.parse() == Ok(*truth),
            Some(Json::Array(_) | Json::Object(_)) => false,
        };
        self.0.is_empty() || self.0.iter().any(is_met)
    }
}

fn plain(text: &str) -> String {
    percent_decode_str(text.trim())
        .decode_utf8_lossy()
        .into_owned()
}

fn unquoted(text: &str) -> String {
    let inner = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    inner.unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(expression: &str) -> Result<Filter, String> {
        let selected = ["Id", "Industry", "Amount"].map(str::to_owned);
        Filter::read(expression, &selected)
    }

    #[test]
    fn any_condition_that_is_met_is_enough() {
        let filter = filter("industry='Energy'&Amount=10").unwrap();
        let takes = |record: &str| filter.takes(&format!(r#"{{"sobject":{record}}}"#));
        assert!(takes(r#"{"Industry": "Energy", "Amount": 1.0}"#));
        assert!(takes(r#"{"Industry": "Apparel", "Amount": 10.0}"#));
        assert!(!takes(r#"{"Industry": "Apparel", "Amount": 1.0}"#));
        assert!(!takes(r#"{"Id": "001"}"#));
    }

    #[test]
    fn fields_that_the_query_does_not_select_are_named() {
        assert_eq!(filter("Nope='x'&Phone='1'"), Err("Nope, Phone".into()));
    }

    #[test]
    fn values_may_come_percent_encoded() {
        let filter = filter("Industry='San%20Francisco'").unwrap();
        assert!(filter.takes(r#"{"sobject": {"Industry": "San Francisco"}}"#));
    }
}
