//! Salesforce's limits on bulk jobs, each with where it is written down.

/// Largest upload of a Bulk API 2.0 job, in bytes (Bulk API 2.0 guide, "Limits": 150 MB after base64 encoding).
pub const UPLOAD_BYTES: usize = 150 * 1024 * 1024;

/// Longest data in a multipart create of a Bulk API 2.0 job, in characters (guide, "Create a Job").
pub const MULTIPART_CHARACTERS: usize = 100_000;

/// Records of an internal batch of Bulk API 2.0, and of a batch of Bulk API 1.0 (guide, "How Requests Are Processed").
pub const BATCH_RECORDS: u64 = 10_000;

/// Largest batch of Bulk API 1.0, in bytes (guide, "Bulk API Limits").
pub const BATCH_BYTES: usize = 10_000_000;

/// Longest value of a field, in characters (guide, "General Limits").
pub const FIELD_CHARACTERS: usize = 32_000;

/// Most fields of a record (same).
pub const FIELDS: usize = 5_000;

/// Most characters of a record (same).
pub const RECORD_CHARACTERS: usize = 400_000;

/// Batches per 24 hours, shared by both APIs (guide, "Limits").
pub const DAILY_BATCHES: u64 = 15_000;

/// Records that Bulk API 2.0 ingests per 24 hours (same).
pub const DAILY_RECORDS: u64 = 150_000_000;

/// Query jobs of Bulk API 2.0 per 24 hours (same).
pub const DAILY_QUERY_JOBS: u64 = 10_000;

/// Bytes of query results of Bulk API 2.0 per 24 hours (same: 1 TB).
pub const DAILY_RESULT_BYTES: u64 = 1_000_000_000_000;

/// Jobs on a page of the list of jobs (guide, "Get All Jobs").
pub const JOBS_PER_PAGE: usize = 1_000;

/// URLs on a page of `resultPages` (guide, "Get Parallel Results for a Query Job").
pub const RESULT_URLS: usize = 5;

/// First version of the API with `resultPages` (same).
pub const RESULT_PAGES_VERSION: u16 = 58;

/// First version of the API with query jobs of Bulk API 2.0 (guide, "Create a Query Job").
pub const QUERY_VERSION: u16 = 47;

/// First version of the API with ingest jobs of Bulk API 2.0 (guide, "Create a Job").
pub const INGEST_VERSION: u16 = 41;

/// First version of the API that returns the ids of rejected records in `failedResults` (guide, "Get Job Failed Record Results").
pub const FAILED_ID_VERSION: u16 = 53;

/// How long results can be read, in milliseconds: seven days (guide, "Limits").
pub const RESULT_LIFETIME_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// Records of a chunk where the PK chunking header names none (guide, "PK Chunking").
pub const CHUNK_RECORDS: u64 = 100_000;

/// Most records of a chunk (same).
pub const MAX_CHUNK_RECORDS: u64 = 250_000;

/// Batches of Bulk API 1.0 may be added for this long after the job was made, in milliseconds (guide, "Limits").
pub const JOB_OPEN_MS: i64 = 24 * 60 * 60 * 1_000;
