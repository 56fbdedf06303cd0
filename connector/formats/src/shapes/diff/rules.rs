//! What follows from a change: by one table, of what changed.

mod breaks;
mod table;

pub use breaks::{flag, is_required};

use super::json::Json;
use salesforce_contract::bindings::exports::salesforce::connector::schema::ChangeSubject;
use table::{CHILD, FIELD, OBJECT, PICK, RECORD_TYPE};

/// What follows from a change.
pub struct Verdict {
    /// Whether what worked before may fail now.
    pub breaking: bool,
    /// What follows, in one sentence.
    pub effect: String,
}

/// What is said of properties without a rule.
const NOTHING: &str = "Nothing that worked before fails";

/// What follows from a change of this property.
pub fn judge(subject: ChangeSubject, property: &str, before: &Json, after: &Json) -> Verdict {
    let rules = match subject {
        ChangeSubject::Object => OBJECT,
        ChangeSubject::Field => FIELD,
        ChangeSubject::PicklistValue => PICK,
        ChangeSubject::ChildRelationship => CHILD,
        ChangeSubject::RecordType => RECORD_TYPE,
    };
    let Some((_, breaks, then, otherwise)) = rules.iter().find(|rule| rule.0 == property) else {
        return Verdict {
            breaking: false,
            effect: NOTHING.to_owned(),
        };
    };
    let breaking = breaks.apply(property, before, after);
    Verdict {
        breaking,
        effect: (*if breaking { then } else { otherwise }).to_owned(),
    }
}
