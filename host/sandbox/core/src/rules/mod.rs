//! Rules of the org for writes: who gets a new record, what counts as a duplicate, what is locked.

pub mod approval;
pub(crate) mod assignment;
pub mod duplicates;
pub(crate) mod lock;
#[cfg(test)]
mod tests;
pub mod workflow;

use crate::write::Writer;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;
use sandbox_soql::{Options, Plan, for_each_row};

/// Returns whether a record meets a SOQL condition; none is met by every record.
pub(crate) fn meets(
    writer: &Writer<'_>,
    object: &Object,
    id: &str,
    condition: Option<&str>,
) -> Result<bool, ApiError> {
    let Some(condition) = condition else {
        return Ok(true);
    };
    let soql = format!(
        "SELECT Id FROM {} WHERE Id = '{id}' AND ({condition})",
        object.name
    );
    let options = Options::new(writer.user.as_str(), writer.now);
    let plan = Plan::new(&soql, writer.schema, &options)?;
    let mut is_met = false;
    for_each_row(writer.connection, &plan, |_| {
        is_met = true;
        Ok(())
    })?;
    Ok(is_met)
}
