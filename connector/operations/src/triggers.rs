//! Triggers that ask again and again: what was created, changed or deleted since a checkpoint.
//!
//! `plan` says what is read, `records` and `deleted` read it page by page, `sweep` decides what of it is new, `place` is what
//! the checkpoint holds, and `seen` what of it was handed out.

pub mod deleted;
mod ids;
pub(crate) mod instant;
mod place;
mod plan;
pub mod records;
mod runs;
mod seen;
pub(crate) mod server_time;
mod start;
mod sweep;
#[cfg(test)]
mod tests;
mod varint;
