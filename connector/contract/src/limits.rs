//! Salesforce's limits, each with its source.

/// Oldest API version that Salesforce still answers: 21.0 to 30.0 were retired in Summer '25
/// (help.salesforce.com, "Salesforce Platform API Versions 21.0 through 30.0 Retirement").
pub const OLDEST_API_VERSION: u16 = 31;

/// Last API version with SOAP `login()` (Salesforce release notes, Winter '26: absent from API 65.0 on).
pub const LAST_SOAP_LOGIN_VERSION: u16 = 64;

/// When SOAP `login()` ends for API 31.0 to 64.0 (help.salesforce.com article 005132110).
pub const SOAP_LOGIN_END: &str = "Summer '27";

/// Longest SOQL statement in characters (SOQL and SOSL Reference, "SOQL SELECT Syntax").
pub const MAX_SOQL_CHARS: usize = 100_000;

/// Deepest path from child to parent (SOQL and SOSL Reference, "Understanding Relationship Query Limitations").
pub const MAX_PARENT_LEVELS: usize = 5;

/// Deepest nesting of child sub-queries (same place; one level before API 58.0).
pub const MAX_CHILD_LEVELS: usize = 5;

/// Most child sub-queries of one query (same place: "no more than 20 parent-to-child relationships").
pub const MAX_CHILD_QUERIES: usize = 20;

/// Most rows of one page, and how many there are unless fewer are asked for (REST API Developer Guide, "Query Options Header").
pub const MAX_PAGE_ROWS: u16 = 2_000;

/// Most rows of a query with FIELDS(ALL) or FIELDS(CUSTOM) (SOQL and SOSL Reference, "FIELDS()").
pub const MAX_FIELDS_ROWS: u16 = 200;

/// Most rows in all of a query with OFFSET, as the org counts them in `totalSize` (SOQL and SOSL Reference, "OFFSET").
pub const MAX_OFFSET_ROWS: u64 = 2_000;

/// Longest SOSL statement in characters (SOQL and SOSL Reference, "SOQL and SOSL Limits").
pub const MAX_SOSL_CHARS: usize = 100_000;

/// Longest words to search for in characters: above it SOSL finds nothing (SOQL and SOSL Reference, "FIND {SearchQuery}").
pub const MAX_SEARCH_CHARS: usize = 10_000;

/// Longest URI with its headers in bytes: over it Salesforce answers 414 or 431 (Salesforce Developer Limits
/// and Allocations Quick Reference, "API Requests").
pub const MAX_URI_BYTES: usize = 16_384;

/// Room left for headers (session id, limits, options) within [`MAX_URI_BYTES`].
pub const URI_HEADER_RESERVE: usize = 2_048;

/// Longest life of a JWT assertion in seconds (Salesforce Help, "OAuth 2.0 JWT Bearer Flow": `exp` within 3 minutes).
pub const MAX_JWT_LIFE_SECONDS: u64 = 180;

/// How far back `updated` reaches, in days (REST API Developer Guide, "sObject Get Updated").
pub const UPDATED_DAYS: u32 = 30;

/// How far back `deleted` reaches, in days (REST API Developer Guide, "sObject Get Deleted").
pub const DELETED_DAYS: u32 = 15;

/// First API version with composite requests (REST API Developer Guide, "Composite": "available in API version 38.0 and later").
pub const OLDEST_COMPOSITE_VERSION: u16 = 38;

/// Subrequests of one composite request (REST API Developer Guide, "Composite").
pub const MAX_COMPOSITE_SUBREQUESTS: usize = 25;

/// Queries and sObject collections among the subrequests of one composite request (same place).
pub const MAX_COMPOSITE_QUERIES: usize = 5;

/// Subrequests of one composite batch (REST API Developer Guide, "Composite Batch").
pub const MAX_BATCH_SUBREQUESTS: usize = 25;

/// Graphs of one payload (REST API Developer Guide, "Composite Graph Limits").
pub const MAX_GRAPHS: usize = 75;

