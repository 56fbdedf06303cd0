//! A simulated Salesforce org: records in SQLite behind the APIs that Salesforce documents.
//!
//! Written from Salesforce's documents alone, so that it can contradict a client that misread them.
//!
//! This is the facade for those who use it; the code is in four crates, each of which depends only on those before it:
//! `sandbox-model` (schema, values, store), `sandbox-soql` (queries), `sandbox-core` (the org: writes, rules, events, jobs) and
//! `sandbox-http` (its APIs).

pub use sandbox_core::org::{Clock, Org, OrgBuilder};
pub use sandbox_core::{bulk, events, faults, journal, org, outbound, write};
pub use sandbox_http::{Aborted, Router, router, serve};
pub use sandbox_model::{api_error, id, schema, value};
pub use sandbox_soql as soql;
