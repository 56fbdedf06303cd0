//! The parts of the reference connector, which [`crate::broken`] breaks one at a time.
#![allow(
    dead_code,
    reason = "some parts only the reference connector itself needs"
)]

pub(crate) use crate::bindings;

#[path = "../../reference/src/call.rs"]
pub(crate) mod call;
#[path = "../../reference/src/catalog.rs"]
pub(crate) mod catalog;
#[path = "../../reference/src/collect.rs"]
pub(crate) mod collect;
#[path = "../../reference/src/connection.rs"]
pub(crate) mod connection;
#[path = "../../reference/src/count.rs"]
pub(crate) mod count;
#[path = "../../reference/src/fault.rs"]
pub(crate) mod fault;
#[path = "../../reference/src/message.rs"]
pub(crate) mod message;
#[path = "../../reference/src/tick.rs"]
pub(crate) mod tick;
