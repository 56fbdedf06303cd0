//! Deletions: the list that Salesforce keeps for replicas, or the recycle bin.

use super::instant::Instant;
use super::place::{Mark, Place, lost};
use super::plan::Kind;
use super::records::{self, USUAL_BATCH};
use super::server_time;
use super::start::Start;
use super::sweep::{self, Bounds, Change, Found, Source};
use crate::bindings::Fault;
use crate::bindings::exports::mediation::connector::mediator::Batch;
use crate::bindings::exports::salesforce::connector::triggers::{
    DeletedBy, DeletedConfig, WatchConfig,
};
use crate::limits::DELETED_DAYS;
use crate::org::{Org, Unusable};
use crate::rest::ask::{Parameters, get_call};
use crate::rest::path::segment;
use crate::rest::replication::DELETED;
use crate::soql::date;
use serde::Deserialize;
use serde_json::value::RawValue;

const DAY_SECONDS: i64 = 86_400;
const MINUTE_SECONDS: i64 = 60;

/// The code by which Salesforce says that a span holds more than 600,000 ids (SOAP API Developer Guide, "getDeleted()").
const TOO_MANY: &str = "EXCEEDED_ID_LIMIT";

/// The code by which Salesforce says that a span begins before what it remembers (same place).
const TOO_EARLY: &str = "INVALID_REPLICATION_DATE";

/// Shortest span that is halved: Salesforce tells whole minutes.
const LEAST_HALVED: i64 = 2 * MINUTE_SECONDS;

/// What was deleted.
pub fn deleted(
    org: &Org,
    config: &DeletedConfig,
    from: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    if config.by == Some(DeletedBy::QueryAll) {
        return records::watch(org, &bin(config), Kind::Deleted, from, wait_ms);
    }
    let source = Replica::check(org, config, from.is_some())?;
    let batch_size = usize::from(config.batch_size.unwrap_or(USUAL_BATCH)).max(1);
    sweep::poll(org, &source, batch_size, from, wait_ms)
}

fn bin(config: &DeletedConfig) -> WatchConfig {
    WatchConfig {
        object: config.object.clone(),
        fields: config.fields.clone(),
        condition: config.condition.clone(),
        bind: config.bind.clone(),
        cursor_field: None,
        start: config.start.clone(),
        batch_size: config.batch_size,
        look_back_seconds: config.look_back_seconds,
        settle_seconds: config.settle_seconds,
        keep_attributes: config.keep_attributes,
        same_second: None,
    }
}

/// The list for replicas.
struct Replica<'a> {
    org: &'a Org,
    name: String,
    object: String,
    start: Start,
    look_back: i64,
    /// Whether a checkpoint says where to go on.
    resumes: bool,
}

/// An answer of the list.
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

impl<'a> Replica<'a> {
    fn check(org: &'a Org, config: &DeletedConfig, resumes: bool) -> Result<Self, Fault> {
        let unused = [
            (!config.fields.is_empty(), "fields"),
            (config.condition.is_some(), "condition"),
            (!config.bind.is_empty(), "bind"),
        ];
        if let Some((_, name)) = unused.iter().find(|(given, _)| *given) {
            return Err(Fault::config(format!(
                "config.{name} goes with config.by `query-all`: the list for replicas holds ids and times only"
            )));
        }
        Ok(Self {
            org,
            name: format!("deleted {} by deletedDate", config.object),
            object: segment("object", &config.object)?,
            start: Start::read(config.start.as_deref())?,
            look_back: i64::from(config.look_back_seconds.unwrap_or(600)),
            resumes,
        })
    }

    /// The org's time, or the host's where the org does not tell.
    fn now(&self) -> Result<i64, Fault> {
        let host = self.org.context().clock.unix_ms() / 1_000;
        let host = i64::try_from(host).unwrap_or(i64::MAX);
        Ok(server_time::ask(self.org)?.unwrap_or(host))
    }

    /// Asks for a span; a shorter one where this one holds too many, beginning with twice what was told of at once the last time.
    /// Returns the end that was covered, too.
    fn ask(&self, start: i64, now: i64, span: Option<i64>) -> Result<(Listed, i64), Fault> {
        let longest = span.map_or(i64::MAX, |span| span.saturating_mul(2).max(LEAST_HALVED));
        let mut end = now.min(start.saturating_add(longest));
        loop {
            match self.ask_once(start, end) {
                Err(fault) if has(&fault, TOO_MANY) && end - start >= LEAST_HALVED => {
                    end = start + (end - start) / 2;
                }
                Err(fault) if has(&fault, TOO_EARLY) => return Err(self.too_early(fault)),
                other => return other.map(|listed| (listed, end)),
            }
        }
    }

