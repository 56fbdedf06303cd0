//! Files that come with a collection: each record's attributes name the part of the form that is its file.

use axum::Extension;
use axum::body::Bytes;
use serde_json::Value as Json;

use crate::form::{self, FilePart, Form};
use crate::upload::{self, Pending};
use sandbox_core::org::Org;
use sandbox_core::write::{Draft, Outcome};
use sandbox_model::api_error::ApiError;
use sandbox_model::json::Members;
use sandbox_model::schema::Object;

/// Largest sum of all files of a request (REST API guide, "Insert or Update Blob Data": 500 MB).
const MAX_TOTAL_BYTES: u64 = 500 * 1024 * 1024;

/// The files of one request.
pub(super) struct Blobs<'o> {
    org: &'o Org,
    document: Bytes,
    parts: Vec<FilePart>,
    /// The files stored for each record, in the order of the records.
    stored: Vec<Pending<'o>>,
}

impl<'o> Blobs<'o> {
    /// Takes the form apart; without one there are no files.
    pub(super) fn new(
        org: &'o Org,
        bytes: &Bytes,
        form: Option<Extension<Form>>,
    ) -> Result<Self, ApiError> {
        let (document, parts) = upload::split(bytes, form)?;
        let sum: u64 = parts.iter().map(|part| part.upload.size()).sum();
        if sum > MAX_TOTAL_BYTES {
            return Err(form::too_large(MAX_TOTAL_BYTES));
        }
        Ok(Self {
            org,
            document,
            parts,
            stored: Vec::new(),
        })
    }

    /// Returns the list of records.
    pub(super) fn document(&self) -> Bytes {
        self.document.clone()
    }

    /// Gives the next record the file that its `attributes` name: the part by `binaryPartName`, the field by
    /// `binaryPartNameAlias`.
    pub(super) fn attach(
        &mut self,
        object: &Object,
        draft: &mut Draft,
        members: &Members<'_>,
    ) -> Result<(), ApiError> {
        let mut pending = Pending::new(self.org);
        if let Some((name, field)) = named(members) {
            let place = self.parts.iter().position(|part| part.name == name);
            let place = place.ok_or_else(|| {
                upload::misshaped(format!("The multipart message has no binary part {name:?}"))
            })?;
            pending.attach(object, draft, &field, self.parts.swap_remove(place))?;
        }
        self.stored.push(pending);
        Ok(())
    }

    /// The files of records that were written stay.
    pub(super) fn keep(self, outcomes: &[Outcome]) {
        for (pending, outcome) in self.stored.into_iter().zip(outcomes) {
            if outcome.is_ok() {
                pending.keep();
            }
        }
    }
}

fn named(members: &Members<'_>) -> Option<(String, String)> {
    let (_, raw) = members.0.iter().find(|(name, _)| name == "attributes")?;
    let attributes: Json = serde_json::from_str(raw.get()).ok()?;
    let text = |name: &str| Some(attributes.get(name)?.as_str()?.to_owned());
    Some((text("binaryPartName")?, text("binaryPartNameAlias")?))
}
