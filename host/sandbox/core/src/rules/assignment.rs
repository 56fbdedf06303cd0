//! Assignment rules: which queue owns a new lead or case.

use super::meets;
use crate::setup::{self, AssignmentRule};
use crate::write::{Assignment, Draft, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;

/// Key prefix of queues.
const QUEUES: &str = "00G";

/// Returns the rule that a request has run over a record.
fn rule_of(
    option: Assignment,
    object: &Object,
    names_owner: bool,
    is_new: bool,
) -> Option<&'static AssignmentRule> {
    let mut rules = setup::standard().assignment_rules.iter();
    match option {
        Assignment::Off => None,
        Assignment::Unowned if names_owner || !is_new => None,
        Assignment::Unowned | Assignment::Active => {
            rules.find(|rule| rule.active && rule.object == object.name)
        }
        Assignment::Rule(at) => rules.nth(at).filter(|rule| rule.object == object.name),
    }
}

/// Gives the record to the queue of the first entry that it meets.
pub(crate) fn run(
    writer: &Writer<'_>,
    object: &Object,
    id: &RecordId,
    names_owner: bool,
    is_new: bool,
) -> Result<(), ApiError> {
    let Some(rule) = rule_of(writer.options.assignment, object, names_owner, is_new) else {
        return Ok(());
    };
    for entry in &rule.entries {
        if meets(writer, object, id.as_str(), entry.criteria.as_deref())? {
            let queues = &setup::standard().queues;
            let place = queues
                .iter()
                .position(|queue| queue.developer_name == entry.queue);
            if let Some(at) = place {
                let owner = setup::id(QUEUES, at);
                let draft = Draft::from_texts(object, &[("OwnerId", owner.as_str())]);
                writer.change(object, id, draft)?;
            }
            return Ok(());
        }
    }
    Ok(())
}
