//! What an administrator has set up in the org: approval processes, rules, queues, reports, list views.
//!
//! The setup is data (`standard.json`), the same in every org. What Salesforce shows of it in SOQL (`ProcessDefinition`,
//! `Report`, `ListView`...) are records that [`install`] writes; the `n`-th entry of a list is the `n`-th record.

mod install;
pub mod list_view;
pub mod record_type;

use std::sync::OnceLock;

use serde::Deserialize;

pub(crate) use install::install;

use sandbox_model::id::RecordId;

/// All of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Setup {
    /// Approval processes.
    pub approvals: Vec<ApprovalProcess>,
    /// Workflow rules.
    pub workflow_rules: Vec<WorkflowRule>,
    /// Assignment rules.
    pub assignment_rules: Vec<AssignmentRule>,
    /// Queues.
    pub queues: Vec<Queue>,
    /// Duplicate rules.
    pub duplicate_rules: Vec<DuplicateRule>,
    /// Apex classes.
    pub apex_classes: Vec<ApexClass>,
    /// Saved reports.
    pub reports: Vec<Report>,
    /// Record types.
    pub record_types: Vec<record_type::RecordTypeSetup>,
}

/// An approval process with one step. A record is locked while it is pending.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalProcess {
    /// Its name.
    pub name: String,
    /// Its developer name.
    pub developer_name: String,
    /// API name of the object.
    pub object: String,
    /// Description.
    pub description: Option<String>,
    /// What a record has to be like to enter, as a SOQL condition.
    pub entry: Option<String>,
    /// Fields with the values they get on submission, approval, rejection.
    pub initial: Vec<(String, String)>,
    /// Fields with the values they get on approval.
    pub approved: Vec<(String, String)>,
    /// Fields with the values they get on rejection.
    pub rejected: Vec<(String, String)>,
}

/// A workflow rule with field updates.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkflowRule {
    /// Its name.
    pub name: String,
    /// API name of the object.
    pub object: String,
    /// Description.
    pub description: Option<String>,
    /// What a record has to be like, as a SOQL condition.
    pub criteria: String,
    /// What is done then.
    pub actions: Vec<FieldUpdate>,
}

/// What a workflow rule does to a record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldUpdate {
    /// Its name.
    pub name: String,
    /// What kind it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// API name of the field.
    pub field: String,
    /// The value.
    pub value: String,
}

/// Owners of new leads or cases.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentRule {
    /// Its name.
    pub name: String,
    /// API name of the object.
    pub object: String,
    /// Whether it is the one that runs when no rule is named.
    pub active: bool,
    /// The first entry that a record meets counts.
    pub entries: Vec<AssignmentEntry>,
}

/// One entry of an assignment rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentEntry {
    /// As a SOQL condition; none: every record.
    pub criteria: Option<String>,
    /// Developer name of the queue.
    pub queue: String,
}

/// A queue: a `Group` that may own records.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Its developer name.
    pub developer_name: String,
}

/// When a record counts as the duplicate of another.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DuplicateRule {
    /// Its developer name.
    pub developer_name: String,
    /// Its label.
    pub label: String,
    /// API name of the object.
    pub object: String,
    /// Its matching rules.
    pub matches: Vec<MatchingRule>,
}

/// A matching rule: the records of `object` whose fields all equal those of the record at hand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchingRule {
    /// API name of the object.
    pub object: String,
    /// Developer name of the matching rule.
    pub rule: String,
    /// Field of the record at hand, field of `object`.
    pub fields: Vec<(String, String)>,
}

/// An Apex class, as text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApexClass {
    /// Its name.
    pub name: String,
    /// Its text.
    pub body: String,
}

/// A saved report.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// Its developer name.
    pub developer_name: String,
    /// Name of its folder.
    pub folder: String,
    /// Description.
    pub description: Option<String>,
    /// `TABULAR` or `SUMMARY`.
    pub format: String,
    /// API name of the object.
    pub object: String,
    /// API name of the report type.
    #[serde(rename = "type")]
    pub report_type: String,
    /// Label of the report type.
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

/// Returns the setup of every org.
pub fn standard() -> &'static Setup {
    static SETUP: OnceLock<Setup> = OnceLock::new();
    SETUP.get_or_init(|| {
        serde_json::from_str(include_str!("standard.json")).unwrap_or_else(|error| {
            tracing::error!(%error, "the standard setup cannot be read");
            Setup::default()
        })
    })
}

/// Returns the id of the `at`-th entry of a list whose records have this key prefix.
pub fn id(key_prefix: &str, at: usize) -> RecordId {
    RecordId::new(key_prefix, at as u64 + 1)
}

/// Returns the entry that an id belongs to.
pub fn entry<'s, T>(list: &'s [T], key_prefix: &str, id: &str) -> Option<(RecordId, &'s T)> {
    let id = RecordId::parse(id).filter(|id| id.key_prefix() == key_prefix)?;
    let at = usize::try_from(id.number()?.checked_sub(1)?).ok()?;
    Some((id, list.get(at)?))
}

#[cfg(test)]
mod tests;