/// Subrequests of all graphs of one payload together (same place).
pub const MAX_GRAPH_NODES: usize = 500;

/// References of subrequests to subrequests in a row within a graph (same place).
pub const MAX_GRAPH_DEPTH: usize = 15;

/// Different combinations of API version and object in one payload of graphs (same place).
pub const MAX_GRAPH_KINDS: usize = 15;

/// Inputs of one invocation of an action (Actions Developer Guide; flows and Apex take 200 interviews or requests at once).
pub const MAX_ACTION_INPUTS: usize = 200;

/// Largest reply that is held in memory at once. Query pages stay far below it; what may be larger has a source.
pub const MAX_REPLY_BYTES: usize = 64 << 20;

/// Most bytes of one row that the org sends, in JSON, CSV or XML: the largest single value is the body of an Attachment, 25 MB (Object
/// Reference, "Attachment"), which is 33.4 million characters in base64; the rest is for the fields beside it.
pub const MAX_ROW_BYTES: usize = 40 << 20;

/// Sessions kept per instance; the oldest goes first.
pub const MAX_SESSIONS: usize = 64;

/// Describes kept per instance; the oldest goes first.
pub const MAX_DESCRIBES: usize = 64;

/// Most records in one call of sObject Collections (REST API Developer Guide, "sObject Collections").
pub const MAX_COLLECTION_RECORDS: usize = 200;

/// Most ids in one retrieve of sObject Collections (same place, "Retrieve Multiple Records with sObject Collections").
pub const MAX_COLLECTION_RETRIEVE: usize = 2_000;

/// Most runs of records of one sObject in one call: "Cannot have more than 10 chunks in a single operation" (same place,
/// "Create Multiple Records": records of several objects are processed in chunks).
pub const MAX_COLLECTION_CHUNKS: usize = 10;

/// Most records in one call of sObject Tree, over all trees (REST API Developer Guide, "sObject Tree").
pub const MAX_TREE_RECORDS: usize = 200;

/// Deepest level of a tree (same place).
pub const MAX_TREE_LEVELS: usize = 5;

/// Most sObjects in one call of sObject Tree (same place: "up to five records of different types").
pub const MAX_TREE_OBJECTS: usize = 5;

/// Most bytes of data of one job of Bulk API 2.0: 150 MB (Bulk API 2.0 Developer Guide, "Limits").
pub const MAX_BULK_UPLOAD_BYTES: usize = 150_000_000;

/// Largest request of the SOAP API in bytes (SOAP API Developer Guide, "ExceptionCode": EXCEEDED_MAX_SIZE_REQUEST, 50 MB).
pub const MAX_SOAP_REQUEST_BYTES: usize = 50 << 20;

/// Most records that one merge takes away (SOAP API Developer Guide, "merge()": up to three records into one).
pub const MAX_MERGE_LOSERS: usize = 2;

/// Most leads of one call (SOAP API Developer Guide, "convertLead()").
pub const MAX_LEAD_CONVERTS: usize = 100;

/// Most records in one look for duplicates (SOAP API Developer Guide, "findDuplicates()").
pub const MAX_DUPLICATE_RECORDS: u64 = 50;

/// Most emails of one call (SOAP API Developer Guide, "sendEmail()").
pub const MAX_EMAILS: usize = 10;

/// Most addresses of one email over its three lists (SOAP API Developer Guide, "sendEmail()").
pub const MAX_EMAIL_ADDRESSES: usize = 150;

/// Most bytes of a ContentVersion in multipart form: 2 GB (REST API Developer Guide, "Insert or Update Blob Data").
pub const MAX_CONTENT_VERSION_BYTES: u64 = 2 << 30;

/// Most bytes of other blob fields in multipart form: 500 MB (same place).
pub const MAX_BLOB_BYTES: u64 = 500 << 20;

/// Most bytes of one batch of Bulk API 1.0: 10 MB (Bulk API Developer Guide, "Bulk API Limits").
pub const MAX_BATCH_BYTES: usize = 10_000_000;
