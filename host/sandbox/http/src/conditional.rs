//! Conditional requests: `If-Match`, `If-None-Match`, `If-Modified-Since`, `If-Unmodified-Since` (REST API guide,
//! "Conditional Request Headers").

use axum::http::header::{
    ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, LAST_MODIFIED,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::response;
use sandbox_model::api_error::ApiError;
use sandbox_model::value::dates;

/// Bytes of a digest that the tag of a description shows.
const SHORT_TAG: usize = 4;
/// What a server that compresses appends to a tag.
const COMPRESSED: &str = "-gzip";

/// The state that a resource is in.
#[derive(Debug)]
pub(super) struct State {
    /// What a client's copy is compared by; none for resources without tags.
    etag: Option<String>,
    /// When it last changed, in ms since 1970, whole seconds.
    modified: i64,
}

impl State {
    /// Returns the state of a record, which has a tag where `document` is given.
    pub(super) fn for_record(document: Option<&Json>, modified: i64) -> Self {
        let tag = |document: &Json| {
            let digest = Sha256::digest(document.to_string().as_bytes());
            BASE64.encode(digest)
        };
        Self {
            etag: document.map(tag),
            modified: dates::whole_seconds(modified),
        }
    }

    /// Returns the state of a description.
    pub(super) fn of_description(document: &Json, modified: i64) -> Self {
        let digest = Sha256::digest(document.to_string().as_bytes());
        let digits = digest.iter().take(SHORT_TAG);
        Self {
            etag: Some(digits.map(|byte| format!("{byte:02x}")).collect()),
            modified: dates::whole_seconds(modified),
        }
    }

    /// Responds to a read: with the document, or with what its conditions require instead.
    ///
    /// # Errors
    /// `PRECONDITION_FAILED` if the resource is not in the state that the client wants.
    pub(super) fn respond(
        &self,
        headers: &HeaderMap,
        document: &Json,
    ) -> Result<Response, ApiError> {
        self.reject_other(headers)?;
        let mut response = if self.is_known(headers) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            response::ok(document)
        };
        let modified = dates::format_http(self.modified);
        let etag = self.etag.as_ref().map(|tag| format!("\"{tag}\""));
        for (name, value) in [(LAST_MODIFIED, Some(modified)), (ETAG, etag)] {
            if let Some(value) = value.and_then(|it| HeaderValue::try_from(it).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(response)
    }

    /// Rejects a write whose conditions the resource does not meet.
    ///
    /// # Errors
    /// `PRECONDITION_FAILED` (412), or 400 for a condition that cannot be read.
    pub(super) fn reject_write(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if let Some(text) = text(headers, &IF_UNMODIFIED_SINCE)
            && dates::parse_http(text).is_none()
        {
            let message = format!("Invalid value for the header If-Unmodified-Since: {text}");
            return Err(ApiError::new("INVALID_HEADER_VALUE", message));
        }
        if self.has_tag_of(headers, &IF_NONE_MATCH) == Some(true) {
            return Err(failed());
        }
        self.reject_other(headers)
    }

    fn reject_other(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let changed_since = http_date(headers, &IF_UNMODIFIED_SINCE)
            .is_some_and(|http_date| self.modified > http_date);
        if changed_since || self.has_tag_of(headers, &IF_MATCH) == Some(false) {
            return Err(failed());
        }
        Ok(())
    }

    /// Returns whether the client has this state. Tags are more precise than times (RFC 9110, 13.2.2).
    fn is_known(&self, headers: &HeaderMap) -> bool {
        self.has_tag_of(headers, &IF_NONE_MATCH).unwrap_or_else(|| {
            http_date(headers, &IF_MODIFIED_SINCE)
                .is_some_and(|http_date| self.modified <= http_date)
        })
    }

    /// Returns whether a header lists the tag; `None` if there is no such header, or no tag.
    fn has_tag_of(&self, headers: &HeaderMap, name: &HeaderName) -> Option<bool> {
        let (listed, own) = (text(headers, name)?, self.etag.as_ref()?);
        let plain = |tag: &str| {
            let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
            let tag = tag.strip_suffix(COMPRESSED).unwrap_or(tag);
            tag.trim_end_matches('-').to_owned()
        };
        Some(
            listed
                .split(',')
                .any(|tag| tag.trim() == "*" || plain(tag) == *own),
        )
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn http_date(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    dates::parse_http(text(headers, name)?)
}

fn failed() -> ApiError {
    let message = "A condition in the headers of the request is not met";
    ApiError::new("PRECONDITION_FAILED", message)
}
