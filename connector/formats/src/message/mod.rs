//! Records and pages of records, from Salesforce's JSON to the documents that leave the connector.

mod children;
mod columns;
pub mod counted;
mod csv;
mod error;
pub mod input;
mod json;
pub mod page;
pub mod row_size;
mod rows;
mod scan;
mod xml;

pub use error::RowError;
pub use json::Fetch;
pub use page::{Page, PageError};
pub use rows::{RowFormat, RowWriter};

/// How deep objects and arrays may be nested in a record. Queries of Salesforce go five levels of parents up and five of
/// children down (SOQL and SOSL Reference, "Relationship Query Limitations"), two levels of JSON for each of the latter.
pub const MAX_DEPTH: usize = 64;
