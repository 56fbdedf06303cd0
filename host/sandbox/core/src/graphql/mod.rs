//! The GraphQL API's `uiapi { query { … } }`: records with their parents and children in one request.
//!
//! Every level of a query is read by one SOQL query for all the records of the level above; what is selected under
//! aliases and fragments costs a query each. Children are found by id alone, so that memory holds what is shown and
//! the ids of what matches.

mod connection;
mod document;
mod error;
mod filter;
mod node;
mod value;

use rusqlite::Connection;
use serde_json::{Map, Value as Json, json};

pub use document::Request;

use document::Selected;
use error::{GraphError, Kind, Result};
use sandbox_model::schema::Schema;
use sandbox_soql::Options;

/// Data that queries run on.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The objects.
    pub schema: &'a Schema,
    /// Where the records are.
    pub connection: &'a Connection,
    /// What queries depend on.
    pub options: &'a Options,
}

/// An response, and what it cost.
pub struct GraphqlResponse {
    /// `{"data": …, "errors": […]}`.
    pub body: Json,
    /// Connections of objects that were read: each counts as a request (GraphQL API guide, "Query Limitations").
    pub requests: usize,
}

/// Executes a request. Errors are a part of the response, whose HTTP status is 200 all the same.
pub fn execute(source: Source<'_>, request: Request) -> GraphqlResponse {
    let mut run = Run {
        source,
        errors: Vec::new(),
        requests: 0,
    };
    let data = document::read(request).and_then(|fields| run.root(&fields));
    let data = data.unwrap_or_else(|error| {
        run.errors.push(error);
        Json::Null
    });
    let errors: Vec<Json> = run.errors.iter().map(GraphError::to_json).collect();
    GraphqlResponse {
        body: json!({"data": data, "errors": errors}),
        requests: run.requests,
    }
}

struct Run<'a> {
    source: Source<'a>,
    errors: Vec<GraphError>,
    requests: usize,
}

impl Run<'_> {
    fn root(&mut self, fields: &[Selected]) -> Result<Json> {
        members(&[], "Query", fields, &mut |name, field, path| match name {
            "uiapi" => members(
                path,
                "UIAPI",
                &field.fields,
                &mut |name, field, path| match name {
                    "query" => {
                        members(path, "RecordQuery", &field.fields, &mut |_, field, path| {
                            self.records(field, path)
                        })
                    }
                    _ => Err(GraphError::undefined(path, name, "UIAPI")),
                },
            ),
            _ => Err(GraphError::undefined(path, name, "Query")),
        })
    }

    /// Returns the records of one object; failing to read them does not spoil the rest.
    fn records(&mut self, field: &Selected, path: &[String]) -> Result<Json> {
        let object = self.source.schema.object(&field.name);
        let object = object.filter(|object| object.name == field.name && object.queryable);
        let object =
            object.ok_or_else(|| GraphError::undefined(path, &field.name, "RecordQuery"))?;
        self.requests += 1;
        match self.source.root_connection(object, field, path) {
            Err(error) if error.kind == Kind::DataFetchingException => {
                self.errors.push(error.at(field.at).within(path));
                Ok(Json::Null)
            }
            other => other,
        }
    }
}

/// What a member is: given its name, all that is asked of it, and its path in the response.
type Resolver<'m> = dyn FnMut(&str, &Selected, &[String]) -> Result<Json> + 'm;

/// Returns the members of an object of the schema that has no records behind it.
fn members(
    path: &[String],
    type_name: &str,
    fields: &[Selected],
    resolve: &mut Resolver<'_>,
) -> Result<Json> {
    let mut shown = Map::new();
    for field in fields {
        let path = [path, std::slice::from_ref(&field.key)].concat();
        let value = match field.name.as_str() {
            "__typename" => json!(type_name),
            name => resolve(name, field, &path).map_err(|error| error.at(field.at))?,
        };
        shown.insert(field.key.clone(), value);
    }
    if shown.is_empty() {
        let message = format!("Subselection required for type '{type_name}'");
        return Err(GraphError::invalid("SubselectionRequired", path, message));
    }
    Ok(Json::Object(shown))
}
