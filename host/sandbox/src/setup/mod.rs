//! What an administrator has set up in the org: approval processes, rules, queues, reports, list views.
//!
//! The setup is data (`standard.json`), the same in every org. What Salesforce shows of it in SOQL (`ProcessDefinition`,
//! `Report`, `ListView`...) are records that [`install`] writes; the `n`-th entry of a list is the `n`-th record.

mod install;
pub(crate) mod list_view;
pub(crate) mod record_type;

use std::sync::OnceLock;

use serde::Deserialize;

pub(crate) use install::install;

use crate::id::RecordId;

/// All of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Setup {
    pub approvals: Vec<ApprovalProcess>,
    pub workflow_rules: Vec<WorkflowRule>,
    pub assignment_rules: Vec<AssignmentRule>,
    pub queues: Vec<Queue>,
    pub duplicate_rules: Vec<DuplicateRule>,
    pub apex_classes: Vec<ApexClass>,
    pub reports: Vec<Report>,
    pub record_types: Vec<record_type::RecordTypeSetup>,
}

/// An approval process with one step. A record is locked while it is pending.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApprovalProcess {
    pub name: String,
    pub developer_name: String,
    pub object: String,
    pub description: Option<String>,
    /// What a record has to be like to enter, as a SOQL condition.
    pub entry: Option<String>,
    /// Fields with the values they get on submission, approval, rejection.
    pub initial: Vec<(String, String)>,
    pub approved: Vec<(String, String)>,
    pub rejected: Vec<(String, String)>,
}

/// A workflow rule with field updates.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkflowRule {
    pub name: String,
    pub object: String,
    pub description: Option<String>,
    /// What a record has to be like, as a SOQL condition.
    pub criteria: String,
    pub actions: Vec<FieldUpdate>,
}

/// What a workflow rule does to a record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldUpdate {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub field: String,
    pub value: String,
}

/// Who gets new leads or cases.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignmentRule {
    pub name: String,
    pub object: String,
    /// Whether it is the one that runs when no rule is named.
    pub active: bool,
    /// The first entry that a record meets counts.
    pub entries: Vec<AssignmentEntry>,
}

/// One entry of an assignment rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignmentEntry {
    /// As a SOQL condition; none: every record.
    pub criteria: Option<String>,
    /// Developer name of the queue.
    pub queue: String,
}

/// A queue: a `Group` that may own records.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Queue {
    pub name: String,
    pub developer_name: String,
}

/// When a record counts as the duplicate of another.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DuplicateRule {
    pub developer_name: String,
    pub label: String,
    pub object: String,
    pub matches: Vec<MatchingRule>,
}

/// A matching rule: the records of `object` whose fields all equal those of the record at hand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatchingRule {
    pub object: String,
    pub rule: String,
    /// Field of the record at hand, field of `object`.
    pub fields: Vec<(String, String)>,
}

/// An Apex class, as text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApexClass {
    pub name: String,
    pub body: String,
}

/// A saved report.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Report {
    pub name: String,
    pub developer_name: String,
    pub folder: String,
    pub description: Option<String>,
    /// `TABULAR` or `SUMMARY`.
    pub format: String,
    pub object: String,
    #[serde(rename = "type")]
    pub report_type: String,
    pub type_label: String,
    /// Name of the column in reports, path of the field in SOQL.
    pub columns: Vec<(String, String)>,
    /// Columns grouped by, outermost first.
    pub groupings: Vec<String>,
    /// `RowCount`, `s!AMOUNT`, `a!…`, `m!…`, `x!…`.
    pub aggregates: Vec<String>,
    /// Column the rows are sorted by.
    pub sort: String,
}

/// The setup of every org.
pub(crate) fn standard() -> &'static Setup {
    static SETUP: OnceLock<Setup> = OnceLock::new();
    SETUP.get_or_init(|| {
        serde_json::from_str(include_str!("standard.json")).unwrap_or_else(|error| {
            tracing::error!(%error, "the standard setup cannot be read");
            Setup::default()
        })
    })
}

/// The id of the `at`-th entry of a list whose records have this key prefix.
pub(crate) fn id(key_prefix: &str, at: usize) -> RecordId {
    RecordId::new(key_prefix, at as u64 + 1)
}

/// The entry that an id belongs to.
pub(crate) fn entry<'s, T>(list: &'s [T], key_prefix: &str, id: &str) -> Option<(RecordId, &'s T)> {
    let id = RecordId::parse(id).filter(|id| id.key_prefix() == key_prefix)?;
    let at = usize::try_from(id.number()?.checked_sub(1)?).ok()?;
    Some((id, list.get(at)?))
}

#[cfg(test)]
mod tests;
