//! A simulated org without a face: records and the rules they come under, events, bulk jobs, outbound messages.
//!
//! Everything that is asked of an org, by whatever API, is asked of [`org::Org`].

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
