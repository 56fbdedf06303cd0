//! A small org: rows with stamps that become visible when they are committed, queried as triggers query.

use crate::triggers::instant::Instant;
use percent_encoding::percent_decode_str;
use salesforce_client::client::Client;
use salesforce_client::clock::Clock;
use salesforce_client::context::Context;
use salesforce_client::testing::{connection, token};
use salesforce_client::transport::scripted::{Play, Script, TestClock};
use salesforce_client::transport::{HttpRequest, Started, Transport, Uploading};
use salesforce_contract::message::Batch;

use salesforce_contract::bindings::exports::salesforce::connector::triggers::WatchConfig;
use salesforce_formats::soql::date;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

/// One version of a record.
#[derive(Clone)]
pub struct Row {
    pub id: String,
    pub stamp: i64,
    pub created: i64,
    pub committed_ms: u64,
    /// When another version took its place.
    pub replaced_ms: u64,
}

/// The org; clones share it.
#[derive(Clone)]
pub struct World {
    pub clock: TestClock,
    pub rows: Rc<RefCell<Vec<Row>>>,
    /// Whether answers tell the time.
    pub tells_time: Rc<Cell<bool>>,
    /// How far the org's clock is ahead of the host's, in seconds.
    pub ahead: Rc<Cell<i64>>,
    pub queries: Rc<RefCell<Vec<String>>>,
    /// How many answers come without the rows that they promise.
    pub shorts: Rc<Cell<u32>>,
}

impl World {
    pub fn new() -> Self {
        Self {
            clock: TestClock::default(),
            rows: Rc::default(),
            tells_time: Rc::new(Cell::new(true)),
            ahead: Rc::default(),
            queries: Rc::default(),
            shorts: Rc::default(),
        }
    }

    pub fn now_ms(&self) -> u64 {
        self.clock
            .unix_ms()
            .checked_add_signed(self.ahead.get() * 1_000)
            .unwrap()
    }

    pub fn now(&self) -> i64 {
        i64::try_from(self.now_ms() / 1_000).unwrap()
    }

    /// A new record, whose transaction commits that many milliseconds later.
    pub fn insert(&self, number: usize, late_ms: u64) {
        self.write(number, late_ms, self.now());
    }

    /// Another version of a record.
    pub fn update(&self, number: usize, late_ms: u64) {
        let id = id(number);
        let committed_ms = self.now_ms() + late_ms;
        let mut created = self.now();
        for row in self.rows.borrow_mut().iter_mut().filter(|row| row.id == id) {
            created = row.created;
            row.replaced_ms = row.replaced_ms.min(committed_ms);
        }
        self.write(number, late_ms, created);
    }

    fn write(&self, number: usize, late_ms: u64, created: i64) {
        self.rows.borrow_mut().push(Row {
            id: id(number),
            stamp: self.now(),
            created,
            committed_ms: self.now_ms() + late_ms,
            replaced_ms: u64::MAX,
        });
    }

    /// Whether no transaction of the record is under way.
    pub fn is_settled(&self, number: usize) -> bool {
        let (id, now) = (id(number), self.now_ms());
        let rows = self.rows.borrow();
        let mut own = rows.iter().filter(|row| row.id == id);
        own.all(|row| row.committed_ms <= now)
    }

    pub fn client(&self) -> Client {
        let context = Context::new(self.clone(), self.clock.clone());
        Client::open(Rc::new(context), &connection()).unwrap()
    }

    fn answer(&self, request: &HttpRequest) -> Play {
        if request.url.ends_with("/services/oauth2/token") {
            return token("T1");
        }
        let body = match request.url.split_once("?q=") {
            Some((_, q)) => self.query(&percent_decode_str(q).decode_utf8().unwrap()),
            None => "[]".to_owned(),
        };
        let body = self.shortened(body);
        let mut headers = vec![("content-type".into(), "application/json".into())];
        if self.tells_time.get() {
            let now = UNIX_EPOCH + Duration::from_millis(self.now_ms());
            headers.push(("date".into(), httpdate::fmt_http_date(now)));
        }
        Play::Answer(200, headers, body.into_bytes())
    }

    /// A page without its rows, as often as that is wanted.
    fn shortened(&self, page: String) -> String {
        let left = self.shorts.get();
        self.shorts.set(left.saturating_sub(1));
        match page.split_once("\"records\"") {
            Some((head, _)) if left > 0 => format!("{head}\"records\":[]}}"),
            _ => page,
        }
    }

