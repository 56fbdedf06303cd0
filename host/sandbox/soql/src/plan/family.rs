//! A root query and its sub-queries, put together.

use std::cell::Cell;
use std::sync::Arc;

use sandbox_model::schema::{Object, Schema};
use sandbox_model::store::quoted;

use super::super::ast::Query;
use super::super::error::{ErrorCode, Result, SoqlError};
use super::super::limits;
use super::clause::Nesting;
use super::context::Context;
use super::options::Options;
use super::scope::Scope;
use super::select::Selection;
use super::sql::{Binder, KEYS};
use super::work::{Child, Execution, Plan, Records};
use super::{aggregate, order};

/// A root query with its sub-queries.
pub(super) struct NestedQuery<'a> {
    pub(super) soql: &'a str,
    pub(super) schema: &'a Schema,
    pub(super) options: &'a Options,
    pub(super) children: Cell<usize>,
}

impl NestedQuery<'_> {
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

    pub(super) fn root(&self, query: &Query) -> Result<Plan> {
        let context = self.context();
        let object = context.root_object(&query.from)?;
        let mut scope = Scope::new(&context, object, &query.from);
        scope.join_named(&query.joined)?;
        aggregate::check_totals(&scope, query.group.as_ref())?;
        let work = if aggregate::is_count(query) {
            Execution::Count(scope.count(query)?)
        } else if aggregate::is_grouped(query) {
            let (sql, projection) = scope.aggregates(query)?;
            Execution::Aggregate { sql, projection }
        } else {
            let window = order::window(query)?;
            Execution::Records(Box::new(self.records(&mut scope, query, None, 1, &window)?))
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
            return Err(scope.reject(having, "HAVING needs GROUP BY"));
        }
        let mut children = Vec::new();
        let object = scope.object;
        let is_single = query.limit == Some(1);
        let selected = Selection::read(scope, query, |query| {
            if let Some((_, at)) = query.offset.filter(|_| !is_single) {
                let message =
                    "OFFSET is allowed in a subquery only if the parent query has LIMIT 1";
                return Err(SoqlError::at(
                    self.soql,
                    at,
                    ErrorCode::MalformedQuery,
                    message,
                ));
            }
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
            projection: selected.projection,
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
            work: Execution::Records(Box::new(records)),
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
