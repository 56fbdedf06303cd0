//! Data to start with: a small default set, folders of seeds, and generated records.
//!
//! A seed folder holds any of
//! - `objects/*.json`: more objects, or more fields (see [`sandbox_model::schema::ObjectDefinition`]);
//! - `apps.json`, `users.json`: lists of connected apps and of users with passwords;
//! - `outbound-messages.json`: a list of outbound messages (see [`crate::outbound::OutboundMessage`]);
//! - `<Object>.json` (a list of records), `<Object>.ndjson` (one a line), `<Object>.csv` (with a header): records.
//!
//! A record may be called by a name of its own, `"_ref": "acme"`; a reference field then takes `"@acme"`. References by
//! external id work as in the REST API, in CSV as `Account.External_Id__c`. Fields that clients may not set, such as
//! CreatedDate, may be set here. Parents are loaded before children whatever the files are called.

mod default;
mod folder;
mod generate;
#[cfg(test)]
mod tests;

pub use default::default_data;
pub use folder::Folder;
pub use generate::generate;
