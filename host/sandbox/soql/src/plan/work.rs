//! A query ready to run: the statements that get its rows.

use std::sync::Arc;

use super::super::projection::Projection;
use super::sql::Param;

/// A query ready to run.
#[derive(Debug)]
pub struct Plan {
    pub(crate) work: Execution,
    pub(crate) params: Vec<Param>,
}

/// How a plan gets its rows.
#[derive(Debug)]
pub(crate) enum Execution {
    /// `SELECT COUNT()`: one number.
    Count(String),
    /// Aggregate rows.
    Aggregate {
        /// The one statement.
        sql: String,
        /// The shape of its rows.
        projection: Projection,
    },
    /// Records.
    Records(Box<Records>),
}

/// How records are found and read.
#[derive(Debug)]
pub(crate) struct Records {
    /// The shape of a record; column 0 is its id.
    pub(crate) projection: Projection,
    /// Row ids of all that match, in order. For a sub-query: row id and parent's id, for the parents' ids in [`sql::KEYS`].
    pub(crate) find: String,
    /// The columns, then the row id, of the row ids in [`sql::KEYS`], in their order.
    pub(crate) read: String,
    /// Place of the row id among the columns of `read`.
    pub(crate) row_id: usize,
    /// The columns of all that match, in one go.
    pub(crate) scan: String,
    /// Sub-queries, as the shape numbers them.
    pub(crate) children: Vec<Child>,
}

/// A sub-query. LIMIT and OFFSET count for each parent.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) plan: Arc<Plan>,
    pub(crate) limit: Option<usize>,
    pub(crate) offset: usize,
}

impl Plan {
    /// Returns the shape of its rows; `None` for `SELECT COUNT()`.
    #[must_use]
    pub fn projection(&self) -> Option<&Projection> {
        match &self.work {
            Execution::Count(_) => None,
            Execution::Aggregate { projection, .. } => Some(projection),
            Execution::Records(records) => Some(&records.projection),
        }
    }

    /// Returns the plan of the sub-query that [`Content::Children`](super::projection::Content::Children) numbers.
    #[must_use]
    pub fn child(&self, at: usize) -> Option<&Self> {
        match &self.work {
            Execution::Records(records) => records.children.get(at).map(|child| &*child.plan),
            _ => None,
        }
    }

    /// Returns whether it gives aggregate rows or a count, which bulk queries may not.
    #[must_use]
    pub fn is_aggregate(&self) -> bool {
        !matches!(self.work, Execution::Records(_))
    }
}
