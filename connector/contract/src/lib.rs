//! What the connector is, without doing anything: the types of the WIT contract, the catalog made of its texts, Salesforce's limits, and
//! what sources and sinks are.

pub mod bindings;
pub mod catalog;
mod fault;
pub mod limits;
pub mod message;
pub mod reader;
pub mod sink;
pub mod source;

include!(concat!(env!("OUT_DIR"), "/typed.rs"));
include!(concat!(env!("OUT_DIR"), "/table.rs"));
