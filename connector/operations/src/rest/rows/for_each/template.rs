//! The query that each record fills in.

use crate::rest::query::{Question, fitting};
use salesforce_client::client::Client;
use salesforce_contract::bindings::exports::salesforce::connector::query::{
    RecordValue, RowsForEachConfig, ValueKind,
};
use salesforce_contract::bindings::{Fault, bad_input};
use salesforce_formats::message::input::{Node, Record, Value};
use salesforce_formats::soql::SelectList;
use salesforce_formats::soql::bind::{BindError, bind_in_zone, names};
use salesforce_formats::soql::build::{ValueType, fitted};
use salesforce_formats::zone::Zone;

/// SOQL with the values that are the same for all records, and where the others come from.
pub struct Template {
    soql: String,
    bind: Vec<(String, String)>,
    values: Vec<RecordValue>,
    include_deleted: bool,
    page_size: Option<u16>,
    headers: Vec<(String, String)>,
}

impl Template {
    /// Takes what a config says. Without `values`, each `:name` that `bind` does not have is the member of that name.
    pub fn new(config: &RowsForEachConfig) -> Result<Self, Fault> {
        let select = SelectList::read(&config.soql);
        if select.is_some_and(|select| select.count_only) {
            return Err(Fault::config(
                "SELECT COUNT() gives a number and no rows: write SELECT COUNT(Id) for a row with the number",
            ));
        }
        let bind = config.bind.clone().unwrap_or_default();
        let is_bound = |name: &&str| bind.iter().any(|(known, _)| known == name);
        let plain = names(&config.soql).into_iter();
        let plain = plain
            .filter(|name| !is_bound(name))
            .map(|name| RecordValue {
                name: name.to_owned(),
                member: None,
                kind: None,
            });
        let values = config.values.clone().unwrap_or_else(|| plain.collect());
        if values.is_empty() {
            return Err(Fault::config(
                "config.soql takes no value from the records of the input, so that each would run the same query: name one as `:name`, or use `query/rows`",
            ));
        }
        Ok(Self {
            soql: config.soql.clone(),
            bind,
            values,
            include_deleted: config.include_deleted,
            page_size: config.page_size,
            headers: config.headers.clone().unwrap_or_default(),
        })
    }

    /// What is asked for with a query that was filled in.
    pub fn question<'q>(&'q self, soql: &'q str) -> Question<'q> {
        Question {
            soql,
            bind: &[],
            include_deleted: self.include_deleted,
            page_size: self.page_size,
            headers: &self.headers,
        }
    }

    /// Whether records bring the value of this name.
    fn takes(&self, name: &str) -> bool {
        self.values.iter().any(|value| value.name == name)
    }

    /// Returns the query of a record.
    pub fn bound(&self, client: &Client, record: &Record) -> Result<String, Fault> {
        let zone = client.settings().zone.as_ref();
        let mut bind = self.bind.clone();
        for value in &self.values {
            let json = json_of(value, &record.node, zone);
            let json = json.map_err(|what| bad_input(format!("Of {}, {what}", record.position)))?;
            bind.push((value.name.clone(), json));
        }
        let bound = bind_in_zone(&self.soql, &bind, zone);
        let soql = bound.map_err(|error| {
            let what = format!("For {} of the input, {error}", record.position);
            match &error {
                BindError::Unfit { name, .. } if self.takes(name) => bad_input(what),
                _ => Fault::config(what),
            }
        })?;
        fitting(soql)
    }
}

/// The JSON of a value for a bind; the error says what is wrong with it, without showing it.
fn json_of(value: &RecordValue, record: &Node, zone: Option<&Zone>) -> Result<String, String> {
    let member = value.member.as_deref().unwrap_or(&value.name);
    let found = at(record, member).ok_or_else(|| {
        format!(
            "`{member}` is absent, and :{} takes its value: give null for an empty field",
            value.name
        )
    })?;
    let json = |one: &Value| -> Result<String, String> {
        let text = serde_json::to_string(one).map_err(|error| error.to_string())?;
        let Some(kind) = value.kind.map(value_type) else {
            return Ok(text);
        };
        let fitted = fitted(kind, &text, zone);
        fitted.ok_or_else(|| format!("`{member}` is not {}", kind.wanted()))
    };
    let Value::List(list) = found else {
        return json(found);
    };
    let elements: Result<Vec<String>, String> = list.iter().map(json).collect();
    Ok(format!("[{}]", elements?.join(",")))
}

/// The member of this name, or at this path over objects.
fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Value> {
    if let Some(value) = node.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    match node.get(first)? {
        Value::Object(inner) => at(inner, rest),
        _ => None,
    }
}

fn value_type(kind: ValueKind) -> ValueType {
    match kind {
        ValueKind::Text => ValueType::Text,
        ValueKind::Number => ValueType::Number,
        ValueKind::Boolean => ValueType::Boolean,
        ValueKind::Date => ValueType::Date,
        ValueKind::DateTime => ValueType::DateTime,
        ValueKind::Time => ValueType::Time,
    }
}
