//! What one statement's parts share while they are put together.

use std::cell::Cell;

use super::super::ast::From;
use super::super::error::{ErrorCode, Result, SoqlError};
use super::options::Options;
use super::sql::Binder;
use sandbox_model::schema::{Object, Schema};

/// What one statement's parts share while they are put together.
pub(super) struct Context<'a> {
    pub(super) soql: &'a str,
    pub(super) schema: &'a Schema,
    pub(super) options: &'a Options,
    pub(super) binder: Binder,
    pub(super) semi_joins: Cell<usize>,
}

impl Context<'_> {
    pub(super) fn error(
        &self,
        at: usize,
        code: ErrorCode,
        message: impl std::fmt::Display,
    ) -> SoqlError {
        SoqlError::at(self.soql, at, code, message)
    }
}

impl<'a> Context<'a> {
    /// Returns the object that FROM names.
    pub(super) fn root_object(&self, from: &From) -> Result<&'a Object> {
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
