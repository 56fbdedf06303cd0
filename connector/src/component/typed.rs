//! `salesforce:connector`: typed configs in, the same operations behind them; one file per interface.

mod analytics;
mod bulk;
mod collections;
mod composite;
mod connection;
mod events;
mod files;
mod process;
mod query;
mod raw;
mod records;
mod schema;
mod search;
mod soap;
mod triggers;
mod users;
