//! Queueing what a change causes.

use super::message::Trigger;
use super::queue;
use super::state::Outbound;
use crate::events::Change;
use crate::rules::meets;
use crate::write::Writer;
use sandbox_model::api_error::ApiError;

/// Queues what a change causes.
///
/// # Errors
/// The database's.
pub(crate) fn notify(
    writer: &Writer<'_>,
    outbound: &Outbound,
    transaction: i64,
    change: &Change<'_>,
) -> Result<(), ApiError> {
    let trigger = match change {
        Change::Created(_) => Trigger::Created,
        Change::Updated { .. } => Trigger::Updated,
        Change::Deleted { .. } | Change::Undeleted(_) => return Ok(()),
    };
    let object = change.object();
    for message in queue::messages_of(writer.connection, &object.name)? {
        let criteria = message.criteria.as_deref();
        if message.on.contains(&trigger) && meets(writer, object, change.id(), criteria)? {
            let notification = queue::New {
                id: outbound.next_id(),
                message: &message.name,
                record: change.id(),
                transaction,
            };
            queue::add(writer.connection, &notification, writer.now)?;
        }
    }
    Ok(())
}
