//! Changes of records, found by SOQL.

use super::cursor::{PollCursor, Position};
use super::instant::Instant;
use super::plan::{CREATED, Kind, Plan};
use super::poll::{self, Bounds, Change, ChangePage, ChangeSource};
use super::server_time;
use super::start::Start;
use crate::rest::query::{PageOptions, asked};
use crate::rest::rows::{child_page, unusable};
use salesforce_client::client::{Client, Unusable};
use salesforce_client::exchange::Reply;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::message::Batch;

use salesforce_contract::bindings::exports::salesforce::connector::triggers::{
    QueryConfig, WatchConfig,
};
use salesforce_contract::limits::MAX_PAGE_ROWS;
use salesforce_formats::message::{Page, RowFormat, RowWriter, counted};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Changes of one batch unless the config says otherwise.
pub const USUAL_BATCH: u16 = 200;

/// Fewest rows of a page that Salesforce takes (REST API Developer Guide, "Query Options Header").
const MIN_PAGE_ROWS: usize = 200;

/// Records that were created.
pub fn created(
    client: &Client,
    config: &WatchConfig,
    from: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    watch(client, config, Kind::Created, from, wait_ms)
}

/// Records that were changed after they had been created.
pub fn updated(
    client: &Client,
    config: &WatchConfig,
    from: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    watch(client, config, Kind::Updated, from, wait_ms)
}

/// Records that were created or changed.
pub fn created_or_updated(
    client: &Client,
    config: &WatchConfig,
    from: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    watch(client, config, Kind::Any, from, wait_ms)
}

/// Rows of a query that are new or were changed.
pub fn query(
    client: &Client,
    config: &QueryConfig,
    from: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    let plan = Plan::for_query(client, config)?;
    poll(client, plan, config.batch_size, from, wait_ms)
}

/// Changes of this kind.
pub fn watch(
    client: &Client,
    config: &WatchConfig,
    kind: Kind,
    from: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    let plan = Plan::for_records(client, config, kind)?;
    poll(client, plan, config.batch_size, from, wait_ms)
}

fn poll(
    client: &Client,
    plan: Plan,
    batch_size: Option<u16>,
    from: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    let batch_size = usize::from(batch_size.unwrap_or(USUAL_BATCH)).max(1);
    poll::poll(client, &Rows { client, plan }, batch_size, from, wait_ms)
}

/// The rows of a query as changes.
struct Rows<'a> {
    client: &'a Client,
    plan: Plan,
}

/// An answer that has been checked, and when it was asked for, by the org's clock.
struct Answer {
    reply: Reply,
    asked_at: Option<i64>,
}

impl ChangeSource for Rows<'_> {
    fn name(&self) -> &str {
        &self.plan.name
    }

    fn start(&self) -> Result<Option<i64>, Fault> {
        match self.plan.start {
            Start::Earliest => Ok(None),
            Start::At(second) => Ok(Some(second)),
            Start::Ago(seconds) => Ok(Some(server_time::now(self.client)? - seconds)),
            Start::Now => match server_time::ask(self.client)? {
                Some(now) => Ok(Some(now)),
                // Whatever is newer than the newest row comes from now on.
                None => Ok(self.newest()?.map(|newest| newest.second() + 1)),
            },
        }
    }

    fn max_page_rows(&self) -> usize {
        self.plan.most_rows
    }

    fn page(
        &self,
        cursor: &PollCursor,
        after: Option<&Position>,
        wanted: usize,
    ) -> Result<ChangePage, Fault> {
        let (soql, limit) = self.plan.page(cursor, after, wanted);
        let mut answer = self.ask(&soql, limit)?;
        let mut bounds = answer
            .asked_at
            .map(|now| self.bounds(now - self.plan.settle));
        if bounds.is_none() && cursor.pass.is_none() {
            // An org without a clock: a pass goes as far as the newest row, which must be known before the pass begins.
            bounds = self
                .newest()?
                .map(|newest| self.bounds(newest.second() + 1));
            answer = self.ask(&soql, limit)?;
        }
        let page =
            Page::parse(&answer.reply.body).map_err(|error| Fault::protocol(error.to_string()))?;
        Ok(ChangePage {
            complete: page.done && page.records.len() < limit,
            changes: self.changes(&page)?,
            now: answer.asked_at,
            bounds,
            more: false,
            span: None,
            metadata: Metadata::from(&answer.reply),
        })
    }
}

