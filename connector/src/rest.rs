//! The REST API's operations, one file per interface.

pub mod connection;
pub mod path;
pub mod query;
pub mod raw;
pub mod records;
pub mod rows;
pub mod schema;
