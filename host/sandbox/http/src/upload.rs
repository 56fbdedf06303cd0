//! Records with files: a form of the record as JSON and the content of its file field.

use axum::Extension;
use axum::body::Bytes;
use http::HeaderMap;

use super::form::{self, FilePart, Form, MAX_FILE_BYTES};
use super::{Shared, body, records};
use sandbox_core::org::Org;
use sandbox_core::write::Draft;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{FieldType, Object};
use sandbox_model::value::{StoredFile, Value};

/// Largest file of objects other than `ContentVersion` (REST API guide, "Insert or Update Blob Data": 500 MB).
const MAX_OTHER_BYTES: u64 = 500 * 1024 * 1024;

/// Files stored for a record that is not yet written. Unless kept they go when this does.
pub(super) struct Pending<'o> {
    org: &'o Org,
    files: Vec<StoredFile>,
}

impl Pending<'_> {
    /// The record is written: its files stay.
    pub(super) fn keep(mut self) {
        self.files.clear();
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        for file in &self.files {
            self.org.files().remove(file);
        }
    }
}

/// Rejects bodies that are neither JSON nor a form.
pub(super) fn expect(headers: &HeaderMap, is_form: bool) -> Result<(), ApiError> {
    if is_form {
        return Ok(());
    }
    body::expect_json(headers)
}

/// Reads the record in a JSON body or a form.
pub(super) fn read_draft<'o>(
    org: &'o Shared,
    object: &Object,
    bytes: &Bytes,
    form: Option<Extension<Form>>,
) -> Result<(Draft, Pending<'o>), ApiError> {
    let mut pending = Pending::new(org);
    let (document, files) = split(bytes, form)?;
    let mut draft = records::read_draft(org, object, &document)?;
    for part in files {
        let name = part.name.clone();
        pending.attach(object, &mut draft, &name, part)?;
    }
    Ok((draft, pending))
}

/// Returns the JSON document of a request, and the files that came with it.
pub(super) fn split(
    bytes: &Bytes,
    form: Option<Extension<Form>>,
) -> Result<(Bytes, Vec<FilePart>), ApiError> {
    let Some(Extension(form)) = form else {
        return Ok((bytes.clone(), Vec::new()));
    };
    let parts = form.take()?;
    let mut documents = parts.documents.into_iter();
    let (Some((_, document)), None) = (documents.next(), documents.next()) else {
        return Err(misshaped(
            "Multipart message must include exactly one non-binary part",
        ));
    };
    Ok((document, parts.files))
}

impl<'o> Pending<'o> {
    /// No files yet.
    pub(super) fn new(org: &'o Org) -> Self {
        Self {
            org,
            files: Vec::new(),
        }
    }

    /// Stores a file and lets the draft's field have it.
    pub(super) fn attach(
        &mut self,
        object: &Object,
        draft: &mut Draft,
        field: &str,
        part: FilePart,
    ) -> Result<(), ApiError> {
        let known = object
            .field(field)
            .filter(|field| field.field_type == FieldType::Base64);
        let Some(known) = known else {
            return Err(misshaped(format!(
                "The binary part {field:?} is not a blob field of {}",
                object.name
            )));
        };
        if part.upload.size() > largest(object) {
            return Err(form::too_large(largest(object)));
        }
        let file = part.upload.keep().map_err(|error| form::disk(&error))?;
        self.files.push(file.clone());
        draft.set(object, &known.name, Value::File(file));
        Ok(())
    }
}

/// Returns a form that is not made as Salesforce wants it.
pub(super) fn misshaped(message: impl Into<String>) -> ApiError {
    ApiError::new("INVALID_MULTIPART_REQUEST", message)
}

fn largest(object: &Object) -> u64 {
    if object.name == "ContentVersion" {
        MAX_FILE_BYTES
    } else {
        MAX_OTHER_BYTES
    }
}
