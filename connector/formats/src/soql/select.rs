//! Reads from a SOQL text which columns its answer will have, and under which names.
//!
//! The names are those of the REST API's answer: parents are nested objects, an alias stands at the top, aggregates
//! without alias are `expr0`, `expr1`, … (SOQL and SOSL Reference, "Using Aliases with GROUP BY"), rows of an aggregate
//! query are flat.

mod from;
mod items;

use super::lex;

/// One thing that the SELECT list names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A value, under this path of member names in each record: `["Account", "Name"]`.
    Value(Vec<String>),
    /// A child sub-query, under the name of its relationship.
    Children(String),
    /// `FIELDS(ALL)`, `FIELDS(STANDARD)` or `FIELDS(CUSTOM)`: only the records tell which.
    Fields,
}

/// What the connector knows of a query before the org has seen it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelectList {
    /// The columns in their order. The branches of a TYPEOF come one after the other; a record has only one branch's.
    pub items: Vec<Item>,
    /// The object after FROM, as it was written.
    pub from: String,
    /// Says that the query is `SELECT COUNT() …`: `totalSize` is the answer, there are no records.
    pub count_only: bool,
    /// Says that the query groups or aggregates: its rows are no records and have no ids.
    pub aggregate: bool,
    /// Says that the outermost query has a LIMIT.
    pub has_limit: bool,
}

impl SelectList {
    /// Reads `soql`; `None` if this is not SOQL as the connector knows it: the org will say what is wrong with it.
    #[must_use]
    pub fn read(soql: &str) -> Option<Self> {
        let tokens = lex::tokens(soql).ok()?;
        let (items, rest) = items::read(&tokens)?;
        let from = from::read(rest)?;
        let aggregate = from.grouped || items.iter().any(items::RawItem::is_aggregate);
        Some(Self {
            count_only: items::is_count_only(&items),
            items: items::resolve(items, &from, aggregate),
            from: from.object,
            aggregate,
            has_limit: from.has_limit,
        })
    }

    /// Lists the relationships of child sub-queries.
    pub fn children(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| match item {
            Item::Children(name) => Some(name.as_str()),
            Item::Value(_) | Item::Fields => None,
        })
    }

    /// Says whether all columns are known before the first record.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        !self.items.contains(&Item::Fields)
    }
}

#[cfg(test)]
mod tests;
