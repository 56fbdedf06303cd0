//! A simulated Salesforce org: records in SQLite behind the APIs that Salesforce documents.
//!
//! Written from Salesforce's documents alone, so that it can contradict a client that misread them.

mod analytics;
pub mod bulk;
pub mod changes;
mod clock;
pub mod events;
pub mod faults;
mod graphql;
mod http;
pub mod id;
pub mod journal;
pub mod json;
mod metadata;
pub mod org;
pub mod outbound;
pub mod problem;
pub mod rules;
pub mod schema;
pub mod seed;
mod serve;
mod setup;
pub mod soql;
pub mod sosl;
pub mod store;
pub mod value;
pub mod write;

pub use axum::Router;
pub use http::{Aborted, router};
pub use org::{Clock, Org, OrgBuilder};
pub use serve::serve;
