//! Many records by calls of several each: splits them, sends rows again where that is safe, and reports one outcome per record.
//!
//! `rest::collections` and `soap` are its users: each is a [`BatchOperation`] that knows how its records are sent and answered.

mod batches;
mod engine;
mod isolation;
mod operation;
mod outcome;
mod record_ids;
mod report;
mod retrieval;
mod save;

pub(crate) use engine::{Plan, run};
pub(crate) use operation::{Answered, BatchOperation, Row, check_count};
pub(crate) use outcome::{
    ROLLED_BACK, WireError, created_by_upsert, failed, failed_by, has_code, saved,
};
pub(crate) use record_ids::{deletion_outcome, document_of_ids, id_of, ids};
pub(crate) use report::{Extra, Extras, format_of};
pub(crate) use retrieval::{Retrieval, retrieve, select};
pub(crate) use save::SaveKind;
