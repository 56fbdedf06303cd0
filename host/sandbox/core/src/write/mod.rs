//! Every write to the org's records: create, update, upsert, delete, undelete, with Salesforce's rules.
//!
//! REST's single records, collections, composite calls, bulk jobs and SOAP all come through [`Writer`]; they differ in
//! how they read a [`Draft`] and how they show a [`Saved`] or a [`ApiError`].

mod batch;
mod cascade;
mod check;
mod column;
mod content;
mod convert;
mod defaults;
mod delete;
mod derive;
mod draft;
mod entry;
mod ids;
mod lookup;
mod merge;
mod options;
mod owner;
mod periods;
mod purge;
mod record_type;
mod reference;
mod rich_text;
mod row;
mod save;
mod undelete;
mod writer;

pub use batch::Batch;
pub use column::Column;
pub use convert::{Conversion, Converted};
pub use draft::Draft;
pub use ids::IdCounters;
pub use lookup::{find_by_key, key_field};
pub use merge::Merged;
pub use options::{Assignment, DuplicateOptions, WriteOptions};
pub use reference::ParentKey;
pub use rich_text::image;
pub use row::Row;
pub use writer::{Outcome, Saved, Writer};

#[cfg(test)]
mod tests;
