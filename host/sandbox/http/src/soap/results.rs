//! What became of records: `SaveResult` and its kin.

use super::Context;
use super::duplicates;
use super::fault::Fault;
use sandbox_core::events::{Api, Origin};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::xml::Out;

/// Records of one call that writes (SOAP API guide, "create()": 200).
pub(super) const MAX_RECORDS: usize = 200;

/// Rejects calls with too many records.
pub(super) fn reject_many(count: usize, most: usize) -> Result<(), Fault> {
    if count <= most {
        return Ok(());
    }
    let message =
        format!("record limit reached. cannot submit more than {most} records into this call");
    Err(Fault::new("EXCEEDED_ID_LIMIT", message))
}

/// The errors of one record, as `Error` elements.
pub(super) fn errors(out: &mut Out, api_error: &ApiError) {
    let (code, message) = code_and_message(api_error);
    let found = api_error.duplicates.as_deref();
    let kind = found.map_or("", |_| " xsi:type=\"DuplicateError\"");
    out.element("errors", kind, |out| {
        for field in api_error.fields.iter().flatten() {
            out.text("fields", field);
        }
        out.text("message", message);
        out.text("statusCode", code);
        if let Some(found) = found {
            duplicates::duplicate_result(out, "duplicateResult", found, Some(message));
        }
    });
}

/// SOAP names the record that is not there by the reference, where REST names the resource.
pub(super) fn code_and_message(api_error: &ApiError) -> (&'static str, &str) {
    match api_error.code {
        "NOT_FOUND" => ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        code => (code, &api_error.message),
    }
}

/// `errors`, `id`, `success`: what every kind of result ends with.
pub(super) fn outcome(out: &mut Out, id: Option<&str>, rejected: Option<&ApiError>) {
    if let Some(api_error) = rejected {
        errors(out, api_error);
    }
    out.nillable("id", id.filter(|_| rejected.is_none()));
    out.flag("success", rejected.is_none());
}

/// Returns an id that a client sent for a record.
pub(super) fn read_id(text: &str) -> Result<RecordId, ApiError> {
    let bad = || ApiError::for_record("MALFORMED_ID", format!("bad id {text}"), []);
    RecordId::parse(text).ok_or_else(bad)
}

impl Context<'_> {
    /// Returns how the records of a call depend on each other.
    pub(super) fn batch(&self) -> sandbox_core::write::Batch {
        if self.header.all_or_none {
            sandbox_core::write::Batch::AllOrNone
        } else {
            sandbox_core::write::Batch::Each
        }
    }

    /// Returns what the headers ask of writes.
    pub(super) fn write_options(&self) -> sandbox_core::write::WriteOptions {
        sandbox_core::write::WriteOptions {
            allow_truncation: self.header.allow_truncation,
            assignment: self.header.wanted_assignment(),
            duplicates: sandbox_core::write::DuplicateOptions {
                allow_save: self.header.duplicates.allow_save,
                include_record_details: self.header.duplicates.include_record_details,
            },
            origin: Origin::new(Api::Soap, self.version, self.header.client),
        }
    }
}
