//! The REST API's operations, one file per interface.

pub mod analytics;
pub mod ask;
pub mod build;
pub mod collections;
pub mod composite;
pub mod connection;
pub mod files;
pub mod graphql;
pub mod process;
pub mod query;
pub mod raw;
pub mod records;
pub mod related;
pub mod replication;
pub mod rows;
pub mod schema;
pub mod search;
pub mod update;
pub mod users;

use salesforce_client::path;
