//! Duplicate rules: which records are taken for the same account, contact or lead.
//!
//! The org has Salesforce's three standard rules. They match simply: accounts by name; people by e-mail address, or by
//! name where no two addresses contradict. Case and blanks around do not count.

#[cfg(test)]
mod tests;

use rusqlite::Connection;
use rusqlite::types::Value as SqlValue;

use crate::problem::Problem;
use crate::schema::{Object, Schema};
use crate::store::quoted;
use crate::value::Value;
use crate::write::Row;

/// Matches listed at most for one record and rule.
const MOST_MATCHES: usize = 100;
/// How sure a match by e-mail address and name is, in percent; a match by one of them is less so.
const CERTAIN: f64 = 100.0;
/// How sure a match by one of several fields is, in percent.
const LIKELY: f64 = 80.0;

/// A duplicate rule with its matching rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The object whose records it is for.
    pub object: &'static str,
    /// The rule's name.
    pub name: &'static str,
    /// The matching rule's name.
    pub matching: &'static str,
}

/// Salesforce help, "Standard Duplicate Rules" and "Standard Matching Rules".
const RULES: [Rule; 3] = [
    Rule {
        object: "Account",
        name: "Standard_Account_Duplicate_Rule",
        matching: "Standard_Account_Match_Rule_v1_0",
    },
    Rule {
        object: "Contact",
        name: "Standard_Contact_Duplicate_Rule",
        matching: "Standard_Contact_Match_Rule_v1_1",
    },
    Rule {
        object: "Lead",
        name: "Standard_Lead_Duplicate_Rule",
        matching: "Standard_Lead_Match_Rule_v1_0",
    },
];

/// A record that matches another.
#[derive(Debug)]
pub struct Match<'s> {
    /// The record.
    pub row: Row<'s>,
    /// How sure it is, in percent.
    pub confidence: f64,
    /// The fields compared, and whether they are the same.
    pub fields: Vec<(&'static str, bool)>,
}

impl Rule {
    /// The active rule of an object.
    #[must_use]
    pub fn of(object: &Object) -> Option<Self> {
        RULES.into_iter().find(|rule| rule.object == object.name)
    }

    /// The records (not deleted) that match `row`, which itself is not among them.
    ///
    /// # Errors
    /// The database's.
    pub fn matches<'s>(
        &self,
        schema: &'s Schema,
        connection: &Connection,
        row: &Row<'_>,
    ) -> Result<Vec<Match<'s>>, Problem> {
        let Some(object) = schema.object(self.object) else {
            return Ok(Vec::new());
        };
        let keys = self.keys(row);
        let mut matches = Vec::new();
        for id in candidates(connection, object, &keys)? {
            if row.get("Id").as_str() == Some(id.as_str()) {
                continue;
            }
            if let Some((found, false)) = Row::load(connection, object, &id)? {
                matches.extend(compare(&keys, found));
            }
        }
        Ok(matches)
    }

    /// The fields that are compared, with what the record has in them.
    fn keys(&self, row: &Row<'_>) -> Vec<(&'static str, Option<String>)> {
        let text = |name: &str| normal(row.get(name));
        if self.object == "Account" {
            return vec![("Name", text("Name"))];
        }
        // The compound name of a record that is not saved yet is not there yet.
        let parts = [text("FirstName"), text("LastName")];
        let name: Vec<String> = parts.into_iter().flatten().collect();
        let name = (!name.is_empty()).then(|| name.join(" "));
        vec![("Email", text("Email")), ("Name", name)]
    }
}

/// Ids of the records that have one of the values.
fn candidates(
    connection: &Connection,
    object: &Object,
    keys: &[(&'static str, Option<String>)],
) -> Result<Vec<String>, Problem> {
    let known = keys
        .iter()
        .filter_map(|(field, value)| Some((field, value.as_ref()?)));
    let (mut terms, mut values) = (Vec::new(), Vec::new());
    for (field, value) in known {
        terms.push(format!("trim({}) = ? COLLATE NOCASE", quoted(field)));
        values.push(SqlValue::Text(value.clone()));
    }
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT \"Id\" FROM {} WHERE \"IsDeleted\" = 0 AND ({}) ORDER BY \"Id\" LIMIT {}",
        quoted(&object.name),
        terms.join(" OR "),
        MOST_MATCHES + 1
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let ids = statement.query_map(rusqlite::params_from_iter(values), |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// A match, unless two e-mail addresses contradict each other.
fn compare<'s>(keys: &[(&'static str, Option<String>)], found: Row<'s>) -> Option<Match<'s>> {
    let mut fields = Vec::with_capacity(keys.len());
    for (field, value) in keys {
        let other = normal(found.get(field));
        let same = value.is_some() && *value == other;
        if *field == "Email" && !same && value.is_some() && other.is_some() {
            return None;
        }
        fields.push((*field, same));
    }
    let confidence = if fields.iter().all(|(_, same)| *same) {
        CERTAIN
    } else {
        LIKELY
    };
    Some(Match {
        row: found,
        confidence,
        fields,
    })
}

fn normal(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim().to_ascii_lowercase();
    (!text.is_empty()).then_some(text)
}
