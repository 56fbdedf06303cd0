//! What bulk queries cannot do, told before a job is made; compound fields replaced by their parts and FIELDS() by names (Bulk API 2.0
//! Developer Guide, "Queries").

use crate::field_sets;
use crate::rest::query::fitting;
use crate::typing::parts_of;
use salesforce_client::client::Client;
use salesforce_client::describe::{Described, Field, Kind, described};
use salesforce_contract::bindings::Fault;
use salesforce_formats::soql::SelectList;
use salesforce_formats::soql::lex::{self, Token};
use std::rc::Rc;

/// Refuses what a bulk query cannot have.
pub fn check(soql: &str) -> Result<SelectList, Fault> {
    let refused = |what: &str| {
        Fault::config(format!(
            "Bulk queries have no {what}: take it out, or read the rows by `query/rows`"
        ))
    };
    let select = SelectList::read(soql).ok_or_else(|| {
        Fault::config("The SOQL cannot be read: it begins with SELECT, fields, FROM and an object")
    })?;
    if select.count_only || select.aggregate {
        return Err(refused("GROUP BY and aggregate functions"));
    }
    if select.children().next().is_some() {
        return Err(refused("sub-queries in the SELECT list"));
    }
    for word in ["TYPEOF", "OFFSET"] {
        if has_word(soql, word) {
            return Err(refused(word));
        }
    }
    Ok(select)
}

/// Returns what makes Salesforce run a query in one piece.
pub fn warning(soql: &str) -> Option<&'static str> {
    (has_word(soql, "LIMIT") || has_word(soql, "ORDER")).then_some(
        "LIMIT and ORDER BY keep Salesforce from splitting the query by ids: it is slower and may time out",
    )
}

/// Returns whether a keyword stands outside of the SELECT list's names: `Offset` could be a field, too, and then follows a dot or comes before
/// FROM.
fn has_word(soql: &str, word: &str) -> bool {
    let tokens = lex::tokens(soql).unwrap_or_default();
    let from = tokens.iter().position(|token| token.is_word("FROM"));
    let typeof_ = word == "TYPEOF";
    tokens.iter().enumerate().any(|(at, token)| {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let dotted = before.is_some_and(|before| before.is_symbol("."));
        let placed = typeof_ || from.is_some_and(|from| at > from);
        let followed = tokens
            .get(at + 1)
            .is_some_and(|next| !next.is_symbol("=") && !next.is_symbol("."));
        token.is_word(word) && placed && followed && !dotted
    })
}

/// Returns the columns of the results of a query, as the org spells its own fields.
pub fn columns(object: &Described, soql: &str) -> Vec<String> {
    let tokens = lex::tokens(soql).unwrap_or_default();
    let end = tokens.iter().position(|token| token.is_word("FROM"));
    let list = tokens.get(1..end.unwrap_or(1)).unwrap_or_default();
    let items = list.split(|token| token.is_symbol(","));
    let name = |item: &[Token<'_>]| {
        let text: String = item.iter().map(|token| token.text).collect();
        let own = object.field(&text).map(|field| field.name.clone());
        own.unwrap_or(text)
    };
    items.map(name).collect()
}

/// Returns the query with names in place of FIELDS(), of all that bulk queries carry, and the parts of compound fields in theirs.
pub fn expanded(client: &Client, object: &Rc<Described>, soql: &str) -> Result<String, Fault> {
    let soql = &field_sets::named(soql, object, is_carried)?;
    fitting(with_parts(client, object, soql)?)
}

/// Whether bulk queries carry a field: neither compound fields nor binary ones (Bulk API: "FeatureNotEnabled : Binary field not
/// supported").
pub fn is_carried(field: &Field) -> bool {
    field.kind != Kind::Compound && !field.binary
}

fn with_parts(client: &Client, object: &Rc<Described>, soql: &str) -> Result<String, Fault> {
    let tokens = lex::tokens(soql).unwrap_or_default();
    let end = tokens.iter().position(|token| token.is_word("FROM"));
    let list = tokens.get(1..end.unwrap_or(1)).unwrap_or_default();
    let mut text = String::with_capacity(soql.len());
    let mut at = 0;
    for item in list.split(|token| token.is_symbol(",")) {
        let Some((first, last)) = item.first().zip(item.last()) else {
            continue;
        };
        if let Some(parts) = parts(client, object, item)? {
            text.push_str(soql.get(at..first.range.start).unwrap_or_default());
            text.push_str(&parts.join(", "));
            at = last.range.end;
        }
    }
    text.push_str(soql.get(at..).unwrap_or_default());
    Ok(text)
}

/// Returns the parts that an item of the SELECT list stands for, if it is a compound field.
fn parts(
    client: &Client,
    object: &Rc<Described>,
    item: &[Token<'_>],
) -> Result<Option<Vec<String>>, Fault> {
    let mut holder = Rc::clone(object);
    let mut prefix = String::new();
    let mut steps = item.iter().peekable();
    while let Some(step) = steps.next() {
        if steps.peek().is_none() {
            let compound = holder
                .field(step.text)
                .filter(|field| field.kind == Kind::Compound);
            return Ok(compound.map(|field| {
                let parts = parts_of(field, &holder);
                parts
                    .into_iter()
                    .map(|part| format!("{prefix}{part}"))
                    .collect()
            }));
        }
        if !steps.next().is_some_and(|dot| dot.is_symbol(".")) {
            return Ok(None);
        }
        prefix = format!("{prefix}{}.", step.text);
        let own = step.text.eq_ignore_ascii_case(&holder.name);
        let parent = holder
            .reference(step.text)
            .and_then(|field| field.refers_to.first().cloned());
        match parent {
            Some(parent) if looks_compound(item) => holder = described(client, &parent)?,
            None if own => {}
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// Parents are described only where the field may be a compound one.
fn looks_compound(item: &[Token<'_>]) -> bool {
    let name = item
        .last()
        .map_or("", |token| token.text)
        .to_ascii_lowercase();
    name.ends_with("address") || name.ends_with("__c")
}
