//! Documents of Bulk API 1.0 in both of their forms.

use std::borrow::Cow;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use quick_xml::escape::escape;
use serde_json::{Map, Value as Json};

use sandbox_model::api_error::ApiError;
use sandbox_model::xml::Element;

/// Namespace of all documents.
const NAMESPACE: &str = "http://www.force.com/2009/06/asyncapi/dataload";

/// XML or JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Xml,
    Json,
}

/// An error in Salesforce's form: code and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BulkError {
    code: Cow<'static, str>,
    message: String,
}

impl BulkError {
    pub(super) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
        }
    }

    /// Returns the response: 400, whatever the reason, as Salesforce gives it.
    pub(super) fn response(&self, form: Form) -> Response {
        self.response_with(StatusCode::BAD_REQUEST, form)
    }

    /// Returns the response with another status, as faults on demand have it.
    pub(super) fn response_with(&self, status: StatusCode, form: Form) -> Response {
        let document = Document(vec![
            ("exceptionCode", Some(self.code.clone().into_owned())),
            ("exceptionMessage", Some(self.message.clone())),
        ]);
        document.response(status, form, "error")
    }
}

/// Returns the code of Bulk API 1.0 for what REST calls so.
fn code_for(rest: &str) -> &'static str {
    match rest {
        "INVALIDJOB" => "InvalidJob",
        "INVALIDENTITY" => "InvalidEntity",
        "FEATURENOTENABLED" => "FeatureNotEnabled",
        "EXCEEDEDQUOTA" | "REQUEST_LIMIT_EXCEEDED" => "ExceededQuota",
        "UNKNOWN_EXCEPTION" => "InternalServerError",
        "SERVER_UNAVAILABLE" => "ServerUnavailable",
        "INVALID_SESSION_ID" => "InvalidSessionId",
        _ => "ClientInputError",
    }
}

impl From<ApiError> for BulkError {
    fn from(error: ApiError) -> Self {
        let code = code_for(error.code);
        let prefix = format!("{code} : ");
        let message = error.message.strip_prefix(&prefix).map(str::to_owned);
        Self::new(code, message.unwrap_or(error.message))
    }
}

/// Returns what a request is rejected with that REST would reject with this code.
pub(crate) fn error(
    status: StatusCode,
    headers: &HeaderMap,
    code: &str,
    message: &str,
) -> Response {
    BulkError::new(code_for(code), message).response_with(status, super::form(headers, None))
}

/// Members in order; those without a value are left out of XML and null in JSON.
#[derive(Debug, Clone)]
pub(super) struct Document(pub Vec<(&'static str, Option<String>)>);

impl Document {
    /// Returns the members as elements.
    pub(super) fn elements(&self) -> String {
        let known = self.0.iter();
        known
            .filter_map(|(name, value)| Some((name, value.as_ref()?)))
            .map(|(name, value)| format!("<{name}>{}</{name}>", escape(value.as_str())))
            .collect()
    }

    /// Returns the members of an object: numbers and truths as such.
    pub(super) fn json(&self) -> Json {
        let value = |name: &str, text: &Option<String>| match text {
            None => Json::Null,
            Some(text) if name.starts_with("number") || name.ends_with("Time") => {
                text.parse::<u64>().map_or(Json::Null, Json::from)
            }
            Some(text) if name == "apiVersion" => {
                text.parse::<f64>().map_or(Json::Null, Json::from)
            }
            Some(text) => Json::from(text.as_str()),
        };
        let members = self.0.iter();
        let members: Map<String, Json> = members
            .map(|(name, text)| ((*name).to_owned(), value(name, text)))
            .collect();
        members.into()
    }

    /// Returns the document as a response; `root` is the name of the XML element.
    pub(super) fn response(&self, status: StatusCode, form: Form, root: &str) -> Response {
        match form {
            Form::Json => json(status, &self.json()),
            Form::Xml => xml(status, root, &self.elements()),
        }
    }
}

/// JSON with this status. Unlike REST, Bulk API 1.0 names no charset, and clients compare the whole header.
pub(super) fn json(status: StatusCode, body: &Json) -> Response {
    (
        status,
        [(CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// XML with this status.
pub(super) fn xml(status: StatusCode, root: &str, content: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><{root} xmlns=\"{NAMESPACE}\">{content}</{root}>"
    );
    (status, [(CONTENT_TYPE, "application/xml")], body).into_response()
}

/// Returns the members of a `jobInfo` that a client sent.
pub(super) fn job_info(bytes: &[u8]) -> Result<Vec<(String, String)>, BulkError> {
    let unreadable = || BulkError::new("InvalidJob", "Unable to parse Job");
    let is_json = bytes
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        .is_some_and(|byte| *byte == b'{');
    if is_json {
        let members: Map<String, Json> = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
        let text = |value: Json| match value {
            Json::String(text) => Some(text),
            Json::Null => None,
            other => Some(other.to_string()),
        };
        let members = members.into_iter();
        return Ok(members
            .filter_map(|(name, value)| Some((name, text(value)?)))
            .collect());
    }
    let root =
        Element::read(bytes).map_err(|malformed| BulkError::new("InvalidXML", malformed.0))?;
    if root.name != "jobInfo" {
        return Err(unreadable());
    }
    let members = root.children.iter();
    Ok(members
        .filter_map(|child| Some((child.name.clone(), child.value()?.to_owned())))
        .collect())
}
