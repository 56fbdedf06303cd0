//! What Salesforce says when it rejects: a code, a sentence, and the fields at fault.

mod duplicates;

pub use duplicates::{Duplicates, Matches};

use crate::store::StoreError;

/// One error with Salesforce's code and message. REST calls the code `errorCode`, collections and SOAP `statusCode`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// Salesforce's code, `REQUIRED_FIELD_MISSING`.
    pub code: &'static str,
    /// The sentence that goes with it.
    pub message: String,
    /// API names of the fields at fault; `None` where Salesforce lists none at all (requests rather than records).
    pub fields: Option<Vec<String>>,
    /// The records that a rejected record is a duplicate of.
    pub duplicates: Option<Box<Duplicates>>,
}

impl ApiError {
    /// Creates an error of a request.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            fields: None,
            duplicates: None,
        }
    }

    /// Returns an error of a record, with the fields that caused it (maybe none).
    pub fn for_record<'a>(
        code: &'static str,
        message: impl Into<String>,
        fields: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let fields = fields.into_iter().map(str::to_owned).collect();
        Self {
            code,
            message: message.into(),
            fields: Some(fields),
            duplicates: None,
        }
    }

    /// There is no such resource or record.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new("NOT_FOUND", "The requested resource does not exist")
    }

    /// There is no record with the id that a request names.
    #[must_use]
    pub fn no_such_record() -> Self {
        Self::new("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    }

    /// There is no such field, or no such record, behind an external id in a URL.
    #[must_use]
    pub fn no_external_id(what: &str) -> Self {
        Self::new(
            "NOT_FOUND",
            format!("Provided external ID field does not exist or is not accessible: {what}"),
        )
    }

    /// Returns the error for a record in the recycle bin.
    #[must_use]
    pub fn deleted() -> Self {
        Self::for_record("ENTITY_IS_DELETED", "entity is deleted", [])
    }

    /// Returns the error for a duplicate record.
    #[must_use]
    pub fn duplicates(found: Duplicates) -> Self {
        Self {
            duplicates: Some(Box::new(found)),
            ..Self::for_record("DUPLICATES_DETECTED", "Use one of these records?", [])
        }
    }

    /// JSON that cannot be read.
    pub fn json(message: impl Into<String>) -> Self {
        Self::new("JSON_PARSER_ERROR", message)
    }

    /// Returns the org itself failed; never expected.
    #[must_use]
    pub fn internal(error: &StoreError) -> Self {
        tracing::error!(%error, "the org's database failed");
        Self::new(
            "UNKNOWN_EXCEPTION",
            "An unexpected error occurred. Please include this ErrorId if you contact support",
        )
    }

    /// Returns the HTTP status that Salesforce's REST API responds with.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self.code {
            "NOT_FOUND" | "ENTITY_IS_DELETED" => 404,
            // Of the record that the request is about; a field of it that leads nowhere is a bad request.
            "INVALID_CROSS_REFERENCE_KEY" if self.fields.is_none() => 404,
            "INVALID_SESSION_ID" | "INVALID_AUTH_HEADER" => 401,
            "REQUEST_LIMIT_EXCEEDED"
            | "INSUFFICIENT_ACCESS"
            | "API_DISABLED_FOR_ORG"
            | "FORBIDDEN" => 403,
            "METHOD_NOT_ALLOWED" => 405,
            "GONE" => 410,
            "PRECONDITION_FAILED" => 412,
            "REQUEST_ENTITY_TOO_LARGE" => 413,
            "URI_TOO_LONG" => 414,
            "UNSUPPORTED_MEDIA_TYPE" => 415,
            "HEADERS_TOO_LARGE" => 431,
            "UNKNOWN_EXCEPTION" => 500,
            _ => 400,
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}
