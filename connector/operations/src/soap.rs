//! The partner SOAP API: one file per group of calls over a few that know the protocol.
//!
//! `xml` reads and writes, `envelope` makes requests, `request` sends them and opens answers, `fault` reads SOAP faults; `sobject` turns
//! records into XML and `record` turns them back into the JSON that all forms of rows are made of.

mod batch_call;
pub mod convert_lead;
pub mod delete;
pub mod describe;
pub mod duplicates;
pub mod email;
pub mod envelope;
mod headers;
mod id;
mod json;
pub mod merge;
mod page;
pub mod query;
mod record;
pub mod replication;
mod request;
mod results;
pub mod retrieve;
pub mod rows;
pub mod save;
pub mod search;
mod sobject;
pub mod users;

use salesforce_client::soap_fault as fault;
use salesforce_formats::xml;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
