//! From a parsed query to the SQL that answers it, checked against the schema on the way.
//!
//! A plan of records has two statements: one finds the row ids of everything that matches, in order, and one reads the
//! columns of given row ids with the parents joined. So a page costs what a page holds, however many rows match, and can
//! be read again. Sub-queries are plans of their own whose first statement takes the ids of many parents at once.

mod aggregate;
mod column;
mod compare;
mod family;
mod fields;
mod filter;
mod formula;
mod function;
mod location;
mod order;
mod restriction;
mod scope;
mod select;
mod semi_join;
pub(in crate::soql) mod sql;
#[cfg(test)]
mod tests;
mod using_scope;

use std::cell::Cell;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::schema::{Object, Schema};

use super::ast::{From, Query};
use super::error::{ErrorCode, Result, SoqlError};
use super::parse::parse;
use super::shape::Shape;
use family::Family;
use sql::{Binder, Param};

/// What a query means depends on.
#[derive(Debug, Clone)]
pub struct Options {
    /// The moment that date literals are relative to, in ms since 1970.
    pub now: i64,
    /// The time zone that days begin in; an org's default is GMT.
    pub time_zone: TimeZone,
    /// Id of the user who asks: `USING SCOPE mine`.
    pub user: String,
    /// Whether records in the recycle bin count (queryAll).
    pub include_deleted: bool,
    /// Whether the objects are those of the Tooling API.
    pub tooling: bool,
    /// The version of the API that asks, 62 for `v62.0`.
    pub version: u16,
}

impl Options {
    /// Options of a plain query in GMT, in whatever version is the newest.
    #[must_use]
    pub fn new(user: &str, now: i64) -> Self {
        Self {
            now,
            time_zone: TimeZone::UTC,
            user: user.to_owned(),
            include_deleted: false,
            tooling: false,
            version: u16::MAX,
        }
    }
}

/// A query ready to run.
#[derive(Debug)]
pub struct Plan {
    pub(super) work: Work,
    pub(super) params: Vec<Param>,
}

/// How a plan gets its rows.
#[derive(Debug)]
pub(super) enum Work {
    /// `SELECT COUNT()`: one number.
    Count(String),
    /// Aggregate rows.
    Aggregate {
        /// The one statement.
        sql: String,
        /// The shape of its rows.
        shape: Shape,
    },
    /// Records.
    Records(Box<Records>),
}

/// How records are found and read.
#[derive(Debug)]
pub(super) struct Records {
    /// The shape of a record; column 0 is its id.
    pub(super) shape: Shape,
    /// Row ids of all that match, in order. For a sub-query: row id and parent's id, for the parents' ids in [`sql::KEYS`].
    pub(super) find: String,
    /// The columns, then the row id, of the row ids in [`sql::KEYS`], in their order.
    pub(super) read: String,
    /// Place of the row id among the columns of `read`.
    pub(super) row_id: usize,
    /// The columns of all that match, in one go.
    pub(super) scan: String,
    /// Sub-queries, as the shape numbers them.
    pub(super) children: Vec<Child>,
}

/// A sub-query. LIMIT and OFFSET count for each parent.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) plan: Arc<Plan>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

impl Plan {
    /// Reads and checks a statement.
    ///
    /// # Errors
    /// Salesforce's refusal: malformed, unknown names, or something that SOQL does not allow.
    pub fn new(soql: &str, schema: &Schema, options: &Options) -> Result<Self> {
        Self::of(&parse(soql)?, soql, schema, options)
    }

    /// Checks a statement that is read already, perhaps with conditions that its text does not have.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn of(query: &Query, soql: &str, schema: &Schema, options: &Options) -> Result<Self> {
        restriction::check(query)?;
        refuse_data_category(query, soql)?;
        Family {
            soql,
            schema,
            options,
            children: Cell::new(0),
        }
        .root(query)
    }

    /// The shape of its rows; `None` for `SELECT COUNT()`.
    #[must_use]
    pub fn shape(&self) -> Option<&Shape> {
        match &self.work {
            Work::Count(_) => None,
            Work::Aggregate { shape, .. } => Some(shape),
            Work::Records(records) => Some(&records.shape),
        }
    }

    /// The plan of the sub-query that [`Content::Children`](super::shape::Content::Children) numbers.
    #[must_use]
    pub fn child(&self, at: usize) -> Option<&Self> {
        match &self.work {
            Work::Records(records) => records.children.get(at).map(|child| &*child.plan),
            _ => None,
        }
    }

    /// Whether it gives aggregate rows or a count, which bulk queries may not.
    #[must_use]
    pub fn is_aggregate(&self) -> bool {
        !matches!(self.work, Work::Records(_))
    }
}

/// Objects whose records are in data categories (SOQL and SOSL Reference, "WITH DATA CATEGORY"); this org has none of them.
const CATEGORIZED: [&str; 2] = ["KnowledgeArticleVersion", "Question"];

fn refuse_data_category(query: &Query, soql: &str) -> Result<()> {
    let object = query.from.path.text();
    let is_categorized = CATEGORIZED
        .iter()
        .any(|it| it.eq_ignore_ascii_case(&object));
    match query.data_category {
        Some(at) if !is_categorized => {
            let message =
                format!("WITH DATA CATEGORY is not supported for sObject type '{object}'");
            Err(SoqlError::at(soql, at, ErrorCode::MalformedQuery, message))
        }
        _ => Ok(()),
    }
}

/// What one statement's parts share while they are put together.
struct Context<'a> {
    soql: &'a str,
    schema: &'a Schema,
    options: &'a Options,
    binder: Binder,
    semi_joins: Cell<usize>,
}

impl Context<'_> {
    fn error(&self, at: usize, code: ErrorCode, message: impl std::fmt::Display) -> SoqlError {
        SoqlError::at(self.soql, at, code, message)
    }
}

impl<'a> Context<'a> {
    /// The object that FROM names.
    fn root_object(&self, from: &From) -> Result<&'a Object> {
        let name = from.path.text();
        let object = if self.options.tooling {
            self.schema.tooling_object(&name)
        } else {
            self.schema.object(&name)
        };
        let object = object.ok_or_else(|| {
            let message = format!(
                "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append \
                 the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
            );
            self.error(from.path.at, ErrorCode::InvalidType, message)
        })?;
        if object.queryable {
            return Ok(object);
        }
        let message = format!("entity type {} does not support query", object.name);
        Err(SoqlError::new(ErrorCode::InvalidTypeForOperation, message))
    }
}
