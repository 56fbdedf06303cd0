//! What a shape is asked for.

use salesforce_contract::bindings::Fault;
use std::fmt;

/// Most steps of a path of relationships (SOQL and SOSL Reference, "Understanding Relationship Query Limitations":
/// five levels of child-to-parent, and of parent-to-child from API 58.0 on; sObject Tree has as many).
pub const MAX_STEPS: usize = 5;

/// What records are to be fit for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// To be created.
    Create,
    /// To be changed.
    Update,
    /// To be created or changed.
    Upsert,
    /// To be read.
    Query,
}

/// What a shape is asked for.
#[derive(Clone, Debug)]
pub struct Plan<'c> {
    /// What the records are for.
    pub purpose: Use,
    /// The external id field of upserts.
    pub key: Option<&'c str>,
    /// Whether to leave out what names the record.
    pub without_key: bool,
    /// The fields to keep; all when empty.
    pub fields: &'c [String],
    /// Paths of relationships to lay out.
    pub relationships: Vec<Vec<&'c str>>,
    /// Whether values of dependent pick-lists are tied to the controlling field.
    pub dependent: bool,
}

impl<'c> Plan<'c> {
    /// The steps of paths like `Account.Owner`.
    pub fn paths(relationships: &'c [String]) -> Result<Vec<Vec<&'c str>>, ShapeError> {
        relationships.iter().map(|path| steps(path)).collect()
    }
}

fn steps(path: &str) -> Result<Vec<&str>, ShapeError> {
    let steps: Vec<&str> = path.split('.').map(str::trim).collect();
    if steps.iter().any(|step| step.is_empty()) {
        return Err(ShapeError(format!(
            "config.relationships has `{path}`, which is no path: write names with dots between them, as in `Account.Owner`"
        )));
    }
    if steps.len() > MAX_STEPS {
        return Err(ShapeError(format!(
            "config.relationships has `{path}` of {} steps; Salesforce goes {MAX_STEPS} deep",
            steps.len()
        )));
    }
    Ok(steps)
}

/// Why a shape cannot be made: one sentence that names the member of the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError(pub String);

impl From<ShapeError> for Fault {
    fn from(error: ShapeError) -> Self {
        Self::config(error.to_string())
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
