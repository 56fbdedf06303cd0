//! An org for the tests of this module: a few related records whose ids end with their number.

use rusqlite::Connection;
use rusqlite::types::Value as SqlValue;
use serde_json::Value as Json;

use sandbox_model::id::RecordId;
use sandbox_model::schema::Schema;
use sandbox_model::store::{Store, quoted};

use super::render::json::Json as JsonFormat;
use super::{Options, Page, Queries, Reader, Result};

/// Sunday 22 November 2026, 04:18 UTC.
pub const NOW: i64 = 1_795_321_080_000;
/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;

/// A schema, a store with records, and its queries.
pub struct Fixture {
    pub schema: Schema,
    pub store: Store,
    pub queries: Queries,
    pub options: Options,
}

/// The `number`-th id of an object.
pub fn id(prefix: &str, number: u64) -> String {
    RecordId::new(prefix, number).as_str().to_owned()
}

impl Fixture {
    /// The records in `cases/records.json`. There, `"@Account:1"` stands for that record's id, `{"ago": n}` for a point in time
    /// n days ago, and `{"file": text}` for a file.
    pub fn new() -> Self {
        let fixture = Self::empty();
        let records: Json = serde_json::from_str(include_str!("cases/records.json")).unwrap();
        for (object, rows) in records.as_object().unwrap() {
            for (at, row) in rows.as_array().unwrap().iter().enumerate() {
                let values = row
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(name, value)| (name.clone(), fixture.value(value)));
                fixture.insert(object, at as u64 + 1, values.collect());
            }
        }
        fixture
    }

    pub fn empty() -> Self {
        let schema = Schema::shipped().unwrap();
        let store = Store::in_memory(&schema).unwrap();
        Self {
            store,
            schema,
            queries: Queries::default(),
            options: Options::new(&id("005", 1), NOW),
        }
    }

    fn value(&self, value: &Json) -> SqlValue {
        match value {
            Json::String(text) => {
                match text.strip_prefix('@').and_then(|text| text.split_once(':')) {
                    Some((object, number)) => {
                        let prefix = &self.schema.object(object).unwrap().key_prefix;
                        SqlValue::Text(id(prefix, number.parse().unwrap()))
                    }
                    None => SqlValue::Text(text.clone()),
                }
            }
            Json::Bool(truth) => SqlValue::Integer(i64::from(*truth)),
            Json::Number(number) => number.as_i64().map_or_else(
                || SqlValue::Real(number.as_f64().unwrap()),
                SqlValue::Integer,
            ),
            Json::Object(special) => match (special.get("ago"), special.get("file")) {
                (Some(days), _) => SqlValue::Integer(NOW - days.as_i64().unwrap() * DAY),
                (_, Some(text)) => SqlValue::Blob(text.as_str().unwrap().into()),
                _ => SqlValue::Null,
            },
            Json::Null | Json::Array(_) => SqlValue::Null,
        }
    }

    /// Inserts the `number`-th record of an object.
    pub fn insert(&self, object: &str, number: u64, values: Vec<(String, SqlValue)>) {
        let object = self.schema.object(object).unwrap();
        let mut all = vec![(
            "Id".to_owned(),
            SqlValue::Text(id(&object.key_prefix, number)),
        )];
        all.extend(values);
        let names: Vec<_> = all.iter().map(|(name, _)| quoted(name)).collect();
        let marks = vec!["?"; all.len()].join(", ");
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({marks})",
            quoted(&object.name),
            names.join(", ")
        );
        let values = rusqlite::params_from_iter(all.iter().map(|(_, value)| value));
        self.store
            .write(|tx| tx.prepare_cached(&sql)?.execute(values))
            .unwrap();
    }

    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> T) -> T {
        self.store.read(work)
    }

    pub fn page(&self, soql: &str, page_rows: usize) -> Result<Page> {
        let format = JsonFormat::new("67.0");
        let reader = Reader {
            user: &self.options.user,
            session: 1,
            now: self.options.now,
            page_rows,
            format: &format,
        };
        self.read(|c| {
            self.queries
                .first_page(&self.schema, c, soql, &self.options, reader)
        })
    }

    pub fn next(&self, locator: &str, user: &str, now: i64) -> Result<Page> {
        let format = JsonFormat::new("67.0");
        let reader = Reader {
            user,
            session: 1,
            now,
            page_rows: 2_000,
            format: &format,
        };
        self.read(|c| self.queries.next_page(c, locator, reader))
    }

    pub fn json(&self, soql: &str) -> Result<Json> {
        Ok(serde_json::from_slice(&self.page(soql, 2_000)?.body).unwrap())
    }

    /// The records with ids shown as `@Account:1` and `attributes` left out.
    pub fn records(&self, soql: &str) -> Result<Json> {
        Ok(self.plain(&self.json(soql)?["records"]))
    }

    fn plain(&self, value: &Json) -> Json {
        match value {
            Json::Array(items) => items.iter().map(|item| self.plain(item)).collect(),
            Json::Object(members) => {
                let kept = members.iter().filter(|(name, _)| *name != "attributes");
                Json::Object(
                    kept.map(|(name, value)| (name.clone(), self.plain(value)))
                        .collect(),
                )
            }
            Json::String(text) => {
                let object = RecordId::parse(text).filter(|_| text.len() == 18);
                let known =
                    object.and_then(|id| Some((self.schema.object_of_id(text)?, id.number()?)));
                known.map_or_else(
                    || value.clone(),
                    |(object, number)| format!("@{}:{number}", object.name).into(),
                )
            }
            other => other.clone(),
        }
    }
}
