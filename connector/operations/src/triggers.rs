//! Triggers that ask again and again: what was created, changed or deleted since a checkpoint.
//!
//! `plan` says what is read, `records` and `deleted` read it page by page, `poll` decides what of it is new, `cursor` is what the
//! checkpoint holds, and `dedup_set` which changes were delivered before.

pub(crate) mod ago;
mod cursor;
mod dedup_set;
pub mod deleted;
pub(crate) mod ids;
pub(crate) mod instant;
mod plan;
mod poll;
pub mod records;
mod runs;
pub(crate) mod server_time;
mod start;
#[cfg(test)]
mod tests;
mod varint;
