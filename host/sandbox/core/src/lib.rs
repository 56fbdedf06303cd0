//! A simulated org without its HTTP interface: records and their rules, events, bulk jobs, outbound messages.
//!
//! All APIs work on [`org::Org`].

pub mod analytics;
pub mod bulk;
pub mod changes;
pub mod events;
pub mod faults;
pub mod graphql;
pub mod journal;
pub mod metadata;
pub mod org;
pub mod outbound;
pub mod rules;
pub mod seed;
pub mod setup;
pub mod sosl;
pub mod write;
