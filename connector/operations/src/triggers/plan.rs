//! What a trigger reads: a query that can be narrowed to what comes after a position, ordered by a date-time field and the id.

use super::cursor::{PollCursor, Position};
use super::start::Start;
use crate::rest::query::Question;
use salesforce_client::client::Client;
use salesforce_client::describe;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::triggers::{
    QueryConfig, SameSecond, WatchConfig,
};
use salesforce_contract::limits::{MAX_FIELDS_ROWS, MAX_PAGE_ROWS};
use salesforce_formats::soql::build::{self, Select};
use salesforce_formats::soql::narrow::Cut;
use salesforce_formats::soql::{Item, SelectList, date, lex};

/// The field that every change of a record sets.
pub const STAMP: &str = "SystemModstamp";

/// The field that the creation of a record sets.
pub const CREATED: &str = "CreatedDate";

/// Clauses that would hide changes or their order.
const REFUSED: [&str; 7] = [
    "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "UPDATE",
];

/// A query that is asked again and again.
pub struct Plan {
    /// What is read, for people and checkpoints.
    pub name: String,
    /// The query, without an order.
    query: Cut,
    /// The date-time field that orders rows.
    pub cursor: String,
    /// Most rows of one answer.
    pub most_rows: usize,
    /// Whether deleted rows are read.
    pub include_deleted: bool,
    /// Which changes are asked for.
    pub kind: Kind,
    /// Whether rows that may have been changed since they were created are passed over, too, where `kind` is `Updated`.
    pub skip_same_second: bool,
    /// Whether `attributes` stay in the documents.
    pub keep_attributes: bool,
    /// Where a first poll begins.
    pub start: Start,
    /// Seconds within which changes may be committed late.
    pub look_back: i64,
    /// Seconds for which changes are held back.
    pub settle: i64,
}

/// Which changes of records are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Those that made them.
    Created,
    /// Those after that.
    Updated,
    /// Both.
    Any,
    /// Those that took them away.
    Deleted,
}

impl Plan {
    /// Checks the config of a trigger for records.
    pub fn for_records(client: &Client, config: &WatchConfig, kind: Kind) -> Result<Self, Fault> {
        let usual = if kind == Kind::Created {
            CREATED
        } else {
            STAMP
        };
        let cursor = field(config.cursor_field.as_deref().unwrap_or(usual))?;
        let also = [cursor.as_str(), CREATED];
        let also = if kind == Kind::Updated {
            &also[..]
        } else {
            &also[..1]
        };
        let mut soql = select(client, config, also)?;
        let condition = condition(config, kind)?;
        if let Some(condition) = &condition {
            soql = format!("{soql} WHERE {condition}");
        }
        let soql = bound(
            client,
            &soql,
            config.bind.as_deref().unwrap_or_default(),
            kind == Kind::Deleted,
        )?;
        let word = match kind {
            Kind::Created => "created",
            Kind::Updated => "updated",
            Kind::Any => "created or updated",
            Kind::Deleted => "deleted",
        };
        Ok(Self {
            name: format!("{word} {} by {cursor}", config.object),
            kind,
            skip_same_second: skips_same_second(config, kind)?,
            include_deleted: kind == Kind::Deleted,
            keep_attributes: config.keep_attributes,
            start: Start::parse(config.start.as_deref())?,
            look_back: seconds(config.look_back_seconds, 600),
            settle: seconds(config.settle_seconds, 2),
            ..Self::for_soql(&soql, cursor, "config.condition")?
        })
    }

    /// Checks the config of a trigger for a query.
    pub fn for_query(client: &Client, config: &QueryConfig) -> Result<Self, Fault> {
        let cursor = field(config.cursor_field.as_deref().unwrap_or(STAMP))?;
        let soql = bound(
            client,
            &config.soql,
            config.bind.as_deref().unwrap_or_default(),
            config.include_deleted,
        )?;
        let soql = with_fields(&soql, &[&cursor])?;
        let plan = Self::for_soql(&soql, cursor, "config.soql")?;
        Ok(Self {
            include_deleted: config.include_deleted,
            keep_attributes: config.keep_attributes,
            start: Start::parse(config.start.as_deref())?,
            look_back: seconds(config.look_back_seconds, 600),
            settle: seconds(config.settle_seconds, 2),
            ..plan
        })
    }

    /// Cuts a query, with the defaults of the rest.
    fn for_soql(soql: &str, cursor: String, source: &str) -> Result<Self, Fault> {
        let (query, list) = Cut::parse(soql).zip(SelectList::read(soql)).ok_or_else(|| {
            Fault::config(format!(
                "{source} is not SOQL that a condition can be added to: check its parentheses and quotes"
            ))
        })?;
        if let Some(clause) = query.clause(&REFUSED) {
            return Err(Fault::config(format!(
                "{source} has a clause {clause}, which would hide changes: the trigger orders and bounds the rows itself"
            )));
        }
        let most_rows = if list.is_closed() {
            usize::from(MAX_PAGE_ROWS)
        } else {
            usize::from(MAX_FIELDS_ROWS)
        };
        Ok(Self {
            name: format!("{} by {cursor}", list.from),
            query,
            cursor,
            most_rows,
            include_deleted: false,
            kind: Kind::Any,
            skip_same_second: false,
            keep_attributes: false,
            start: Start::Now,
            look_back: 0,
            settle: 0,
        })
    }

