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

/// Longest URI with its headers in bytes: over it Salesforce answers 414 or 431 (Salesforce Developer Limits
/// and Allocations Quick Reference, "API Requests").
pub const MAX_URI_BYTES: usize = 16_384;

/// Room left for headers (session id, limits, options) within [`MAX_URI_BYTES`].
pub const URI_HEADER_RESERVE: usize = 2_048;

/// Longest life of a JWT assertion in seconds (Salesforce Help, "OAuth 2.0 JWT Bearer Flow": `exp` within 3 minutes).
pub const MAX_JWT_LIFE_SECONDS: u64 = 180;

/// Largest reply that is held in memory at once. Query pages stay far below it; what may be larger has a source.
pub const MAX_REPLY_BYTES: usize = 64 << 20;

/// Sessions kept per instance; the oldest goes first.
pub const MAX_SESSIONS: usize = 64;
