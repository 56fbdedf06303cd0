//! Connections: lists of records that are read page by page, at the root and below each record.

use std::collections::HashMap;

use async_graphql_parser::Pos;
use async_graphql_value::ConstValue;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value as Json, json};

use super::document::Selected;
use super::error::{GraphError, Kind, Result};
use super::filter::{Arguments, path_of};
use super::{Source, members};
use sandbox_model::schema::Object;
use sandbox_soql::ast::{Condition, From, Name, Operand, OrderItem, Query, SelectItem, Value};
use sandbox_soql::literal::{Literal, Text};
use sandbox_soql::{Plan, for_each_row};

/// Records of a page unless `first` says otherwise (GraphQL API guide, "Query Limitations": 10).
const PAGE: usize = 10;
/// Most records of a page (same source: 2,000).
const MAX_PAGE: usize = 2_000;
/// Fewest records of a page of a query with `upperBound` (same guide, "Paginate with Upper-Bound Limit": 200).
const MIN_BOUNDED_PAGE: usize = 200;
/// What the text of a cursor begins with.
const CURSOR: &str = "v1:";

/// What the arguments of a connection ask for.
pub(super) struct ConnectionArguments {
    first: usize,
    after: usize,
    most: usize,
    filter: Option<Condition>,
    order: Vec<OrderItem>,
    scope: Option<Name>,
}

/// Ids of the records found for a parent, in order.
type Found = Vec<String>;

impl<'a> Source<'a> {
    /// Returns the records of an object.
    pub(super) fn root_connection(
        self,
        object: &'a Object,
        field: &Selected,
        path: &[String],
    ) -> Result<Json> {
        let arguments = self.arguments(object, field, path, true)?;
        let mut found = Vec::new();
        self.ids(object, &arguments, None, |id, _| found.push(id))?;
        let mut shown = self.shown(object, field, path, &arguments, vec![found])?;
        Ok(shown.pop().unwrap_or(Json::Null))
    }

