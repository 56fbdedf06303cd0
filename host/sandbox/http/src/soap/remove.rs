//! `delete()`, `undelete()` and `emptyRecycleBin()`: records by id, of any objects.

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::results::{self, MAX_RECORDS, outcome};
use sandbox_core::write::{Batch, Outcome, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;
use sandbox_model::xml::Out;

/// Puts records into the recycle bin.
pub(super) fn delete(context: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    run(context, arguments, context.batch(), |writer, object, id| {
        writer.delete(object, id)
    })
}

/// Takes records out of the recycle bin.
pub(super) fn undelete(context: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    run(context, arguments, context.batch(), |writer, object, id| {
        writer.undelete(object, id)
    })
}

/// Takes from records in the recycle bin the chance to come back.
pub(super) fn empty_recycle_bin(
    context: &Context<'_>,
    arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    run(context, arguments, Batch::Each, |writer, object, id| {
        writer.purge(object, id)
    })
}

fn run(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
    batch: Batch,
    work: fn(&Writer<'_>, &Object, &RecordId) -> Outcome,
) -> Result<Out, Fault> {
    let ids = arguments.texts("ids");
    arguments.finish()?;
    results::reject_many(ids.len(), MAX_RECORDS)?;
    let outcomes = context
        .org
        .write(&context.user, context.write_options(), |writer| {
            writer.run(batch, &ids, |writer, text| {
                let id = results::read_id(text)?;
                let object = writer.schema.object_by_prefix(id.key_prefix());
                work(writer, object.ok_or_else(ApiError::not_found)?, &id)
            })
        })?;
    let mut out = Out::default();
    for result in &outcomes {
        out.element("result", "", |out| {
            let id = result.as_ref().ok().map(|saved| saved.id.as_str());
            outcome(out, id, result.as_ref().err());
        });
    }
    Ok(out)
}
