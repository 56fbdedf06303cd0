//! Running a report: rows into groups, groups into the fact map.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::{Aggregate, Column, DETAIL_ROWS, Kind, Query, cell};
use crate::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::FieldType;
use sandbox_soql::render::Format as _;
use sandbox_soql::render::json::Json as JsonFormat;
use sandbox_soql::{Options, Plan, for_each_row};

/// What a run found.
#[derive(Debug)]
pub struct Found {
    /// Whether all rows are shown.
    pub all_data: bool,
    pub fact_map: Json,
    pub groupings: Json,
}

/// One group of rows, or all of them.
#[derive(Debug, Default)]
struct Group {
    tallies: Vec<Tally>,
    rows: Vec<Json>,
    /// Label for people, by value.
    children: BTreeMap<Key, Group>,
}

/// What a summary has seen so far.
#[derive(Debug, Default, Clone)]
struct Tally {
    count: u64,
    numbers: u64,
    sum: f64,
    least: Option<f64>,
    greatest: Option<f64>,
    values: BTreeSet<String>,
}

/// A group's value, in the order of groups: nothing first, numbers by size.
#[derive(Debug, Clone, PartialEq)]
struct Key(Json, bool);

impl Eq for Key {}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = match (&self.0, &other.0) {
            (Json::Null, Json::Null) => Ordering::Equal,
            (Json::Null, _) => Ordering::Less,
            (_, Json::Null) => Ordering::Greater,
            (Json::Number(a), Json::Number(b)) => {
                let size = |number: &serde_json::Number| number.as_f64().unwrap_or_default();
                size(a).total_cmp(&size(b))
            }
            (a, b) => a
                .to_string()
                .to_lowercase()
                .cmp(&b.to_string().to_lowercase()),
        };
        if self.1 { order.reverse() } else { order }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Runs the report as a user.
///
/// # Errors
/// `BAD_REQUEST` for filters that make no sense; SOQL's errors.
pub fn run(org: &Org, user: &str, query: &Query<'_>) -> Result<Found, ApiError> {
    let soql = query.soql()?;
    let plan = Plan::new(&soql, &org.schema, &Options::new(user, org.clock.now()))?;
    let format = JsonFormat::new("62.0");
    let (mut all, mut total) = (Group::default(), 0_usize);
    let Some(projection) = plan.projection() else {
        return Err(super::bad("a report needs columns"));
    };
    org.store.read(|connection| {
        for_each_row(connection, &plan, |row| {
            let mut bytes = Vec::new();
            format.record(&mut bytes, projection, row, &[])?;
            let row: Json = serde_json::from_slice(&bytes).unwrap_or_default();
            total += 1;
            all.add(query, &row, 0, query.with_details && total <= DETAIL_ROWS);
            Ok(())
        })
    })?;
    all.tallies.resize(query.aggregates.len(), Tally::default());
    let mut fact_map = Map::new();
    let groupings = all.show(query, &[], &mut fact_map);
    Ok(Found {
        all_data: total <= DETAIL_ROWS,
        fact_map: Json::Object(fact_map),
        groupings: Json::Array(groupings),
    })
}

impl Group {
    fn add(&mut self, query: &Query<'_>, row: &Json, level: usize, with_row: bool) {
        self.tallies
            .resize(query.aggregates.len(), Tally::default());
        for (tally, aggregate) in self.tallies.iter_mut().zip(&query.aggregates) {
            let column = aggregate.column.and_then(|at| query.columns.get(at));
            tally.add(column.map(|column| at_path(row, column.path)));
        }
        match query.groupings.get(level) {
            Some(grouping) => {
                let column = query.columns.get(grouping.column);
                let value = column.map_or(&Json::Null, |column| at_path(row, column.path));
                let key = Key(value.clone(), grouping.descending);
                let child = self.children.entry(key).or_default();
                child.add(query, row, level + 1, with_row);
            }
            None if with_row => self.rows.push(cells(query, row)),
            None => {}
        }
    }

    /// Writes the group into the fact map, and gives its sub-groups.
    fn show(&self, query: &Query<'_>, path: &[usize], facts: &mut Map<String, Json>) -> Vec<Json> {
        let key: Vec<String> = path.iter().map(ToString::to_string).collect();
        let name = if key.is_empty() {
            "T".to_owned()
        } else {
            key.join("_")
        };
        let summaries: Vec<Json> = query
            .aggregates
            .iter()
            .zip(&self.tallies)
            .map(|(aggregate, tally)| tally.show(query, aggregate))
            .collect();
        let mut fact = json!({"aggregates": summaries});
        if let (true, Some(fact)) = (query.with_details, fact.as_object_mut()) {
            fact.insert("rows".into(), json!(self.rows));
        }
        facts.insert(format!("{name}!T"), fact);
        let column = query
            .groupings
            .get(path.len())
            .and_then(|it| query.columns.get(it.column));
        let mut groups = Vec::new();
        for (at, (Key(value, _), group)) in self.children.iter().enumerate() {
            let path = [path, &[at]].concat();
            let inner = group.show(query, &path, facts);
            let label = column.map(|it| cell::label(&it.field.field_type, value));
            let key: Vec<String> = path.iter().map(ToString::to_string).collect();
            groups.push(
                json!({"groupings": inner, "key": key.join("_"), "label": label, "value": value}),
            );
        }
        groups
    }
}

impl Tally {
    fn add(&mut self, value: Option<&Json>) {
        self.count += 1;
        let Some(value) = value.filter(|value| !value.is_null()) else {
            return;
        };
        self.values.insert(value.to_string());
        if let Some(number) = value.as_f64() {
            self.numbers += 1;
            self.sum += number;
            self.least = Some(self.least.map_or(number, |least| least.min(number)));
            self.greatest = Some(
                self.greatest
                    .map_or(number, |greatest| greatest.max(number)),
            );
        }
    }

    fn show(&self, query: &Query<'_>, aggregate: &Aggregate) -> Json {
        let average = (self.numbers > 0).then(|| self.sum / self.numbers as f64);
        let value = match aggregate.kind {
            Kind::Count => json!(self.count),
            Kind::Unique => json!(self.values.len()),
            Kind::Sum => json!(self.sum),
            Kind::Average => json!(average),
            Kind::Least => json!(self.least),
            Kind::Greatest => json!(self.greatest),
        };
        let column = aggregate.column.and_then(|at| query.columns.get(at));
        let field_type = match (aggregate.kind, column) {
            (Kind::Count | Kind::Unique, _) | (_, None) => &FieldType::Int,
            (_, Some(column)) => &column.field.field_type,
        };
        cell::data(field_type, &value, None)
    }
}

fn cells(query: &Query<'_>, row: &Json) -> Json {
    let shown = |column: &Column<'_>| {
        let id = column.id_path().map(|path| at_path(row, &path));
        cell::data(&column.field.field_type, at_path(row, column.path), id)
    };
    let details = query.details.iter().filter_map(|at| query.columns.get(*at));
    json!({"dataCells": details.map(shown).collect::<Vec<_>>()})
}

/// Returns the value behind `Account.Name` in a row.
fn at_path<'j>(row: &'j Json, path: &str) -> &'j Json {
    path.split('.')
        .fold(row, |row, name| row.get(name).unwrap_or(&Json::Null))
}
