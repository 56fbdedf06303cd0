//! The operations whose reply is a bare message, each with the reason why no record stands for it.

use crate::catalog::{Style, operations};
use std::collections::BTreeSet;

/// As many may remain.
const MOST: usize = 70;

/// The org decides which fields a record has.
const RECORDS: &str = "records: their fields are the org's and the caller's";
/// The config chooses between JSON and other formats.
const OUTCOMES: &str = "outcomes in the format that the config chooses: JSON, lines, CSV, XML";
/// The config chooses between JSON and XML.
const XML: &str = "JSON or XML, as the config chooses";
/// Pages of the org: sections, rows and components as they were laid out.
const LAYOUTS: &str = "layouts: pages as the org has laid them out";
/// Results and descriptions of reports follow the report.
const REPORTS: &str = "reports: groupings, columns and facts are those of the report";
/// What Bulk API 1.0 answers about batches.
const BATCHES: &str = "XML or JSON: the job's format decides";

/// Names with reasons.
const MESSAGES: &[(&str, &str)] = &[
    ("analytics/describe-report", REPORTS),
    ("analytics/run-report", REPORTS),
    ("analytics/instance-result", REPORTS),
    ("bulk/retry-failed", "CSV with the columns of the load"),
    ("bulk/v1-add-batch", BATCHES),
    ("bulk/v1-batch-info", BATCHES),
    ("bulk/v1-list-batches", BATCHES),
    ("bulk/v1-query-result-ids", BATCHES),
    ("collections/create", OUTCOMES),
    ("collections/update", OUTCOMES),
    ("collections/upsert", OUTCOMES),
    ("collections/delete-records", OUTCOMES),
    ("collections/retrieve", RECORDS),
    ("collections/create-tree", OUTCOMES),
    ("events/publish", OUTCOMES),
    ("events/parse-outbound-message", RECORDS),
    (
        "process/rules",
        "one rule or lists of rules by object, as the config asks",
    ),
    ("process/quick-action", LAYOUTS),
    ("process/describe-quick-action", LAYOUTS),
    ("process/quick-action-defaults", RECORDS),
    (
        "process/invocable-actions",
        "a list of actions or a map of types, as the config asks",
    ),
    ("query/query", RECORDS),
    ("query/query-more", RECORDS),
    ("raw/request", "whatever the caller asks for"),
    ("raw/apex-rest", "whatever the org's Apex class answers"),
    ("raw/tooling-query", RECORDS),
    ("records/retrieve", RECORDS),
    ("records/update-and-retrieve", RECORDS),
    ("records/retrieve-by-external-id", RECORDS),
    ("records/related", "a record, or a page of records"),
    (
        "schema/describe",
        "the org's fields, and nothing where none changed",
    ),
    ("schema/layouts", LAYOUTS),
    ("schema/named-layouts", LAYOUTS),
    ("schema/compact-layouts", LAYOUTS),
    ("schema/approval-layouts", LAYOUTS),
    ("schema/event-schema", "an Avro schema of the org's event"),
    (
        "schema/app-menu",
        "a menu or the list of menus, as the config asks",
    ),
    ("schema/json-schema", "a JSON Schema of the org's fields"),
    ("schema/xsd", "an XML Schema of the org's fields"),
    (
        "schema/reply-schema",
        "a JSON Schema or an XML Schema, as the config asks",
    ),
    ("search/search", RECORDS),
    ("search/parameterized", RECORDS),
    ("soap/logout", XML),
    ("soap/query", RECORDS),
    ("soap/query-all", RECORDS),
    ("soap/query-more", RECORDS),
    ("soap/create", OUTCOMES),
    ("soap/update", OUTCOMES),
    ("soap/upsert", OUTCOMES),
    ("soap/delete-records", OUTCOMES),
    ("soap/undelete", OUTCOMES),
    ("soap/empty-recycle-bin", OUTCOMES),
    ("soap/retrieve", RECORDS),
    ("soap/search", RECORDS),
    ("soap/describe-global", XML),
    ("soap/describe-object", XML),
    ("soap/describe-objects", XML),
    ("soap/get-deleted", XML),
    ("soap/get-updated", XML),
    ("soap/get-user-info", XML),
    ("soap/get-server-timestamp", XML),
    ("soap/set-password", XML),
    ("soap/reset-password", XML),
    ("soap/send-email", XML),
    ("soap/send-email-message", XML),
    ("soap/find-duplicates", XML),
    ("soap/find-duplicates-by-ids", XML),
    ("soap/merge", OUTCOMES),
    ("soap/convert-lead", OUTCOMES),
    ("users/info", RECORDS),
];

#[test]
fn every_bare_message_has_its_reason() {
    // What returns nothing lists no media types; a secret message has a schema that tells nothing.
    let untyped = |schema: Option<&str>| schema.is_none_or(|schema| !schema.contains("\"type\""));
    let found: BTreeSet<&str> = operations()
        .iter()
        .filter(|operation| operation.style == Style::Call && !operation.returns.is_empty())
        .filter(|operation| {
            untyped(operation.reply.as_ref().map(|reply| reply.schema.read()))
                && operation.name != "users/reset-password"
        })
        .map(|operation| operation.name)
        .collect();
    let known: BTreeSet<&str> = MESSAGES.iter().map(|(name, _)| *name).collect();
    let new: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "{new:?} reply with a message: give each a record in the WIT, or its reason here; {gone:?} do not any more"
    );
    assert!(MESSAGES.iter().all(|(_, reason)| !reason.is_empty()));
    assert_eq!(known.len(), MESSAGES.len());
    assert!(found.len() <= MOST, "{} of {MOST}", found.len());
}
