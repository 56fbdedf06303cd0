//! Salesforce's limits on SOQL, each with where it is written down.

/// Longest statement in characters (server text "SOQL statements can not be longer than 100000 characters";
/// Salesforce Developer Limits and Allocations Quick Reference, "SOQL and SOSL limits").
pub const STATEMENT_CHARACTERS: usize = 100_000;

/// Longest text between quotes in a WHERE clause, in characters (same source).
pub const STRING_CHARACTERS: usize = 4_000;

/// Most rows OFFSET may skip (SOQL and SOSL Reference, "OFFSET").
pub const OFFSET_ROWS: u64 = 2_000;

/// Largest LIMIT of a query with FIELDS(ALL) or FIELDS(CUSTOM) (SOQL and SOSL Reference, "FIELDS()").
pub const FIELDS_LIMIT_ROWS: u64 = 200;

/// First version of the API that knows FIELDS() (same source).
pub const FIELDS_SINCE: u16 = 51;

/// Most rows that a query with OFFSET gives in all: its first batch (SOQL and SOSL Reference, "OFFSET").
pub const ROWS_WITH_OFFSET: u64 = 2_000;

/// Most child-to-parent relationships in a query (SOQL and SOSL Reference, "Understanding Relationship Query
/// Limitations").
pub const PARENT_RELATIONSHIPS: usize = 55;

/// Most levels from child to parent, `Contact.Account.Owner.FirstName` being three (same source).
pub const PARENT_LEVELS: usize = 5;

/// Most parent-to-child relationships in a query (same source).
pub const CHILD_RELATIONSHIPS: usize = 20;

/// Most levels from parent to child, the root being the first (same source: five since API 58.0).
pub const CHILD_LEVELS: usize = 5;

/// Most semi-joins and anti-joins in a query (SOQL and SOSL Reference, "Comparison Operators").
pub const SEMI_JOINS: usize = 2;

/// How deeply conditions may be nested before the query counts as too complicated. Salesforce names no number; this
/// one keeps the parser's stack small.
pub const NESTING: usize = 100;

/// Rows of a page when nothing is asked for, and the most that can be asked for (REST API Developer Guide,
/// "Query Options Header").
pub const PAGE_ROWS: usize = 2_000;

/// Fewest rows of a page that can be asked for (same source).
pub const MIN_PAGE_ROWS: usize = 200;

/// Rows of a sub-query that come with their parent; the rest is behind the sub-query's own `nextRecordsUrl`. Salesforce
/// counts the parent into a batch of 200, so 199 of its children come along (seen in jsforce pull request 1752).
pub const CHILD_PAGE_ROWS: usize = 199;

/// Most cursors a user may have open; opening one more closes the oldest (SOAP API Developer Guide, "queryMore()").
pub const CURSORS_PER_USER: usize = 10;

/// How long a cursor can be read, in milliseconds: two days (REST API Developer Guide, "Query More Results").
pub const CURSOR_LIFETIME_MS: i64 = 2 * 24 * 60 * 60 * 1000;
