//! Writes SOQL from its parts: names are read as the names that they are, values become literals, so that nothing in them
//! can change the query.

mod filter;
mod name;
pub mod operator;
mod typing;
mod wrong;

pub use typing::{Types, ValueType, fitted};
pub use wrong::Wrong;

use name::Use;
use salesforce_contract::limits::{MAX_CHILD_LEVELS, MAX_CHILD_QUERIES, MAX_SOQL_CHARS};
use typing::Typing;

/// What to select, or to select beside each row.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// The sObject, or the relationship to children.
    pub from: String,
    /// Fields, paths, functions, each with an alias or without.
    pub fields: Vec<String>,
    /// References to several objects.
    pub choices: Vec<Choice>,
    /// Children.
    pub children: Vec<Select>,
    /// A filter as JSON.
    pub filter: Option<String>,
    /// Fields and date functions to group by.
    pub group_by: Vec<String>,
    /// A filter of groups as JSON.
    pub having: Option<String>,
    /// The order.
    pub sort: Vec<Sort>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Rows left out.
    pub offset: Option<u16>,
}

/// A reference that is read by the object that it refers to.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The relationship.
    pub relationship: String,
    /// Objects with their fields.
    pub branches: Vec<(String, Vec<String>)>,
    /// Fields of any other object.
    pub otherwise: Vec<String>,
}

/// One key of an order.
#[derive(Clone, Debug, Default)]
pub struct Sort {
    /// The field.
    pub field: String,
    /// Largest first.
    pub descending: bool,
    /// Whether null stands last; Salesforce decides when absent.
    pub nulls_last: Option<bool>,
}

/// Writes the SOQL.
///
/// # Errors
/// A part that is no name, no filter or no value of SOQL, or parts that outgrow SOQL's limits.
pub fn build(select: &Select) -> Result<String, Wrong> {
    written(select, None)
}

/// Writes the SOQL, with the values of filters typed by the fields that they are compared with.
///
/// # Errors
/// As [`build`]; a field that its object has not, or a value that does not fit it.
pub fn build_typed(select: &Select, types: &dyn Types) -> Result<String, Wrong> {
    let typing = Typing {
        types,
        object: select.from.clone(),
    };
    written(select, Some(&typing))
}

fn written(select: &Select, typing: Option<&Typing<'_>>) -> Result<String, Wrong> {
    let soql = select.written("config", 0, typing)?;
    let chars = soql.chars().count();
    if chars > MAX_SOQL_CHARS {
        return Err(Wrong(format!(
            "The SOQL has {chars} characters; Salesforce takes {MAX_SOQL_CHARS}: split its lists over several queries"
        )));
    }
    Ok(soql)
}

/// Says why Bulk API 2.0 does not take a query (Bulk API 2.0 and Bulk API Developer Guide, "SOQL Considerations").
pub fn not_for_bulk(select: &Select) -> Vec<&'static str> {
    let grouped = !select.group_by.is_empty() || select.having.is_some();
    let aggregates = select.fields.iter().any(|field| name::is_aggregate(field));
    let reasons = [
        (grouped, "it groups rows"),
        (aggregates, "it aggregates"),
        (select.offset.is_some(), "it has an OFFSET"),
        (!select.choices.is_empty(), "it has a TYPEOF"),
        (!select.children.is_empty(), "it reads children"),
    ];
    let holding = reasons.into_iter().filter(|(holds, _)| *holds);
    holding.map(|(_, reason)| reason).collect()
}

impl Select {
    fn written(
        &self,
        place: &str,
        level: usize,
        typing: Option<&Typing<'_>>,
    ) -> Result<String, Wrong> {
        let items = self.items(place, level, typing)?;
        let mut soql = format!("SELECT {} FROM ", items.join(", "));
        soql.push_str(&self.source(place, level)?);
        if let Some(json) = &self.filter {
            let at = format!("{place}.filter");
            let condition = filter::condition(json, &at, Use::Filter, typing)?;
            soql.push_str(&format!(" WHERE {condition}"));
        }
        self.groups(place, &mut soql, typing)?;
        self.order(place, &mut soql)?;
        if let Some(limit) = self.limit {
            soql.push_str(&format!(" LIMIT {limit}"));
        }
        if let Some(offset) = self.offset {
            soql.push_str(&format!(" OFFSET {offset}"));
        }
        Ok(soql)
    }