    /// What a span means that begins before what Salesforce remembers.
    fn too_early(&self, fault: Fault) -> Fault {
        let sentence = format!(
            "Salesforce does not tell of deletions as early as asked for ({})",
            fault.message
        );
        let told = if self.resumes {
            lost(sentence)
        } else {
            Fault::config(format!("{sentence}: let config.start be later"))
        };
        Fault {
            kind: told.kind,
            message: told.message,
            ..fault
        }
    }

    fn ask_once(&self, start: i64, end: i64) -> Result<Listed, Fault> {
        let path = format!("sobjects/{}/deleted", self.object);
        let span = Parameters::none()
            .some("start", date::of_unix_seconds(start))
            .some("end", date::of_unix_seconds(end));
        let call = get_call(self.org, &path, &span)?.expecting(DELETED);
        self.org.send_as(&call, None, |reply, _| {
            serde_json::from_slice(&reply.body).map_err(|error| {
                Unusable(format!(
                    "The answer to `deleted` is not as documented: {error}"
                ))
            })
        })
    }
}

impl Source for Replica<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn start(&self) -> Result<Option<i64>, Fault> {
        let now = self.now()?;
        Ok(Some(match self.start {
            Start::Now => now,
            Start::Earliest => oldest(now),
            Start::At(second) if second < oldest(now) => {
                return Err(Fault::config(format!(
                    "config.start is more than {DELETED_DAYS} days ago, further than Salesforce remembers deletions: begin later, or choose config.by `query-all`"
                )));
            }
            Start::At(second) => second,
        }))
    }

    /// The list is not read in pages: a whole pass asks once, too.
    fn rows_at_once(&self) -> usize {
        usize::MAX
    }

    fn page(&self, place: &Place, at: Option<&Mark>, _: usize) -> Result<Found, Fault> {
        let now = self.now()?;
        let floor = place.floor.unwrap_or_else(|| oldest(now));
        if floor < oldest(now) - MINUTE_SECONDS {
            return Err(lost(format!(
                "The checkpoint is older than {DELETED_DAYS} days, and Salesforce has forgotten deletions since"
            )));
        }
        // What has been dealt with need not be sent again.
        let reached = at.and_then(|(stamp, _)| Some(Instant::read(stamp)?.second()));
        let start = reached.map_or(floor, |reached| reached.max(floor));
        let start = start - start.rem_euclid(MINUTE_SECONDS);
        if now - start < MINUTE_SECONDS {
            return Ok(nothing());
        }
        let (listed, end) = self.ask(start, now, place.span)?;
        let covered = instant(&listed.latest_date_covered)?.second().min(end);
        let closes = covered.min(now - self.look_back);
        let mut changes = changes(&listed.deleted_records)?;
        let last = changes
            .last()
            .map_or(i64::MIN, |change| change.stamp.second());
        changes.retain(|change| change.stamp.second() >= floor && is_after(change, at));
        Ok(Found {
            changes,
            complete: true,
            now: Some(now),
            bounds: Some(Bounds {
                until: covered.max(last) + 1,
                closes,
            }),
            // A span that holds too many deletions and is all within the look-back has to wait.
            more: end < now && closes > floor,
            span: (end < now).then_some(end - start),
        })
    }
}

fn nothing() -> Found {
    Found {
        changes: Vec::new(),
        complete: true,
        now: None,
        bounds: None,
        more: false,
        span: None,
    }
}

/// The earliest second that Salesforce tells of, with a minute to get there.
fn oldest(now: i64) -> i64 {
    now - i64::from(DELETED_DAYS) * DAY_SECONDS + MINUTE_SECONDS
}

fn has(fault: &Fault, code: &str) -> bool {
    fault
        .upstream
        .iter()
        .any(|complaint| complaint.code == code)
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
            attributes: Vec::new(),
            body: record.get().as_bytes().to_vec(),
        });
    }
    changes.sort_by(|one, other| (one.stamp.ms, &one.id).cmp(&(other.stamp.ms, &other.id)));
    Ok(changes)
}

/// Whether a deletion comes after the place that the pass has reached.
fn is_after(change: &Change, at: Option<&Mark>) -> bool {
    at.is_none_or(|(stamp, id)| {
        let reached = Instant::read(stamp).map_or(i64::MIN, |stamp| stamp.ms);
        (change.stamp.ms, &change.id) > (reached, id)
    })
}

fn instant(text: &str) -> Result<Instant, Fault> {
    Instant::read(text).ok_or_else(|| {
        Fault::protocol(format!("`{text}` in the list of deletions is no date-time"))
    })
}
