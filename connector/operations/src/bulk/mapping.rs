//! The mapping of a load: columns of the input that go into other fields than those of their names, or into none, and fields that get the same
//! value in every record.

mod constant;

pub use constant::Constant;

use super::columns::{Rules, target_of as field_of};
use salesforce_client::client::Client;
use salesforce_client::describe::described;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::catalog::nearest;
use salesforce_formats::message::input::path::Path;
use salesforce_formats::message::input::{Node, Value};

/// Columns of the input by their names, with the fields that they go into.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    entries: Vec<Entry>,
    constants: Vec<Constant>,
}

#[derive(Clone, Debug)]
struct Entry {
    source: String,
    /// `None` leaves the column out.
    target: Option<Target>,
}

#[derive(Clone, Debug)]
struct Target {
    name: String,
    path: Path,
}

impl Mapping {
    /// Takes the config's pairs of a column and its field, which is empty where the column is left out, and those of a field and the value that
    /// it gets in every record.
    ///
    /// # Errors
    /// A column that is mapped twice, and what is no name of a field.
    pub fn new(
        pairs: Vec<(String, String)>,
        constants: Vec<(String, String)>,
    ) -> Result<Self, Fault> {
        let mut mapping = Self {
            entries: Vec::new(),
            constants: Constant::all(constants)?,
        };
        for (source, target) in pairs {
            if mapping.entry(&source).is_some() {
                return Err(Fault::config(format!(
                    "config.mapping names the column `{source}` twice: keep one of the two"
                )));
            }
            let target = target_of(&source, target)?;
            mapping.entries.push(Entry { source, target });
        }
        Ok(mapping)
    }

    /// Returns whether every column goes into the field of its own name, and nothing else is sent.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.constants.is_empty()
    }

    /// Returns the fields that get the same value in every record.
    pub fn constants(&self) -> &[Constant] {
        &self.constants
    }

    /// Returns the field that a column goes into; `None` where it is left out.
    pub fn field<'a>(&'a self, column: &'a str) -> Option<&'a str> {
        match self.entry(column) {
            Some(entry) => entry.target.as_ref().map(|target| target.name.as_str()),
            None => Some(column),
        }
    }

    /// Refuses a mapping of columns that a header does not have.
    pub fn check_columns(&self, header: &[String]) -> Result<(), Fault> {
        for Entry { source, .. } in &self.entries {
            if !header.contains(source) {
                let near = nearest(source, header.iter().map(String::as_str));
                return Err(invalid(format!(
                    "config.mapping names the column `{source}`, which the input does not have{}",
                    did_you_mean(near)
                )));
            }
        }
        Ok(())
    }

    /// Refuses a mapping into fields that the object does not have.
    pub fn check_fields(&self, client: &Client, rules: &Rules) -> Result<(), Fault> {
        if self.is_empty() {
            return Ok(());
        }
        let object = described(client, &rules.object)?;
        for constant in &self.constants {
            constant.column(client, rules, &object)?;
        }
        for Entry { source, target } in &self.entries {
            let Some(Target { name, .. }) = target else {
                continue;
            };
            field_of(client, rules, &object, name).map_err(|error| {
                error.told_as(|what| {
                    format!("config.mapping puts the column `{source}` into `{name}`, which {what}")
                })
            })?;
        }
        Ok(())
    }

    /// Puts the members of a record where the mapping says. Members of objects in it are named as columns are: `Parent.Name`.
    pub fn apply(&self, node: Node) -> Node {
        if self.entries.is_empty() {
            return node;
        }
        let mut mapped = Node {
            members: Vec::with_capacity(node.members.len()),
            ..node
        };
        for (name, value) in node.members {
            if let Some(value) = self.take(&name, value, &mut mapped) {
                mapped.members.push((name, value));
            }
        }
        mapped
    }

    /// Puts a value elsewhere, or returns what stays of it under its own name.
    fn take(&self, column: &str, value: Value, mapped: &mut Node) -> Option<Value> {
        if let Some(entry) = self.entry(column) {
            if let Some(target) = &entry.target {
                target.path.put(mapped, value);
            }
            return None;
        }
        match value {
            Value::Object(inner) if self.reaches_into(column) => {
                let (sobject, reference_id) = (inner.sobject, inner.reference_id);
                let members = inner.members.into_iter().filter_map(|(name, value)| {
                    let kept = self.take(&format!("{column}.{name}"), value, mapped)?;
                    Some((name, kept))
                });
                let members: Vec<_> = members.collect();
                (!members.is_empty()).then_some(Value::Object(Node {
                    sobject,
                    reference_id,
                    members,
                }))
            }
            value => Some(value),
        }
    }

    fn entry(&self, column: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.source == column)
    }

    /// Returns whether a column within this one is mapped.
    fn reaches_into(&self, column: &str) -> bool {
        let within = |source: &str| {
            let rest = source.strip_prefix(column);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        self.entries.iter().any(|entry| within(&entry.source))
    }
}

