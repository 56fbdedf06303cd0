//! From a parsed query to the SQL that answers it, checked against the schema on the way.
//!
//! A plan of records has two statements: one finds the row ids of everything that matches, in order, and one reads the
//! columns of given row ids with the parents joined. So a page costs what a page holds, however many rows match, and can
//! be read again. Sub-queries are plans of their own whose first statement takes the ids of many parents at once.

mod aggregate;
mod column;
mod compare;
mod filter;
mod function;
mod order;
mod scope;
mod select;
mod semi_join;
pub(in crate::soql) mod sql;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::schema::{Object, Schema};
use crate::store::quoted;

use super::ast::{From, Query};
use super::error::{ErrorCode, Result, SoqlError};
use super::limits;
use super::parse::parse;
use super::shape::Shape;
use scope::Scope;
use select::Selection;
use semi_join::Nesting;
use sql::{Binder, KEYS, Param};

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
}

impl Options {
    /// Options of a plain query in GMT.
    #[must_use]
    pub fn new(user: &str, now: i64) -> Self {
        Self {
            now,
            time_zone: TimeZone::UTC,
            user: user.to_owned(),
            include_deleted: false,
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
    /// Row ids of all that match, in order. For a sub-query: row id and parent's id, for the parents' ids in [`KEYS`].
    pub(super) find: String,
    /// The columns, then the row id, of the row ids in [`KEYS`], in their order.
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
        let query = parse(soql)?;
        Family {
            soql,
            schema,
            options,
            children: Cell::new(0),
        }
        .root(&query)
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

    /// Whether it gives aggregate rows or a count, which bulk queries may not.
    #[must_use]
    pub fn is_aggregate(&self) -> bool {
        !matches!(self.work, Work::Records(_))
    }
}

/// A root query with its sub-queries.
struct Family<'a> {
    soql: &'a str,
    schema: &'a Schema,
    options: &'a Options,
    children: Cell<usize>,
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
        self.schema.object(&name).filter(|object| object.queryable).ok_or_else(|| {
            let message = format!(
                "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append \
                 the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
            );
            self.error(from.path.at, ErrorCode::InvalidType, message)
        })
    }
}

impl Family<'_> {
    fn context(&self) -> Context<'_> {
        let (binder, semi_joins) = (Binder::default(), Cell::new(0));
        Context {
            soql: self.soql,
            schema: self.schema,
            options: self.options,
            binder,
            semi_joins,
        }
    }

    fn root(&self, query: &Query) -> Result<Plan> {
        let context = self.context();
        let object = context.root_object(&query.from)?;
        let mut scope = Scope::new(&context, object, &query.from);
        scope.join_named(&query.joined)?;
        aggregate::check_totals(&scope, query.group.as_ref())?;
        let work = if aggregate::is_count(query) {
            Work::Count(scope.count(query)?)
        } else if aggregate::is_grouped(query) {
            let (sql, shape) = scope.aggregates(query)?;
            Work::Aggregate { sql, shape }
        } else {
            let window = order::window(query)?;
            Work::Records(Box::new(self.records(&mut scope, query, None, 1, &window)?))
        };
        drop(scope);
        Ok(Plan {
            work,
            params: context.binder.into_params(),
        })
    }

    /// `parent` is the reference field that leads to the parents, for a sub-query.
    fn records(
        &self,
        scope: &mut Scope<'_>,
        query: &Query,
        parent: Option<&str>,
        level: usize,
        window: &str,
    ) -> Result<Records> {
        if let Some(having) = query.having.as_ref().map(|_| query.at) {
            return Err(scope.refuse(having, "HAVING needs GROUP BY"));
        }
        let mut children = Vec::new();
        let object = scope.object;
        let selected = Selection::of(scope, query, |query| {
            let (child, name) = self.child(object, query, level + 1)?;
            children.push(child);
            Ok((children.len() - 1, name))
        })?;
        let mut terms = scope.where_clause(query, Nesting::Top)?;
        let order = scope.order_clause(&query.order)?;
        let root = scope.root().to_owned();
        let mut found = format!("{root}.rowid");
        if let Some(field) = parent {
            let field = format!("{root}.{}", quoted(field));
            terms.push(format!("{field} IN rarray(?{KEYS})"));
            found = format!("{found}, {field}");
        }
        let (from, filter) = (scope.tables_and_joins(), aggregate::filter(&terms));
        let columns = selected.columns.join(", ");
        let table = format!(
            "{} {root} ON {root}.rowid = k.value{}",
            quoted(&object.name),
            scope.joins()
        );
        Ok(Records {
            shape: selected.shape,
            find: format!("SELECT {found} FROM {from}{filter}{order}{window}"),
            read: format!(
                "SELECT {columns}, {root}.rowid FROM rarray(?{KEYS}) k CROSS JOIN {table}"
            ),
            row_id: selected.columns.len(),
            scan: format!("SELECT {columns} FROM {from}{filter}{order}{window}"),
            children,
        })
    }

    fn child(&self, parent: &Object, query: &Query, level: usize) -> Result<(Child, String)> {
        let context = self.context();
        self.children.set(self.children.get() + 1);
        let from = &query.from.path;
        if self.children.get() > limits::CHILD_RELATIONSHIPS || level > limits::CHILD_LEVELS {
            let (most, levels) = (limits::CHILD_RELATIONSHIPS, limits::CHILD_LEVELS);
            let message = format!(
                "A query may use at most {most} parent-to-child relationships in {levels} levels"
            );
            return Err(context.error(from.at, ErrorCode::MalformedQuery, message));
        }
        if let Some(aggregate) =
            Some(query.at).filter(|_| aggregate::is_grouped(query) || aggregate::is_count(query))
        {
            let message = "only root queries support aggregate expressions";
            return Err(context.error(aggregate, ErrorCode::MalformedQuery, message));
        }
        // The name may follow the parent's, `FROM Account.Contacts` or `FROM a.Contacts`.
        let name = from.names.last().map_or("", |name| name.text.as_str());
        let relationship = parent.child_relationship(name).ok_or_else(|| {
            let message = format!(
                "Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a custom \
                 relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL \
                 or the describe call for the appropriate names."
            );
            context.error(from.at, ErrorCode::InvalidType, message)
        })?;
        let object = self
            .schema
            .object(&relationship.child_object)
            .ok_or_else(|| {
                context.error(
                    from.at,
                    ErrorCode::InvalidType,
                    format!("{} is no object", relationship.child_object),
                )
            })?;
        let mut scope = Scope::new(&context, object, &query.from);
        let records = self.records(&mut scope, query, Some(&relationship.field), level, "")?;
        drop(scope);
        let plan = Plan {
            work: Work::Records(Box::new(records)),
            params: context.binder.into_params(),
        };
        let rows = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let child = Child {
            plan: Arc::new(plan),
            limit: query.limit.map(rows),
            offset: rows(order::offset(query)?),
        };
        Ok((
            child,
            relationship
                .relationship_name
                .clone()
                .unwrap_or_else(|| name.to_owned()),
        ))
    }
}
