//! SOAP APIs that this org's users have no right to: Metadata (`m`) and Apex (`s`). A session is looked for first, as
//! Salesforce does, so that clients which renew theirs are told apart from clients that may not come in at all.

use super::fault::Fault;
use crate::closed::METADATA;

/// What every call of the API with this letter in its path is told.
pub(super) fn refusal(letter: &str) -> Option<Fault> {
    let message = match letter {
        "m" => METADATA,
        "s" => "use of the Apex API requires a user with the AuthorApex permission",
        _ => return None,
    };
    Some(Fault::new("INSUFFICIENT_ACCESS", message))
}
