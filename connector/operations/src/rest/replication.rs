//! What was changed and what was deleted in a span of time: the resources made for replicas.

use super::ask::{self, Parameters};
use super::path::segment;
use crate::triggers::{ago, server_time};
use salesforce_client::client::Client;
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::records::{
    GetDeletedConfig, GetUpdatedConfig,
};
use salesforce_contract::limits::{DELETED_DAYS, UPDATED_DAYS};
use salesforce_contract::message::Message;
use salesforce_formats::soql::date;
use serde::Deserialize;

const DAY_SECONDS: i64 = 86_400;
const MINUTE_SECONDS: i64 = 60;

/// What `updated` answers.
const UPDATED: Expected = Expected::Object(&["ids", "latestDateCovered"]);
/// What `deleted` answers.
pub(crate) const DELETED: Expected = Expected::Object(&["deletedRecords", "latestDateCovered"]);

/// GET sobjects/{object}/updated.
pub fn get_updated(client: &Client, config: &GetUpdatedConfig) -> Result<Message, Fault> {
    let span = Span::check(client, &config.start, &config.end, UPDATED_DAYS)?;
    span.ask(client, &config.object, "updated", UPDATED)
}

/// GET sobjects/{object}/deleted.
pub fn get_deleted(client: &Client, config: &GetDeletedConfig) -> Result<Message, Fault> {
    let span = Span::check(client, &config.start, &config.end, DELETED_DAYS)?;
    span.ask(client, &config.object, "deleted", DELETED)
}

/// Two points in time that Salesforce takes.
pub(crate) struct Span {
    pub start: String,
    pub end: String,
}

impl Span {
    pub fn check(client: &Client, start: &str, end: &str, days: u32) -> Result<Self, Fault> {
        let mut now = None;
        let (start, from) = point(client, &mut now, "start", start)?;
        let (end, to) = point(client, &mut now, "end", end)?;
        // Seconds are ignored, so both ends are compared by their minutes.
        if to.div_euclid(MINUTE_SECONDS) <= from.div_euclid(MINUTE_SECONDS) {
            return Err(Fault::config(format!(
                "config.end `{end}` must be at least one minute after config.start `{start}`"
            )));
        }
        let host = i64::try_from(client.context().clock.unix_ms() / 1000).unwrap_or(i64::MAX);
        let now = now.unwrap_or(host);
        if from < now - i64::from(days) * DAY_SECONDS {
            return Err(Fault::config(format!(
                "config.start `{start}` is more than {days} days ago, further than Salesforce remembers: begin later, and query the rest"
            )));
        }
        Ok(Self { start, end })
    }

    fn ask(
        self,
        client: &Client,
        object: &str,
        resource: &str,
        expected: Expected,
    ) -> Result<Message, Fault> {
        let path = format!("sobjects/{}/{resource}", segment("object", object)?);
        let span = Parameters::none()
            .put("start", self.start)
            .put("end", self.end);
        let call = ask::get_call(client, &path, &span)?.expecting(expected);
        ask::send_and_read(client, &call, |body| {
            let covered: Covered = serde_json::from_slice(body)?;
            Ok(Metadata::of("latest-date-covered", covered.latest))
        })
    }
}

/// A point in time as Salesforce takes it, and in seconds since 1970. The org is asked for its time once, and only where `now` or a time ago
/// needs it.
fn point(
    client: &Client,
    now: &mut Option<i64>,
    name: &str,
    text: &str,
) -> Result<(String, i64), Fault> {
    let ago = if text == "now" {
        Some(0)
    } else {
        ago::parse(text)
    };
    let whole = match ago {
        Some(seconds) => {
            let now = match *now {
                Some(now) => now,
                None => *now.insert(server_time::now(client)?),
            };
            date::of_unix_seconds(now - seconds)
        }
        None => date::date_time(text),
    };
    let whole = whole.and_then(|text| Some((date::unix_seconds(&text)?, text)));
    let (seconds, text) = whole.ok_or_else(|| {
        Fault::config(format!(
            "config.{name} `{text}` is no date-time with an offset: write it like 2026-01-31T10:00:00Z or 2026-01-31T10:00:00+01:00, or as `now`, or {}",
            ago::SHAPE
        ))
    })?;
    Ok((text, seconds))
}

/// What matters of the answer.
#[derive(Deserialize)]
struct Covered {
    #[serde(rename = "latestDateCovered")]
    latest: String,
}
