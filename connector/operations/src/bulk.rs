//! Bulk API 2.0 and 1.0: plain calls, and whole loads and extracts.

pub mod body;
pub mod bulk_v1;
pub mod bulk_v2;
mod columns;
pub mod dialect;
pub mod error;
pub mod extract;
pub mod ingest;
mod input;
pub mod jobs;
pub mod load;
mod mapping;
mod output;
mod poll;
pub mod query_jobs;
pub mod results;
pub mod retry;
#[cfg(test)]
mod testing;
