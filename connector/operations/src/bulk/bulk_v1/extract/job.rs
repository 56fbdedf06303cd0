//! The job of an extract, and why a batch of it failed.

use crate::bulk::bulk_v1::wire::{BatchInfo, State};
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    V1CreateJobConfig, V1ExtractConfig, V1Operation,
};
use salesforce_contract::bindings::{Fault, FaultKind};

/// Returns whether the query is to be split by ids.
pub(super) fn wants_chunks(config: &V1ExtractConfig) -> bool {
    config.pk_chunking || config.pk_chunk_size.is_some() || config.pk_chunk_parent.is_some()
}

/// Returns the job for a query.
pub(super) fn job(config: &V1ExtractConfig, object: &str) -> V1CreateJobConfig {
    V1CreateJobConfig {
        object: object.to_owned(),
        operation: if config.include_deleted {
            V1Operation::QueryAll
        } else {
            V1Operation::Query
        },
        external_id_field: None,
        assignment_rule_id: None,
        content: None,
        serial: false,
        pk_chunking: config.pk_chunking,
        pk_chunk_size: config.pk_chunk_size,
        pk_chunk_parent: config.pk_chunk_parent.clone(),
        headers: None,
    }
}

/// Returns why a query did not come to its end.
pub(super) fn failure(job: &str, batch: &BatchInfo) -> Fault {
    let reason = batch.message.as_deref().unwrap_or("no reason given");
    let what = if batch.state == State::Failed {
        "failed"
    } else {
        "was not processed"
    };
    Fault::new(
        FaultKind::Invalid,
        format!("Batch {} of job {job} {what}: {reason}", batch.id),
    )
}