    /// The query for the rows after a position, or from the low watermark on, and how many it asks for.
    pub fn page(
        &self,
        cursor: &PollCursor,
        after: Option<&Position>,
        wanted: usize,
    ) -> (String, usize) {
        let field = &self.cursor;
        let low_watermark = cursor.low_watermark.and_then(date::of_unix_seconds);
        let (condition, from) = match (after, low_watermark) {
            (Some((stamp, id)), _) => {
                let id = salesforce_formats::soql::literal::quoted(id);
                let after = format!("{field} >= {stamp} AND ({field} > {stamp} OR Id > {id})");
                // Of those with the same stamp most have been passed.
                let from = date::unix_seconds(stamp).map_or(i64::MIN, |second| second + 1);
                (after, from)
            }
            (None, Some(low_watermark)) => (
                format!("{field} >= {low_watermark}"),
                cursor.low_watermark.unwrap_or(i64::MIN),
            ),
            (None, None) => (format!("{field} != null"), i64::MIN),
        };
        // Rows that were delivered before come again: they need room beside the new ones.
        let limit = (wanted + cursor.delivered.count_since(from)).clamp(1, self.most_rows);
        let soql = self.query.narrowed(&condition);
        let soql = format!("{soql} ORDER BY {field} ASC, Id ASC LIMIT {limit}");
        (soql, limit)
    }

    /// The query for the newest stamp.
    pub fn newest(&self) -> String {
        let cursor = &self.cursor;
        let present = format!("{cursor} != null");
        let tail = format!("ORDER BY {cursor} DESC LIMIT 1");
        let items = format!("Id, {cursor}");
        self.query.selecting(&items, Some(&present), &tail)
    }
}

fn skips_same_second(config: &WatchConfig, kind: Kind) -> Result<bool, Fault> {
    let skips = config.same_second == Some(SameSecond::Skip);
    if skips && kind != Kind::Updated {
        return Err(Fault::config(
            "config.same-second `skip` goes with triggers/updated: no other trigger tells created from updated records",
        ));
    }
    Ok(skips)
}

fn seconds(config: Option<u32>, usual: u32) -> i64 {
    i64::from(config.unwrap_or(usual))
}

/// A field of the object itself.
fn field(name: &str) -> Result<String, Fault> {
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain {
        return Ok(name.to_owned());
    }
    Err(Fault::config(format!(
        "config.cursor-field `{name}` is no field of the object itself: name a date-time field such as {STAMP}"
    )))
}

/// The condition of the config, with what the kind of change adds.
fn condition(config: &WatchConfig, kind: Kind) -> Result<Option<String>, Fault> {
    let given = config.condition.as_deref().map(str::trim);
    if given.is_some_and(str::is_empty) {
        return Err(Fault::config(
            "config.condition is empty: write a condition such as Industry = 'Energy', or leave it out",
        ));
    }
    Ok(match (given, kind) {
        (Some(given), Kind::Deleted) => Some(format!("IsDeleted = true AND ({given})")),
        (None, Kind::Deleted) => Some("IsDeleted = true".to_owned()),
        (given, _) => given.map(str::to_owned),
    })
}

/// SELECT and FROM.
fn select(client: &Client, config: &WatchConfig, also: &[&str]) -> Result<String, Fault> {
    let mut fields = config.fields.clone().unwrap_or_default();
    if fields.is_empty() {
        let described = describe::described(client, &config.object)?;
        fields.extend(described.field_names().map(str::to_owned));
        fields.sort_unstable();
    }
    let select = Select {
        from: config.object.clone(),
        fields,
        ..Select::default()
    };
    let soql = build::build(&select).map_err(|wrong| Fault::config(wrong.to_string()))?;
    with_fields(&soql, also)
}

/// The query with `Id` and these fields before its own, where it has them not.
fn with_fields(soql: &str, also: &[&str]) -> Result<String, Fault> {
    let refused = || {
        Fault::config(
            "config.soql is not SOQL: it begins with SELECT, then names fields and FROM an object",
        )
    };
    let list = SelectList::read(soql).ok_or_else(refused)?;
    if list.aggregate || list.count_only {
        return Err(Fault::config(
            "The query groups or aggregates: a trigger needs rows with an id",
        ));
    }
    let tokens = lex::tokens(soql).map_err(|_| refused())?;
    let first = tokens.first().ok_or_else(refused)?;
    let rest = soql.get(first.range.end..).ok_or_else(refused)?;
    let mut missing: Vec<&str> = Vec::new();
    for field in std::iter::once("Id").chain(also.iter().copied()) {
        let known = missing.iter().any(|name| name.eq_ignore_ascii_case(field));
        if !known && !names(&list, field) {
            missing.push(field);
        }
    }
    if missing.is_empty() {
        return Ok(soql.to_owned());
    }
    Ok(format!("SELECT {},{rest}", missing.join(", ")))
}

/// Whether a query reads a field. FIELDS() brings all standard ones, and Salesforce refuses to read a field twice.
fn names(list: &SelectList, field: &str) -> bool {
    let custom = field.to_ascii_lowercase().ends_with("__c");
    list.items.iter().any(|item| match item {
        Item::Value(path) => matches!(path.as_slice(), [name] if name.eq_ignore_ascii_case(field)),
        Item::Fields => !custom,
        Item::Children(_) => false,
    })
}

fn bound(
    client: &Client,
    soql: &str,
    bind: &[(String, String)],
    include_deleted: bool,
) -> Result<String, Fault> {
    let question = Question {
        soql,
        bind,
        include_deleted,
        page_size: None,
        headers: &[],
    };
    question.bound_for(client)
}
