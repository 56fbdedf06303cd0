//! The list for replicas: asked for by spans of time, shorter ones where a span holds more than Salesforce lists at once.

use super::MINUTE_SECONDS;
use super::gap;
use crate::rest::ask::{Parameters, get_call};
use crate::rest::replication::DELETED;
use crate::triggers::cursor::checkpoint_lost;
use crate::triggers::instant::Instant;
use crate::triggers::poll::Change;
use salesforce_client::client::{Client, Unusable};
use salesforce_client::path::segment;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_formats::soql::date;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The code by which Salesforce says that a span holds more than 600,000 ids (SOAP API Developer Guide, "getDeleted()").
const TOO_MANY: &str = "EXCEEDED_ID_LIMIT";

/// The code by which Salesforce says that a span begins before what it remembers (same place).
const TOO_EARLY: &str = "INVALID_REPLICATION_DATE";

/// The list of one object.
pub(super) struct List<'a> {
    client: &'a Client,
    /// The object's name.
    object: &'a str,
    path: String,
    /// Whether a checkpoint says where to continue.
    resumes: bool,
}

/// What Salesforce lists of a span.
pub(super) struct ListedSpan {
    /// The second at which the span ends.
    pub end: i64,
    /// The second up to which all is listed.
    pub covered: i64,
    /// Its deletions in the order of their times, or the report that they are too many.
    pub changes: Vec<Change>,
    /// What the answer told beside the list.
    pub metadata: Metadata,
}

impl ListedSpan {
    /// The second of the last change.
    pub fn last(&self) -> i64 {
        let last = self.changes.last();
        last.map_or(i64::MIN, |change| change.stamp.second())
    }
}

/// An answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    deleted_records: Vec<Box<RawValue>>,
    latest_date_covered: String,
}

/// One entry of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: String,
    deleted_date: String,
}

impl<'a> List<'a> {
    /// Names the object; `resumes` says that a checkpoint tells where to go on.
    pub fn new(client: &'a Client, object: &'a str, resumes: bool) -> Result<Self, Fault> {
        Ok(Self {
            client,
            object,
            path: format!("sobjects/{}/deleted", segment("object", object)?),
            resumes,
        })
    }

    /// Asks for the span from a minute on; a shorter one where this one holds too many, beginning with twice what was listed at once the
    /// last time. A minute that holds too many is reported as a gap.
    pub fn ask(&self, start: i64, now: i64, span: Option<i64>) -> Result<ListedSpan, Fault> {
        let longest = span.map_or(i64::MAX, |span| span.saturating_mul(2).max(MINUTE_SECONDS));
        let mut end = now.min(start.saturating_add(longest));
        loop {
            match self.ask_once(start, end) {
                Err(fault) if has(&fault, TOO_MANY) && end - start > MINUTE_SECONDS => {
                    end = start + half(end - start);
                }
                Err(fault) if has(&fault, TOO_MANY) => {
                    return gap::report(self.object, start, end, Metadata::from(&fault));
                }
                Err(fault) if has(&fault, TOO_EARLY) => return Err(self.too_early(fault)),
                Err(fault) => return Err(fault),
                Ok((listed, metadata)) => {
                    return Ok(ListedSpan {
                        end,
                        covered: instant(&listed.latest_date_covered)?.second().min(end),
                        changes: changes(&listed.deleted_records)?,
                        metadata,
                    });
                }
            }
        }
    }

    /// What a span means that begins before what Salesforce remembers.
    fn too_early(&self, fault: Fault) -> Fault {
        let message = format!(
            "Salesforce does not tell of deletions as early as asked for ({})",
            fault.message
        );
        let own = if self.resumes {
            checkpoint_lost(message)
        } else {
            Fault::config(format!("{message}: let config.start be later"))
        };
        Fault {
            kind: own.kind,
            message: own.message,
            ..fault
        }
    }

    fn ask_once(&self, start: i64, end: i64) -> Result<(Listed, Metadata), Fault> {
        let span = Parameters::none()
            .some("start", date::of_unix_seconds(start))
            .some("end", date::of_unix_seconds(end));
        let call = get_call(self.client, &self.path, &span)?.expecting(DELETED);
        self.client.send_as(&call, None, |reply, _| {
            let listed = serde_json::from_slice(&reply.body).map_err(|error| {
                Unusable(format!(
                    "The answer to `deleted` is not as documented: {error}"
                ))
            })?;
            Ok((listed, Metadata::from(&reply)))
        })
    }
}

/// Half of a span in whole minutes, one at least.
fn half(seconds: i64) -> i64 {
    (seconds / 2 / MINUTE_SECONDS).max(1) * MINUTE_SECONDS
}

fn has(fault: &Fault, code: &str) -> bool {
    fault.upstream.iter().any(|error| error.code == code)
}

fn changes(records: &[Box<RawValue>]) -> Result<Vec<Change>, Fault> {
    let mut changes = Vec::with_capacity(records.len());
    for record in records {
        let entry: Entry = serde_json::from_str(record.get()).map_err(|error| {
            Fault::protocol(format!(
                "An entry of `deletedRecords` is not as documented: {error}"
            ))
        })?;
        changes.push(Change {
            stamp: instant(&entry.deleted_date)?,
            id: entry.id,
            skip: false,
            extras: Vec::new(),
            body: record.get().as_bytes().to_vec(),
        });
    }
    changes.sort_by(|one, other| (one.stamp.ms, &one.id).cmp(&(other.stamp.ms, &other.id)));
    Ok(changes)
}

fn instant(text: &str) -> Result<Instant, Fault> {
    Instant::read(text).ok_or_else(|| {
        Fault::protocol(format!("`{text}` in the list of deletions is no date-time"))
    })
}
