//! The partner SOAP API: one file per group of calls over a few that know the protocol.
//!
//! `xml` reads and writes, `envelope` makes requests, `ask` sends them and opens answers, `fault` reads SOAP faults; `sobject` turns
//! records into XML and `record` turns them back into the JSON that all forms of rows are made of.

mod ask;
pub mod convert_lead;
pub mod describe;
pub mod duplicates;
pub mod email;
pub mod envelope;
mod headers;
mod id;
pub mod ids;
mod json;
mod many;
pub mod merge;
mod page;
pub mod query;
mod record;
pub mod replication;
mod report;
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
