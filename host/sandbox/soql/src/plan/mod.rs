//! From a parsed query to the SQL that runs it, checked against the schema on the way.
//!
//! A plan of records has two statements: one finds the row ids of everything that matches, in order, and one reads the
//! columns of given row ids with the parents joined. So the cost of a page depends on its own rows, however many rows match, and can
//! be read again. Sub-queries are plans of their own whose first statement takes the ids of many parents at once.

mod aggregate;
mod checked;
mod clause;
mod column;
mod compare;
mod context;
mod family;
mod fields;
mod filter;
mod formula;
mod function;
mod location;
mod options;
mod order;
mod restriction;
mod scope;
mod select;
mod semi_join;
pub(crate) mod sql;
#[cfg(test)]
mod tests;
mod using_scope;
mod work;

pub use options::Options;
pub use work::Plan;
pub(crate) use work::{Child, Execution, Records};
