//! A simulated Salesforce org: records in SQLite behind the APIs that Salesforce documents.
//!
//! Written from Salesforce's documents alone, so that it can contradict a client that misread them.

pub mod id;
pub mod json;
pub mod problem;
pub mod schema;
pub mod soql;
pub mod store;
pub mod value;
pub mod write;
