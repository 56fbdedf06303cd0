//! A record as a tree: what a document says, before the org's describe gives types to what has none.

use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// What stands beside `records` where children come from a query.
const BESIDE_RECORDS: [&str; 5] = [
    "done",
    "totalSize",
    "size",
    "queryLocator",
    "nextRecordsUrl",
];

/// A value of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Empties the field. What is to stay as it is, is absent.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number as its JSON digits, so that none is lost.
    Number(String),
    /// Text, and all that Salesforce writes as text: dates, ids, base64.
    Text(String),
    /// Text of a document without types (CSV, XML), to be typed by the object's describe.
    Untyped(String),
    /// A reference by external id, a compound field, or a wrapper.
    Object(Node),
    /// Child records.
    List(Vec<Value>),
}

/// A record, or an object inside of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The sObject that it is, where the document tells.
    pub sobject: Option<String>,
    /// The name by which an answer refers to it; only sObject Tree knows such.
    pub reference_id: Option<String>,
    /// Names and values in the document's order.
    pub members: Vec<(String, Value)>,
}

impl Node {
    /// Returns the value of the member of this name, in any case.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self
            .members
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }

    /// Returns the records of `{"records": […]}`, beside what a query says of them; the node itself if it is something else.
    pub fn into_children(mut self) -> Value {
        let is_records = |name: &str| name == "records";
        let wrapped = self
            .members
            .iter()
            .all(|(name, _)| is_records(name) || BESIDE_RECORDS.contains(&name.as_str()));
        let told = self
            .members
            .iter()
            .any(|(name, _)| is_records(name) || name == "totalSize" || name == "size");
        if !wrapped || !told || self.sobject.is_some() {
            return Value::Object(self);
        }
        self.members.retain(|(name, _)| is_records(name));
        match self.members.pop() {
            Some((_, Value::List(list))) => Value::List(list),
            Some((_, one)) => Value::List(vec![one]),
            None => Value::List(Vec::new()),
        }
    }

    /// Returns the text of the member of this name; `None` too where it is no text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) | Value::Untyped(text) => Some(text),
            _ => None,
        }
    }
}

/// Salesforce's `attributes` of a record.
#[derive(Serialize)]
struct Attributes<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    sobject: Option<&'a str>,
    #[serde(rename = "referenceId", skip_serializing_if = "Option::is_none")]
    reference_id: Option<&'a str>,
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.sobject.is_some() || self.reference_id.is_some() {
            let attributes = Attributes {
                sobject: self.sobject.as_deref(),
                reference_id: self.reference_id.as_deref(),
            };
            map.serialize_entry("attributes", &attributes)?;
        }
        for (name, value) in &self.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(digits) => {
                let raw: &RawValue = serde_json::from_str(digits).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
            Self::Text(text) | Self::Untyped(text) => serializer.serialize_str(text),
            Self::Object(node) => node.serialize(serializer),
            Self::List(values) => values.serialize(serializer),
        }
    }
}
