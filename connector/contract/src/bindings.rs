//! The types and traits of the WIT contract, generated: config records are the serde types of the generic interface.
#![allow(
    missing_docs,
    clippy::all,
    unsafe_code,
    reason = "generated code; its docs are in wit/"
)]

wit_bindgen::generate!({
    path: "../../wit",
    world: "salesforce",
    additional_derives: [PartialEq, serde::Serialize, serde::Deserialize],
    generate_all,
    pub_export_macro: true,
    default_bindings_module: "salesforce_contract::bindings",
});

pub use exports::mediation::connector::types::{
    ApiUsage, Fault, FaultKind, Metadata, Resumption, UpstreamFault,
};

pub use crate::fault::bad_input;