fn target_of(source: &str, target: String) -> Result<Option<Target>, Fault> {
    if target.is_empty() {
        return Ok(None);
    }
    let path = Path::parse(&target).ok_or_else(|| {
        Fault::config(format!(
            "config.mapping puts the column `{source}` into `{target}`, which names no field: write `Field`, `Relationship.Field` or `Type:Relationship.Field`, or nothing to leave the column out"
        ))
    })?;
    let name = target;
    Ok(Some(Target { name, path }))
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

fn invalid(message: String) -> Fault {
    Fault::new(FaultKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use salesforce_formats::message::input::json_object;

    fn mapping(pairs: &[(&str, &str)]) -> Mapping {
        let pairs = pairs
            .iter()
            .map(|(from, to)| ((*from).into(), (*to).into()));
        Mapping::new(pairs.collect(), Vec::new()).unwrap()
    }

    #[test]
    fn members_go_where_the_mapping_says_and_others_stay() {
        let mapping = mapping(&[
            ("company", "Name"),
            ("boss", "Parent.Ext__c"),
            ("owner.mail", "User:Owner.Email"),
            ("owner.phone", ""),
            ("note", ""),
        ]);
        for (given, expected) in [
            (r#"{"company":"A","x":1}"#, r#"{"Name":"A","x":1}"#),
            (r#"{"boss":"B"}"#, r#"{"Parent":{"Ext__c":"B"}}"#),
            (r#"{"boss":null}"#, r#"{"Parent":null}"#),
            (r#"{"note":{"deep":[1]},"x":2}"#, r#"{"x":2}"#),
            (
                r#"{"owner":{"mail":"m","phone":"p"}}"#,
                r#"{"Owner":{"attributes":{"type":"User"},"Email":"m"}}"#,
            ),
            (
                r#"{"owner":{"phone":"p","name":"n"}}"#,
                r#"{"owner":{"name":"n"}}"#,
            ),
            (r#"{"Company":"A"}"#, r#"{"Company":"A"}"#),
        ] {
            let mapped = mapping.apply(json_object(given).unwrap());
            assert_eq!(serde_json::to_string(&mapped).unwrap(), expected, "{given}");
        }
    }

    #[test]
    fn pairs_that_cannot_be_are_refused() {
        for (pairs, what) in [
            (vec![("a", "Name"), ("a", "Ext__c")], "twice"),
            (vec![("a", "Parent.")], "names no field"),
            (vec![("a", ":x")], "names no field"),
        ] {
            let pairs = pairs.into_iter().map(|(from, to)| (from.into(), to.into()));
            let fault = Mapping::new(pairs.collect(), Vec::new()).err().unwrap();
            assert!(fault.message.contains(what), "{}", fault.message);
        }
    }

    #[test]
    fn columns_that_the_header_lacks_are_refused_with_the_nearest() {
        let mapping = mapping(&[("Compny", "Name")]);
        let fault = mapping.check_columns(&["Company".into()]).err().unwrap();
        assert!(fault.message.contains("did you mean `Company`?"));
        assert!(mapping.check_columns(&["Compny".into()]).is_ok());
    }
}
