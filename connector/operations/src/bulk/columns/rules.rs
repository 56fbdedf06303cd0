//! What a load wants of its columns and values.

use crate::bulk::input::fingerprint::Key;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    EmptyValues, JobOperation, NullText,
};
use salesforce_contract::bindings::{Fault, FaultKind};

/// What a load wants of its columns and values.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The sObject.
    pub object: String,
    /// What is done with the records.
    pub operation: JobOperation,
    /// The external id field of an upsert.
    pub external_id_field: Option<String>,
    /// What an empty value does.
    pub empty: EmptyValues,
    /// What the text `#N/A` means.
    pub null_text: NullText,
}

impl Rules {
    /// Returns the column by which records are told apart; new records have none.
    pub fn key(&self, names: &[String]) -> Option<Key> {
        let named = |wanted: &str| {
            let mut names = names.iter();
            names.position(|name| name.eq_ignore_ascii_case(wanted))
        };
        match (self.operation, self.external_id_field.as_deref()) {
            (JobOperation::Insert, _) => None,
            (JobOperation::Upsert, Some(field)) if !field.eq_ignore_ascii_case("Id") => {
                named(field).map(Key::External)
            }
            _ => named("Id").map(Key::Id),
        }
    }
}

/// Returns the fault for columns that do not fit.
pub(super) fn invalid(message: String) -> Fault {
    Fault::new(FaultKind::Invalid, message)
}
