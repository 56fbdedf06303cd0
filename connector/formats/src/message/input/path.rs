//! What a column's name says of its place in a record: `Field`, `Relationship.Field`, `Type:Relationship.Field`.

use super::tree::{Node, Value};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    name: String,
    sobject: Option<String>,
}

/// The place of a column in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<Step>);

impl Path {
    /// Reads a column's name; `None` where it names no field.
    pub fn parse(column: &str) -> Option<Self> {
        let steps: Option<Vec<Step>> = column.split('.').map(step).collect();
        // Only a relationship can have a type.
        let steps = steps.filter(|steps| steps.last().is_some_and(|field| field.sobject.is_none()));
        steps.map(Self)
    }

    /// Puts a value into a record. What empties a reference is null as a whole, whatever the parent is found by.
    pub fn put(&self, node: &mut Node, value: Value) {
        let steps = match value {
            Value::Null => self.0.get(..1).unwrap_or(&self.0),
            _ => &self.0,
        };
        insert(node, steps, value);
    }
}

fn step(text: &str) -> Option<Step> {
    let (sobject, name) = match text.split_once(':') {
        Some((sobject, name)) => (Some(sobject.to_owned()), name),
        None => (None, text),
    };
    let good = !name.is_empty() && !name.contains(':') && sobject.as_deref() != Some("");
    good.then(|| Step {
        name: name.to_owned(),
        sobject,
    })
}

fn insert(node: &mut Node, path: &[Step], value: Value) {
    let Some((step, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        node.members.push((step.name.clone(), value));
        return;
    }
    let known = node
        .members
        .iter()
        .position(|(name, value)| *name == step.name && matches!(value, Value::Object(_)));
    let at = known.unwrap_or_else(|| {
        let parent = Node {
            sobject: step.sobject.clone(),
            ..Node::default()
        };
        node.members
            .push((step.name.clone(), Value::Object(parent)));
        node.members.len() - 1
    });
    if let Some((_, Value::Object(parent))) = node.members.get_mut(at) {
        insert(parent, rest, value);
    }
}
