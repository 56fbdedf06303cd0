//! Deletions: the list that Salesforce keeps for replicas, or the recycle bin.

mod gap;
mod list;

use super::cursor::{PollCursor, Position, checkpoint_lost};
use super::instant::Instant;
use super::plan::Kind;
use super::poll::{self, Bounds, Change, ChangePage, ChangeSource};
use super::records::{self, USUAL_BATCH};
use super::server_time;
use super::start::Start;
use list::{List, ListedSpan};
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::message::Batch;

use salesforce_contract::bindings::exports::salesforce::connector::triggers::{
    DeletedBy, DeletedConfig, WatchConfig,
};
use salesforce_contract::limits::DELETED_DAYS;

const DAY_SECONDS: i64 = 86_400;
const MINUTE_SECONDS: i64 = 60;

/// What was deleted.
pub fn deleted(
    client: &Client,
    config: &DeletedConfig,
    from: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    if config.by == Some(DeletedBy::QueryAll) {
        return records::watch(client, &bin(config), Kind::Deleted, from, wait_ms);
    }
    let source = Replica::check(client, config, from.is_some())?;
    let batch_size = usize::from(config.batch_size.unwrap_or(USUAL_BATCH)).max(1);
    poll::poll(client, &source, batch_size, from, wait_ms)
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
    client: &'a Client,
    name: String,
    list: List<'a>,
    start: Start,
    look_back: i64,
}

impl<'a> Replica<'a> {
    fn check(client: &'a Client, config: &'a DeletedConfig, resumes: bool) -> Result<Self, Fault> {
        let unused = [
            (
                !config.fields.as_deref().unwrap_or_default().is_empty(),
                "fields",
            ),
            (config.condition.is_some(), "condition"),
            (
                !config.bind.as_deref().unwrap_or_default().is_empty(),
                "bind",
            ),
        ];
        if let Some((_, name)) = unused.iter().find(|(given, _)| *given) {
            return Err(Fault::config(format!(
                "config.{name} goes with config.by `query-all`: the list for replicas holds ids and times only"
            )));
        }
        Ok(Self {
            client,
            name: format!("deleted {} by deletedDate", config.object),
            list: List::new(client, &config.object, resumes)?,
            start: Start::parse(config.start.as_deref())?,
            look_back: i64::from(config.look_back_seconds.unwrap_or(600)),
        })
    }
}

impl ChangeSource for Replica<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn start(&self) -> Result<Option<i64>, Fault> {
        let now = server_time::now(self.client)?;
        Ok(Some(match self.start {
            Start::Now => now,
            Start::Earliest => oldest(now),
            Start::At(second) if second < oldest(now) => return Err(too_early()),
            Start::Ago(seconds) if seconds > remembered() => return Err(too_early()),
            Start::At(second) => second,
            // As far back as Salesforce remembers is meant to the day.
            Start::Ago(seconds) if seconds == remembered() => oldest(now),
            Start::Ago(seconds) => now - seconds,
        }))
    }

    /// The list is not read in pages: a full pass asks once, too.
    fn max_page_rows(&self) -> usize {
        usize::MAX
    }

    /// What is older than the look-back is listed span by span, each a pass of its own: the low watermark moves on behind it. Within the
    /// look-back, where the low watermark stays, one pass goes from span to span.
    fn page(
        &self,
        cursor: &PollCursor,
        after: Option<&Position>,
        _: usize,
    ) -> Result<ChangePage, Fault> {
        let now = server_time::now(self.client)?;
        let low_watermark = cursor.low_watermark.unwrap_or_else(|| oldest(now));
        if low_watermark < oldest(now) - MINUTE_SECONDS {
            return Err(checkpoint_lost(format!(
                "The checkpoint is older than {DELETED_DAYS} days, and Salesforce has forgotten deletions since"
            )));
        }
        // What has been processed need not be sent again.
        let reached = after.and_then(|(stamp, _)| Some(Instant::read(stamp)?.second()));
        let first = minute(low_watermark);
        let mut start = minute(reached.map_or(low_watermark, |reached| reached.max(low_watermark)));
        let mut longest = cursor.span;
        if now - start < MINUTE_SECONDS {
            return Ok(empty_page());
        }
        loop {
            let listed = self.list.ask(start, now, longest)?;
            let horizon = listed.covered.min(now - self.look_back);
            let last = listed.last();
            let ListedSpan {
                end,
                covered,
                mut changes,
                metadata,
            } = listed;
            changes
                .retain(|change| change.stamp.second() >= low_watermark && is_after(change, after));
            // Seconds are ignored, so that less than a minute is left for later.
            let is_last = now - end < MINUTE_SECONDS;
            let continues = !is_last && horizon <= low_watermark;
            if continues && changes.is_empty() {
                (start, longest) = (end, Some(end - start));
                continue;
            }
            let until = if continues { now } else { covered.max(last) };
            return Ok(ChangePage {
                changes,
                complete: !continues,
                now: Some(now),
                bounds: Some(Bounds {
                    until: until + 1,
                    horizon,
                }),
                more: !is_last && !continues,
                span: (!is_last || start > first).then_some(end - start),
                metadata,
            });
        }
    }
}

fn too_early() -> Fault {
    Fault::config(format!(
        "config.start is more than {DELETED_DAYS} days ago, further than Salesforce remembers deletions: begin later, or choose config.by `query-all`"
    ))
}

/// Seconds for which Salesforce remembers deletions.
fn remembered() -> i64 {
    i64::from(DELETED_DAYS) * DAY_SECONDS
}

fn empty_page() -> ChangePage {
    ChangePage {
        changes: Vec::new(),
        complete: true,
        now: None,
        bounds: None,
        more: false,
        span: None,
        metadata: Metadata::default(),
    }
}

/// The earliest second that Salesforce lists, with a minute to get there.
fn oldest(now: i64) -> i64 {
    now - remembered() + MINUTE_SECONDS
}

/// The minute that a second is in: Salesforce ignores seconds.
fn minute(second: i64) -> i64 {
    second - second.rem_euclid(MINUTE_SECONDS)
}

/// Tells whether a deletion comes after the position that the pass has reached.
fn is_after(change: &Change, after: Option<&Position>) -> bool {
    after.is_none_or(|(stamp, id)| {
        let reached = Instant::read(stamp).map_or(i64::MIN, |stamp| stamp.ms);
        (change.stamp.ms, &change.id) > (reached, id)
    })
}