    /// Returns the children of each of the parents, in the order of the parents.
    pub(super) fn child_connections(
        self,
        way: (&'a Object, &str),
        parents: &[String],
        field: &Selected,
        path: &[String],
    ) -> Result<Vec<Json>> {
        let (object, reference) = way;
        let arguments = self.arguments(object, field, path, false)?;
        let places: HashMap<&str, usize> = parents
            .iter()
            .enumerate()
            .map(|(at, id)| (id.as_str(), at))
            .collect();
        let mut found = vec![Found::new(); parents.len()];
        self.ids(
            object,
            &arguments,
            Some((reference, parents)),
            |id, parent| {
                if let Some(ids) = places
                    .get(parent.as_str())
                    .and_then(|at| found.get_mut(*at))
                {
                    ids.push(id);
                }
            },
        )?;
        self.shown(object, field, path, &arguments, found)
    }

    fn arguments(
        self,
        object: &Object,
        field: &Selected,
        path: &[String],
        is_root: bool,
    ) -> Result<ConnectionArguments> {
        let known: &[&str] = if is_root {
            &["first", "after", "where", "orderBy", "scope", "upperBound"]
        } else {
            &["first", "after", "where", "orderBy"]
        };
        if let Some((unknown, _)) = field
            .arguments
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()))
        {
            let message = format!("Unknown field argument '{unknown}'");
            return Err(GraphError::invalid("UnknownArgument", path, message).at(field.at));
        }
        let most = number(field, "upperBound", path)?;
        let first = number(field, "first", path)?.unwrap_or(PAGE);
        let least = if most.is_some() { MIN_BOUNDED_PAGE } else { 1 };
        if !(least..=MAX_PAGE).contains(&first) {
            let message = format!(
                "The value of 'first' must be between {least} and {MAX_PAGE}, not {first}."
            );
            return Err(GraphError::new(Kind::DataFetchingException, message)
                .at(field.at)
                .within(path));
        }
        let arguments = Arguments {
            schema: self.schema,
            path,
        };
        Ok(ConnectionArguments {
            first,
            after: after(field)?,
            most: most.unwrap_or(usize::MAX),
            filter: field
                .argument("where")
                .map(|it| arguments.filter(object, it))
                .transpose()?,
            order: field
                .argument("orderBy")
                .map(|it| arguments.order(object, it))
                .transpose()?
                .unwrap_or_default(),
            scope: scope(field),
        })
    }

    /// Hands the id of every record that matches to `each`, and its parent's.
    fn ids(
        self,
        object: &Object,
        arguments: &ConnectionArguments,
        parents: Option<(&str, &[String])>,
        mut each: impl FnMut(String, String),
    ) -> Result<()> {
        let of_parents = parents.map(|(reference, ids)| is_one_of(reference, ids));
        let conditions: Vec<_> = of_parents
            .into_iter()
            .chain(arguments.filter.clone())
            .collect();
        let reference = parents.map(|(reference, _)| reference);
        let mut query = select(object, std::iter::once("Id").chain(reference));
        query.filter = (!conditions.is_empty()).then_some(Condition::And(conditions));
        query.order.clone_from(&arguments.order);
        query.scope.clone_from(&arguments.scope);
        let plan = Plan::from_query(&query, "", self.schema, self.options)?;
        let columns: Vec<_> = plan
            .projection()
            .map(|projection| projection.leaves().iter().map(|it| it.column).collect())
            .unwrap_or_default();
        let (id, parent) = (
            columns.first().copied().unwrap_or(0),
            columns.get(1).copied(),
        );
        for_each_row(self.connection, &plan, |row| {
            let parent = parent
                .map(|at| row.get::<_, Option<String>>(at))
                .transpose()?;
            each(row.get(id)?, parent.flatten().unwrap_or_default());
            Ok(())
        })?;
        Ok(())
    }

    /// Returns the nodes of all pages for each selection of them, by its position: one query each, however many pages there are.
    fn nodes_of_edges(
        self,
        object: &'a Object,
        ids: &[String],
        field: &Selected,
        path: &[String],
    ) -> Result<Vec<(Pos, HashMap<String, Json>)>> {
        let edges = field.fields.iter().filter(|it| it.name == "edges");
        edges
            .flat_map(|edges| edges.fields.iter().filter(|it| it.name == "node"))
            .map(|node| {
                let path = [path, &["edges".into(), node.key.clone()]].concat();
                Ok((node.at, self.nodes(object, ids, &node.fields, &path)?))
            })
            .collect()
    }

    /// Returns the pages of connections whose records are found.
    fn shown(
        self,
        object: &'a Object,
        field: &Selected,
        path: &[String],
        arguments: &ConnectionArguments,
        mut found: Vec<Found>,
    ) -> Result<Vec<Json>> {
        found
            .iter_mut()
            .for_each(|ids| ids.truncate(arguments.most));
        let page = |ids: &Found| -> Found {
            ids.iter()
                .skip(arguments.after)
                .take(arguments.first)
                .cloned()
                .collect()
        };
        let pages: Vec<Found> = found.iter().map(page).collect();
        let nodes = self.nodes_of_edges(object, &pages.concat(), field, path)?;
        let node = |node: &Selected, id: &str| {
            let known = nodes.iter().find(|(at, _)| *at == node.at);
            known
                .and_then(|(_, nodes)| nodes.get(id))
                .cloned()
                .unwrap_or(Json::Null)
        };
        let pages = pages.iter().zip(&found);
        pages
            .map(|(page, all)| {
                let edge = |edges: &Selected, path: &[String], at: usize, id: &str| {
                    members(
                        path,
                        &format!("{}Edge", object.name),
                        &edges.fields,
                        &mut |name, field, path| match name {
                            "node" => Ok(node(field, id)),
                            "cursor" => Ok(json!(cursor(arguments.after + at + 1))),
                            _ => Err(GraphError::undefined(
                                path,
                                name,
                                &format!("{}Edge", object.name),
                            )),
                        },
                    )
                };
                let type_name = format!("{}Connection", object.name);
                members(
                    path,
                    &type_name,
                    &field.fields,
                    &mut |name, field, path| match name {
                        "edges" => {
                            let edges = page.iter().enumerate();
                            let edges = edges.map(|(at, id)| edge(field, path, at, id));
                            Ok(Json::Array(edges.collect::<Result<_>>()?))
                        }
                        "totalCount" => Ok(json!(all.len())),
                        "pageResultCount" => Ok(json!(page.len())),
                        "pageInfo" => {
                            page_info(field, path, arguments.after, page.len(), all.len())
                        }
                        _ => Err(GraphError::undefined(path, name, &type_name)),
                    },
                )
            })
            .collect()
    }
}