    fn source(&self, place: &str, level: usize) -> Result<String, Wrong> {
        let member = if level == 0 { "object" } else { "relationship" };
        name::word(&self.from, &format!("{place}.{member}"))
    }

    fn items(
        &self,
        place: &str,
        level: usize,
        typing: Option<&Typing<'_>>,
    ) -> Result<Vec<String>, Wrong> {
        let mut items = names(&self.fields, &format!("{place}.fields"), Use::Item)?;
        for (at, choice) in self.choices.iter().enumerate() {
            items.push(choice.written(&format!("{place}.type-choices[{at}]"))?);
        }
        if self.children.len() > MAX_CHILD_QUERIES {
            return Err(Wrong(format!(
                "{place}.children has {} entries; one query takes {MAX_CHILD_QUERIES}",
                self.children.len()
            )));
        }
        for (at, child) in self.children.iter().enumerate() {
            let place = format!("{place}.children[{at}]");
            if level + 1 >= MAX_CHILD_LEVELS {
                return Err(Wrong(format!(
                    "{place} lies deeper than SOQL goes: a query has {MAX_CHILD_LEVELS} levels at most, its own rows included"
                )));
            }
            let typing = typing.map(|typing| typing.child(&child.from, &place));
            let typing = typing.transpose()?;
            let written = child.written(&place, level + 1, typing.as_ref())?;
            items.push(format!("({written})"));
        }
        if items.is_empty() {
            return Err(Wrong(format!(
                "{place}.fields is empty: name at least one field, for example `Id`"
            )));
        }
        Ok(items)
    }

    fn groups(
        &self,
        place: &str,
        soql: &mut String,
        typing: Option<&Typing<'_>>,
    ) -> Result<(), Wrong> {
        if !self.group_by.is_empty() {
            let keys = names(&self.group_by, &format!("{place}.group-by"), Use::Group)?;
            soql.push_str(&format!(" GROUP BY {}", keys.join(", ")));
        }
        if let Some(json) = &self.having {
            let at = format!("{place}.having");
            let condition = filter::condition(json, &at, Use::Having, typing)?;
            soql.push_str(&format!(" HAVING {condition}"));
        }
        Ok(())
    }

    fn order(&self, place: &str, soql: &mut String) -> Result<(), Wrong> {
        for (at, key) in self.sort.iter().enumerate() {
            let field =
                name::expression(&key.field, &format!("{place}.sort[{at}].field"), Use::Sort)?;
            soql.push_str(if at == 0 { " ORDER BY " } else { ", " });
            soql.push_str(&field);
            soql.push_str(if key.descending { " DESC" } else { " ASC" });
            soql.push_str(match key.nulls_last {
                Some(true) => " NULLS LAST",
                Some(false) => " NULLS FIRST",
                None => "",
            });
        }
        Ok(())
    }
}

impl Choice {
    fn written(&self, place: &str) -> Result<String, Wrong> {
        let relationship = name::path(&self.relationship, &format!("{place}.relationship"))?;
        let mut soql = format!("TYPEOF {relationship}");
        for (at, (object, fields)) in self.branches.iter().enumerate() {
            let place = format!("{place}.branches[{at}]");
            let object = name::word(object, &format!("{place}.object"))?;
            let fields = paths(fields, &format!("{place}.fields"))?;
            soql.push_str(&format!(" WHEN {object} THEN {fields}"));
        }
        if self.branches.is_empty() {
            return Err(Wrong(format!(
                "{place}.branches is empty: name at least one object with its fields"
            )));
        }
        if !self.otherwise.is_empty() {
            let fields = paths(&self.otherwise, &format!("{place}.otherwise"))?;
            soql.push_str(&format!(" ELSE {fields}"));
        }
        soql.push_str(" END");
        Ok(soql)
    }
}

fn names(texts: &[String], place: &str, used: Use) -> Result<Vec<String>, Wrong> {
    let numbered = texts.iter().enumerate();
    numbered
        .map(|(at, text)| name::expression(text, &format!("{place}[{at}]"), used))
        .collect()
}

fn paths(texts: &[String], place: &str) -> Result<String, Wrong> {
    if texts.is_empty() {
        return Err(Wrong(format!("{place} is empty: name at least one field")));
    }
    let numbered = texts.iter().enumerate();
    let written: Result<Vec<_>, _> = numbered
        .map(|(at, text)| name::path(text, &format!("{place}[{at}]")))
        .collect();
    Ok(written?.join(", "))
}

#[cfg(test)]
mod tests;
