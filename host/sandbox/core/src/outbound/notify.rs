//! Queueing what a change causes.

use super::message::Occasion;
use super::queue;
use super::state::Outbound;
use crate::events::Change;
use crate::rules::meets;
use crate::write::Writer;
use sandbox_model::problem::Problem;

/// Queues what a change causes.
///
/// # Errors
/// The database's.
pub(crate) fn notify(
    writer: &Writer<'_>,
    outbound: &Outbound,
    transaction: i64,
    change: &Change<'_>,
) -> Result<(), Problem> {
    let occasion = match change {
        Change::Created(_) => Occasion::Created,
        Change::Updated { .. } => Occasion::Updated,
        Change::Deleted { .. } | Change::Undeleted(_) => return Ok(()),
    };
    let object = change.object();
    for message in queue::messages_of(writer.connection, &object.name)? {
        let criteria = message.criteria.as_deref();
        if message.on.contains(&occasion) && meets(writer, object, change.id(), criteria)? {
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
