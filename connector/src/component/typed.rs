//! `salesforce:connector`: typed configs in, the same operations behind them; one file per interface.

mod connection;
mod query;
mod raw;
mod records;
mod schema;
