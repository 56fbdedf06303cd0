//! The plan of a load.

use crate::bulk::load::plan::Plan;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    LoadConfig, V1LoadConfig,
};

/// The config as that of `bulk/load`, with a batch for a job.
pub(super) fn plan(config: V1LoadConfig) -> Result<Plan, Fault> {
    Plan::of(LoadConfig {
        object: config.object,
        operation: config.operation,
        external_id_field: config.external_id_field,
        assignment_rule_id: config.assignment_rule_id,
        format: config.format,
        column_delimiter: config.column_delimiter,
        columns: config.columns,
        mapping: config.mapping,
        empty_values: config.empty_values,
        null_text: config.null_text,
        job_megabytes: None,
        job_records: Some(u32::from(config.batch_records.unwrap_or(5_000))),
        sized_uploads: false,
        max_rejected: config.max_rejected,
        outcome_format: config.outcome_format,
        error_columns: config.error_columns,
        poll_max_ms: config.poll_max_ms,
        wait_seconds: config.wait_seconds,
    })
}