    fn query(&self, soql: &str) -> String {
        self.queries.borrow_mut().push(soql.to_owned());
        let now = self.now_ms();
        let mut rows: Vec<Row> = self.rows.borrow().clone();
        let by_created = soql.contains("ORDER BY CreatedDate");
        let stamp = |row: &Row| if by_created { row.created } else { row.stamp };
        rows.retain(|row| row.committed_ms <= now && now < row.replaced_ms);
        rows.sort_by(|one, other| (stamp(one), &one.id).cmp(&(stamp(other), &other.id)));
        if let Some(from) = bound(soql) {
            rows.retain(|row| stamp(row) >= from);
        }
        if let Some((at, id)) = after(soql) {
            rows.retain(|row| stamp(row) > at || row.id > id);
        }
        if soql.contains(" DESC ") {
            rows.reverse();
        }
        let limit: usize = soql.rsplit_once("LIMIT ").unwrap().1.parse().unwrap();
        rows.truncate(limit);
        page(&rows)
    }
}

/// The time after `>= `.
fn bound(soql: &str) -> Option<i64> {
    let rest = soql.split_once(" >= ")?.1;
    Some(Instant::read(rest.split(' ').next()?)?.second())
}

/// The time and id of `> time OR Id > 'id'`.
fn after(soql: &str) -> Option<(i64, String)> {
    let (before, rest) = soql.split_once(" OR Id > '")?;
    let time = before.rsplit_once("> ")?.1;
    Some((
        Instant::read(time)?.second(),
        rest.split_once('\'')?.0.to_owned(),
    ))
}

fn page(rows: &[Row]) -> String {
    let records: Vec<String> = rows.iter().map(record).collect();
    format!(
        r#"{{"totalSize":{},"done":true,"records":[{}]}}"#,
        rows.len(),
        records.join(",")
    )
}

fn record(row: &Row) -> String {
    let stamp = |second| {
        date::of_unix_seconds(second)
            .unwrap()
            .replace('Z', ".000+0000")
    };
    format!(
        r#"{{"attributes":{{"type":"Account","url":"/x"}},"Id":"{}","SystemModstamp":"{}","CreatedDate":"{}"}}"#,
        row.id,
        stamp(row.stamp),
        stamp(row.created)
    )
}

impl Transport for World {
    fn start(&self, request: &HttpRequest) -> Started {
        Script::new([self.answer(request)]).start(request)
    }

    fn upload(&self, request: &HttpRequest) -> Uploading {
        Script::default().upload(request)
    }
}

/// An id as Salesforce makes them, of accounts that were numbered one after the other.
pub fn id(number: usize) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = number;
    let mut short: Vec<u8> = (0..9)
        .map(|_| {
            let digit = digits[rest % 62];
            rest /= 62;
            digit
        })
        .collect();
    short.extend(b"0bS100");
    short.reverse();
    let checksum = short.chunks(5).map(|five| {
        let bits = five.iter().rev().map(|byte| byte.is_ascii_uppercase());
        let code = bits.fold(0, |code, bit| code * 2 + usize::from(bit));
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[code]
    });
    let all: Vec<u8> = short.iter().copied().chain(checksum).collect();
    String::from_utf8(all).unwrap()
}

/// A config that watches accounts.
pub fn config(start: &str, batch_size: u16) -> WatchConfig {
    WatchConfig {
        object: "Account".into(),
        fields: Some(vec!["Id".into()]),
        condition: None,
        bind: None,
        cursor_field: None,
        start: Some(start.into()),
        batch_size: Some(batch_size),
        look_back_seconds: None,
        settle_seconds: None,
        keep_attributes: false,
        same_second: None,
    }
}

/// The attribute of every message.
pub fn event_ids(batch: &Batch) -> Vec<String> {
    let of = |attributes: &[(String, String)]| {
        let event = attributes.iter().find(|(name, _)| name == "event-id");
        event.unwrap().1.clone()
    };
    batch
        .messages
        .iter()
        .map(|message| of(&message.metadata.extras))
        .collect()
}

/// The numbers of the records.
pub fn numbers(batch: &Batch) -> Vec<usize> {
    let ids = event_ids(batch);
    ids.iter()
        .map(|id| usize::try_from(crate::triggers::ids::split(&id[..18]).unwrap().1).unwrap())
        .collect()
}