fn page_info(
    field: &Selected,
    path: &[String],
    after: usize,
    rows: usize,
    total: usize,
) -> Result<Json> {
    let place = |row: usize| (rows > 0).then(|| cursor(after + row));
    members(
        path,
        "PageInfo",
        &field.fields,
        &mut |name, _, path| match name {
            "hasNextPage" => Ok(json!(after + rows < total)),
            "hasPreviousPage" => Ok(json!(after > 0)),
            "startCursor" => Ok(json!(place(1))),
            "endCursor" => Ok(json!(place(rows))),
            _ => Err(GraphError::undefined(path, name, "PageInfo")),
        },
    )
}

/// Returns a query of these fields, over all records of an object.
pub(super) fn select<'n>(object: &Object, fields: impl Iterator<Item = &'n str>) -> Query {
    let item = |name: &'n str| SelectItem::Value {
        operand: Operand::Field(path_of([name])),
        alias: None,
    };
    Query {
        select: fields.map(item).collect(),
        from: From {
            path: path_of([object.name.as_str()]),
            alias: None,
        },
        joined: Vec::new(),
        scope: None,
        filter: None,
        group: None,
        having: None,
        order: Vec::new(),
        limit: None,
        offset: None,
        data_category: None,
        at: 0,
    }
}

/// Condition: a field has one of these ids.
pub(super) fn is_one_of(field: &str, ids: &[String]) -> Condition {
    let value = |id: &String| {
        Text::new(id).ok().map(|text| Value {
            literal: Literal::Text(text),
            at: 0,
        })
    };
    Condition::In(
        Operand::Field(path_of([field])),
        true,
        ids.iter().filter_map(value).collect(),
    )
}

fn number(field: &Selected, name: &str, path: &[String]) -> Result<Option<usize>> {
    let Some(value) = field.argument(name) else {
        return Ok(None);
    };
    let number = match value {
        ConstValue::Number(number) => number
            .as_u64()
            .and_then(|number| usize::try_from(number).ok()),
        _ => None,
    };
    number.map(Some).ok_or_else(|| {
        let message = format!("argument '{name}' with value {value} is not a valid 'Int'");
        GraphError::invalid("WrongType", path, message).at(field.at)
    })
}

fn scope(field: &Selected) -> Option<Name> {
    let text = match field.argument("scope")? {
        ConstValue::Enum(word) => word.to_string(),
        ConstValue::String(word) => word.clone(),
        other => other.to_string(),
    };
    Some(Name { text, at: 0 })
}

/// Returns the cursor of the `row`-th record, counted from one.
fn cursor(row: usize) -> String {
    BASE64_STANDARD.encode(format!("{CURSOR}{row}"))
}

/// Returns how many records come before the page.
fn after(field: &Selected) -> Result<usize> {
    let text = match field.argument("after") {
        None => return Ok(0),
        Some(ConstValue::String(text)) => text.as_str(),
        Some(_) => "",
    };
    let known = BASE64_STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let row = known.and_then(|text| text.strip_prefix(CURSOR)?.parse().ok());
    row.ok_or_else(|| {
        let message = format!("The cursor {text:?} in 'after' is not one of this connection.");
        GraphError::new(Kind::DataFetchingException, message).at(field.at)
    })
}
