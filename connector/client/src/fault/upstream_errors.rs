//! Salesforce's errors, as its APIs write them.

use super::codes::BAD_TOKEN;
use super::details;
use salesforce_contract::bindings::UpstreamFault;
use serde_json::Value;

/// Reads Salesforce's error lists: `[{errorCode, message, fields}]`, one such object, or OAuth's `{error, error_description}`.
pub(super) fn upstream_errors(body: &[u8]) -> Vec<UpstreamFault> {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Array(items)) => items.iter().filter_map(upstream_error).collect(),
        Ok(item) => upstream_error(&item).into_iter().collect(),
        Err(_) => bad_token(body)
            .or_else(|| bulk_exception(body))
            .into_iter()
            .collect(),
    }
}

fn bad_token(body: &[u8]) -> Option<UpstreamFault> {
    body.trim_ascii()
        .eq_ignore_ascii_case(BAD_TOKEN.as_bytes())
        .then(|| UpstreamFault {
            code: BAD_TOKEN.to_owned(),
            message: "the session has expired or is invalid".to_owned(),
            fields: Vec::new(),
        })
}

/// The `exceptionCode` of Bulk API 1.0 in XML (Bulk API Developer Guide, "Errors").
fn bulk_exception(body: &[u8]) -> Option<UpstreamFault> {
    let text = std::str::from_utf8(body).ok()?;
    let element = |name: &str| {
        let (_, after) = text.split_once(&format!("<{name}>"))?;
        let (inner, _) = after.split_once(&format!("</{name}>"))?;
        let inner = quick_xml::escape::unescape(inner).ok()?;
        Some(inner.into_owned())
    };
    Some(UpstreamFault {
        code: element("exceptionCode")?,
        message: element("exceptionMessage").unwrap_or_default(),
        fields: Vec::new(),
    })
}

/// One entry of such a list.
pub fn upstream_error(item: &Value) -> Option<UpstreamFault> {
    let text = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| item.get(*name)?.as_str())
            .map(str::to_owned)
    };
    let fields = item.get("fields").and_then(Value::as_array);
    Some(UpstreamFault {
        code: text(&["errorCode", "statusCode", "error", "exceptionCode"])?,
        message: details::with_details(
            text(&["message", "error_description", "exceptionMessage"]).unwrap_or_default(),
            item,
        ),
        fields: fields
            .into_iter()
            .flatten()
            .filter_map(|field| Some(field.as_str()?.to_owned()))
            .collect(),
    })
}
