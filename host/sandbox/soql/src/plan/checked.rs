//! From a statement to its plan.

use std::cell::Cell;

use super::super::ast::Query;
use super::super::error::{ErrorCode, Result, SoqlError};
use super::super::parse::parse;
use super::family::NestedQuery;
use super::options::Options;
use super::restriction;
use super::work::Plan;
use sandbox_model::schema::Schema;

impl Plan {
    /// Reads and checks a statement.
    ///
    /// # Errors
    /// Salesforce's error: malformed, unknown names, or something that SOQL does not allow.
    pub fn new(soql: &str, schema: &Schema, options: &Options) -> Result<Self> {
        Self::from_query(&parse(soql)?, soql, schema, options)
    }

    /// Checks a statement that is read already, perhaps with conditions that its text does not have.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn from_query(
        query: &Query,
        soql: &str,
        schema: &Schema,
        options: &Options,
    ) -> Result<Self> {
        restriction::check(query)?;
        reject_data_category(query, soql)?;
        NestedQuery {
            soql,
            schema,
            options,
            children: Cell::new(0),
        }
        .root(query)
    }
}

/// Objects whose records are in data categories (SOQL and SOSL Reference, "WITH DATA CATEGORY"); this org has none of them.
const CATEGORIZED: [&str; 2] = ["KnowledgeArticleVersion", "Question"];

fn reject_data_category(query: &Query, soql: &str) -> Result<()> {
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
