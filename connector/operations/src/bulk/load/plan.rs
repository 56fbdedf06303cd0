//! The config of a load, checked.

use crate::bulk::columns::Rules;
use crate::bulk::dialect::{self, Dialect};
use crate::bulk::ingest::NewJob;
use crate::bulk::mapping::Mapping;
use salesforce_client::connection::settings::check_headers;
use salesforce_client::transport::Headers;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    CsvHeader, EmptyValues, LoadConfig, LoadFormat, LoadOutcomes, NullText,
};
use salesforce_contract::bindings::{Fault, FaultKind};

/// Bytes of a megabyte as Salesforce counts it.
const MEGABYTE: u64 = 1_000_000;

/// Most records of one job. Results are put in order in memory, at up to 140 bytes per record where Salesforce wrote values
/// differently, beside the fingerprints of records before them: more do not fit into an instance of 256 MiB for certain.
const MOST_JOB_RECORDS: u32 = 1_000_000;

/// What a load does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is wanted of columns and values.
    pub rules: Rules,
    /// The assignment rule.
    pub assignment_rule_id: Option<String>,
    /// The form of the input.
    pub format: LoadFormat,
    /// What the config says to separate columns.
    pub delimiter: Option<u8>,
    /// Whether a CSV has no header line.
    pub headerless: bool,
    /// Columns told beforehand.
    pub columns: Vec<String>,
    /// The fields that columns of the input go into, where those are not of the same name, and fields that every record gets.
    pub mapping: Mapping,
    /// Headers of the calls that make jobs.
    pub headers: Headers,
    /// Whether jobs are deleted once their outcomes have been read.
    pub delete_jobs: bool,
    /// Most bytes of data of a job.
    pub part_bytes: u64,
    /// Most records of a job.
    pub part_rows: u64,
    /// Whether a part is gathered in memory before it is sent.
    pub sized_uploads: bool,
    /// The form of the outcomes.
    pub outcomes: LoadOutcomes,
    /// Most records that may be rejected here, if that is bounded.
    pub max_rejected: Option<u64>,
    /// Whether failed records come with their errors.
    pub error_columns: bool,
    /// Longest pause between two polls at a job.
    pub poll_max_ms: u64,
    /// Longest wait.
    pub wait_ms: u64,
}

impl Plan {
    /// Checks the config.
    pub fn new(config: LoadConfig) -> Result<Self, Fault> {
        let format = config.format.unwrap_or(LoadFormat::Csv);
        let headerless = check_csv(&config, format)?;
        let headers = config.headers.unwrap_or_default();
        check_headers("config.headers", &headers)?;
        let records = config.job_records.unwrap_or(250_000);
        if records == 0 || records > MOST_JOB_RECORDS {
            return Err(Fault::config(format!(
                "{records} records of one job or batch: give at least 1, and at most {MOST_JOB_RECORDS}, for outcomes are put in order in memory"
            )));
        }
        let plan = Self {
            rules: Rules {
                object: config.object,
                operation: config.operation,
                external_id_field: config.external_id_field,
                empty: config.empty_values.unwrap_or(EmptyValues::Keep),
                null_text: config.null_text.unwrap_or(NullText::Refuse),
            },
            assignment_rule_id: config.assignment_rule_id,
            format,
            delimiter: config.column_delimiter.map(dialect::input_byte),
            headerless,
            columns: config.columns.unwrap_or_default(),
            mapping: Mapping::new(
                config.mapping.unwrap_or_default(),
                config.constants.unwrap_or_default(),
            )?,
            headers,
            delete_jobs: config.delete_jobs,
            part_bytes: u64::from(config.job_megabytes.unwrap_or(100)) * MEGABYTE,
            part_rows: u64::from(records),
            sized_uploads: config.sized_uploads,
            outcomes: config.outcome_format.unwrap_or(LoadOutcomes::Ndjson),
            max_rejected: config.max_rejected.map(u64::from),
            error_columns: config.error_columns,
            poll_max_ms: u64::from(config.poll_max_ms.unwrap_or(10_000)),
            wait_ms: u64::from(config.wait_seconds.unwrap_or(3_600)) * 1_000,
        };
        plan.job(Dialect::default()).check()?;
        Ok(plan)
    }

    /// Returns the delimiter of rows where the input has one that jobs do not.
    pub fn other_delimiter(&self) -> Option<u8> {
        let told = self.delimiter?;
        let sent = dialect::job_delimiter(told);
        (sent != told).then_some(sent)
    }

    /// Refuses to continue where more records are rejected here than may be; those of an aborted load do not count.
    pub fn bear_rejected(&self, rejected: u64, why: &str, aborted: bool) -> Result<(), Fault> {
        match self
            .max_rejected
            .filter(|most| rejected > *most && !aborted)
        {
            None => Ok(()),
            Some(most) => Err(Fault::new(
                FaultKind::Invalid,
                format!(
                    "More than {most} records (config.max-rejected) are not fit to be sent. The last: {why}"
                ),
            )),
        }
    }

    /// Makes a job of this load.
    pub fn job(&self, dialect: Dialect) -> NewJob<'_> {
        NewJob {
            object: &self.rules.object,
            operation: self.rules.operation,
            external_id_field: self.rules.external_id_field.as_deref(),
            assignment_rule_id: self.assignment_rule_id.as_deref(),
            dialect,
        }
    }
}

/// Checks what the config says of a CSV; returns whether it has no header line.
fn check_csv(config: &LoadConfig, format: LoadFormat) -> Result<bool, Fault> {
    let csv = format == LoadFormat::Csv;
    let headerless = config.header == Some(CsvHeader::Absent);
    let wrong = match (
        csv,
        headerless,
        config.columns.as_deref().unwrap_or_default().is_empty(),
    ) {
        (true, true, true) => {
            "config.header is `absent`, so that nothing names the columns of the CSV: name all of them, in their order, in config.columns"
        }
        (true, false, false) => {
            "config.columns is for NDJSON, JSON and XML, and for CSV without a header: the header of a CSV names its columns, unless config.header is `absent`"
        }
        (false, true, _) => {
            "config.header is `absent`, which is for CSV alone: take it out, or set config.format to `csv`"
        }
        (false, ..) if config.column_delimiter.is_some() => {
            "config.column-delimiter is for CSV alone: take it out, or set config.format to `csv`"
        }
        _ => return Ok(headerless),
    };
    Err(Fault::config(wrong))
}
