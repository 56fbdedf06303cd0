//! The report of deletions that Salesforce does not list: more than it lists at once within a minute, the shortest span that it takes.

use super::list::ListedSpan;
use crate::triggers::instant::Instant;
use crate::triggers::poll::Change;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_formats::soql::date;
use serde_json::json;

/// Why deletions are not listed, for programs.
const KIND: &str = "too-many-deletions";

/// A span of which is only known that it holds too many deletions. The report stands at its end, before whatever was deleted then.
pub(super) fn report(
    object: &str,
    start: i64,
    end: i64,
    metadata: Metadata,
) -> Result<ListedSpan, Fault> {
    let (from, to) = (time(start)?, time(end)?);
    let stamp = Instant::read(&to).ok_or_else(unwritable)?;
    let reason = format!(
        "Salesforce lists at most 600,000 deletions at once, and more {object} records than that were deleted between {from} and {to}: none of these is reported; compare the ids that you hold with those of a query"
    );
    let body = json!({"gap": {"object": object, "from": from, "to": to, "reason": reason}});
    let extras = [
        ("event-id", format!("{object}#gap-{from}-{to}")),
        ("gap", KIND.to_owned()),
        ("gap-from", from),
        ("gap-to", to),
    ];
    Ok(ListedSpan {
        end,
        covered: end,
        changes: vec![Change {
            // No record has this id: it comes before all of them.
            id: String::new(),
            stamp,
            skip: false,
            extras: extras.map(|(name, text)| (name.to_owned(), text)).into(),
            body: body.to_string().into_bytes(),
        }],
        metadata,
    })
}

fn time(second: i64) -> Result<String, Fault> {
    date::of_unix_seconds(second).ok_or_else(unwritable)
}

fn unwritable() -> Fault {
    Fault::protocol("A span of deletions lies outside of the years that Salesforce knows")
}