impl Rows<'_> {
    fn bounds(&self, until: i64) -> Bounds {
        Bounds {
            until,
            horizon: until - self.plan.look_back,
        }
    }

    fn ask(&self, soql: &str, limit: usize) -> Result<Answer, Fault> {
        let resource = if self.plan.include_deleted {
            "queryAll"
        } else {
            "query"
        };
        let rows = u16::try_from(limit.max(MIN_PAGE_ROWS)).unwrap_or(MAX_PAGE_ROWS);
        let options = PageOptions {
            size: Some(rows),
            ..PageOptions::default()
        };
        let call = asked(self.client, resource, "q", soql, options)?;
        let clock = &self.client.context().clock;
        // Entered before the watch starts: a login takes no part in the age of the answer.
        self.client.enter()?;
        let began_ms = clock.monotonic_ms();
        self.client.send_as(&call, None, |reply, _| {
            let page = Page::parse(&reply.body).map_err(unusable)?;
            // A page that is short of rows would pass for all that there is.
            counted::first(&page).map_err(Unusable)?;
            let elapsed_ms = clock.monotonic_ms().saturating_sub(began_ms);
            let asked_at = server_time::when_asked(&reply, elapsed_ms);
            Ok(Answer { reply, asked_at })
        })
    }

    fn newest(&self) -> Result<Option<Instant>, Fault> {
        let answer = self.ask(&self.plan.newest(), 1)?;
        let page =
            Page::parse(&answer.reply.body).map_err(|error| Fault::protocol(error.to_string()))?;
        let first = page.records.first();
        first
            .map(|record| self.stamp(&members(record)?))
            .transpose()
    }

    fn changes(&self, page: &Page<'_>) -> Result<Vec<Change>, Fault> {
        let mut writer = RowWriter::new(RowFormat::Ndjson, None, self.plan.keep_attributes)?;
        let records = page.records.iter();
        records
            .map(|record| self.change(record, &mut writer))
            .collect()
    }

    fn change(&self, record: &RawValue, writer: &mut RowWriter) -> Result<Change, Fault> {
        let members = members(record)?;
        let stamp = self.stamp(&members)?;
        let mut body = Vec::new();
        writer.row(record, &mut body, &mut |url| {
            child_page(self.client, url, &Vec::new())
        })?;
        body.truncate(body.trim_ascii_end().len());
        let (skip, certain) = self.updated(&members, &stamp)?;
        Ok(Change {
            id: text(&members, "Id")?,
            skip,
            extras: certain.into_iter().collect(),
            stamp,
            body,
        })
    }

    /// Whether a row is skipped because it was only created, and what can be told of it. A stamp of a whole second says nothing
    /// of the order within it.
    fn updated(
        &self,
        members: &Members<'_>,
        stamp: &Instant,
    ) -> Result<(bool, Option<(String, String)>), Fault> {
        if self.plan.kind != Kind::Updated {
            return Ok((false, None));
        }
        let created = read(members, CREATED)?;
        let (skip, change) = match created.ms == stamp.ms {
            false => (false, "updated"),
            true if stamp.is_whole_second() => (self.plan.skip_same_second, "created-or-updated"),
            true => (true, "created"),
        };
        Ok((skip, Some(("change".to_owned(), change.to_owned()))))
    }

    fn stamp(&self, members: &Members<'_>) -> Result<Instant, Fault> {
        read(members, &self.plan.cursor)
    }
}

/// The members of a record by their names.
type Members<'a> = BTreeMap<String, &'a RawValue>;

fn members(record: &RawValue) -> Result<Members<'_>, Fault> {
    serde_json::from_str(record.get())
        .map_err(|error| Fault::protocol(format!("A row of the answer is no record: {error}")))
}

fn text(members: &Members<'_>, name: &str) -> Result<String, Fault> {
    let member = members
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    let value = member.and_then(|(_, value)| serde_json::from_str(value.get()).ok());
    value.ok_or_else(|| Fault::protocol(format!("A row of the answer has no text in `{name}`")))
}

fn read(members: &Members<'_>, name: &str) -> Result<Instant, Fault> {
    let value = text(members, name)?;
    Instant::read(&value).ok_or_else(|| {
        Fault::config(format!(
            "`{name}` holds `{value}`, which is no date-time: choose a date-time field as config.cursor-field"
        ))
    })
}
