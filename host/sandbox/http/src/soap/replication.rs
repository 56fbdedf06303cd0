//! What changed, and what time it is: `getUpdated()`, `getDeleted()`, `getServerTimestamp()`.

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use sandbox_core::changes::{self, Window};
use sandbox_model::schema::Object;
use sandbox_model::value::dates;
use sandbox_model::xml::Out;

/// Returns the org's clock.
pub(super) fn get_server_timestamp(
    context: &Context<'_>,
    arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    arguments.finish()?;
    let mut out = Out::default();
    out.element("result", "", |out| {
        let now = dates::format_datetime_z(context.org.clock().now());
        out.text("timestamp", &now);
    });
    Ok(out)
}

/// Returns the ids of records created or changed within a timespan.
pub(super) fn get_updated(context: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    let (object, window) = timespan(context, arguments)?;
    let store = context.org.store();
    let updated = store.read(|connection| changes::updated(connection, object, window))?;
    let mut out = Out::default();
    out.element("result", "", |out| {
        for id in &updated.ids {
            out.text("ids", id);
        }
        let covered = dates::format_datetime_z(updated.latest_date_covered);
        out.text("latestDateCovered", &covered);
    });
    Ok(out)
}

/// Returns the ids of records deleted within a timespan.
pub(super) fn get_deleted(context: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    let (object, window) = timespan(context, arguments)?;
    let store = context.org.store();
    let deleted = store.read(|connection| changes::deleted(connection, object, window))?;
    let mut out = Out::default();
    out.element("result", "", |out| {
        for record in &deleted.records {
            out.element("deletedRecords", "", |out| {
                let when = dates::format_datetime_z(record.deleted_date);
                out.text("deletedDate", &when);
                out.text("id", &record.id);
            });
        }
        let earliest = dates::format_datetime_z(deleted.earliest_date_available);
        let covered = dates::format_datetime_z(deleted.latest_date_covered);
        out.text("earliestDateAvailable", &earliest);
        out.text("latestDateCovered", &covered);
    });
    Ok(out)
}

fn timespan<'a>(
    context: &Context<'a>,
    mut arguments: Arguments<'_>,
) -> Result<(&'a Object, Window), Fault> {
    let name = arguments.text("sObjectType")?;
    let (start, end) = (
        arguments.instant("startDate")?,
        arguments.instant("endDate")?,
    );
    arguments.finish()?;
    let object = context.org.schema().object(name);
    let object = object.ok_or_else(|| Fault::no_such_object(name))?;
    Ok((object, Window::new(start, end, context.org.clock().now())?))
}
