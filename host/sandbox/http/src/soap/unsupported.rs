//! SOAP APIs that this org's users have no right to: Metadata (`m`) and Apex (`s`). A session is looked for first, as
//! Salesforce does, so that clients that renew theirs are distinguished from clients without access.

use super::fault::Fault;
use crate::unsupported::METADATA;

/// Fault of every call of the API with this letter in its path.
pub(super) fn fault(letter: &str) -> Option<Fault> {
    let message = match letter {
        "m" => METADATA,
        "s" => "use of the Apex API requires a user with the AuthorApex permission",
        _ => return None,
    };
    Some(Fault::new("INSUFFICIENT_ACCESS", message))
}
