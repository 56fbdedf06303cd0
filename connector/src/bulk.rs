//! Bulk API 2.0 and 1.0: plain calls, and whole loads and extracts.

mod body;
pub mod dialect;
pub mod ingest;
pub mod jobs;
pub mod query_jobs;
pub mod results;
