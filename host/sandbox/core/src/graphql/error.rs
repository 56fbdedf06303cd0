//! Errors of the GraphQL API: kind, message, location in the query, path in the response.

use async_graphql_parser::Pos;
use serde_json::{Value as Json, json};

use sandbox_soql::SoqlError;

/// What went wrong (GraphQL API guide, "Status Codes and Error Responses": `ErrorType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The text is no GraphQL.
    InvalidSyntax,
    /// The query does not fit the schema; nothing of it was run.
    ValidationError,
    /// Reading failed; the rest of the response is valid.
    DataFetchingException,
    /// The operation is ambiguous, or is of a kind that is not served.
    OperationNotSupported,
}

/// One error.
#[derive(Debug, Clone)]
pub(super) struct GraphError {
    pub kind: Kind,
    message: String,
    at: Option<Pos>,
    path: Vec<String>,
}

/// Result type of every function of this module.
pub(super) type Result<T> = std::result::Result<T, GraphError>;

impl GraphError {
    pub(super) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            at: None,
            path: Vec::new(),
        }
    }

    /// Returns a rule of the schema that is broken: `FieldUndefined`, `WrongType`...
    pub(super) fn invalid(rule: &str, path: &[String], message: impl std::fmt::Display) -> Self {
        let text = format!("Validation error ({rule}@[{}]) : {message}", path.join("/"));
        Self::new(Kind::ValidationError, text).within(path)
    }

    /// Returns a field that its type does not have.
    pub(super) fn undefined(path: &[String], field: &str, of: &str) -> Self {
        let message = format!("Field '{field}' in type '{of}' is undefined");
        Self::invalid("FieldUndefined", path, message)
    }

    /// Its location in the query.
    pub(super) fn at(mut self, at: Pos) -> Self {
        self.at.get_or_insert(at);
        self
    }

    /// Its path in the response.
    pub(super) fn within(mut self, path: &[String]) -> Self {
        if self.path.is_empty() {
            self.path = path.to_vec();
        }
        self
    }

    pub(super) fn to_json(&self) -> Json {
        let locations = self
            .at
            .map(|at| json!({"line": at.line, "column": at.column}));
        json!({
            "message": self.message,
            "locations": locations.into_iter().collect::<Vec<_>>(),
            "paths": self.path,
            "extensions": {"ErrorType": format!("{:?}", self.kind)},
        })
    }
}

impl From<SoqlError> for GraphError {
    /// SOQL's sentence without the excerpt of a text that the client never wrote.
    fn from(error: SoqlError) -> Self {
        let sentence = match error.message.split_once("ERROR at Row:") {
            Some((_, rest)) => rest.split_once('\n').map_or(rest, |(_, sentence)| sentence),
            None => &error.message,
        };
        Self::new(
            Kind::DataFetchingException,
            format!("{}: {sentence}", error.code.as_str()),
        )
    }
}

impl From<rusqlite::Error> for GraphError {
    fn from(error: rusqlite::Error) -> Self {
        SoqlError::from(error).into()
    }
}
