//! The setup as records, so that SOQL finds it.

use super::{Setup, list_view, standard};
use crate::write::{Draft, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::store::quoted;
use sandbox_model::value::Value;

/// The API version of the org's Apex classes.
const APEX_VERSION: f64 = 62.0;

/// Writes the records of the setup, object by object, where there are none yet.
///
/// # Errors
/// The database's; the shipped setup itself is valid.
pub(crate) fn install(writer: &Writer<'_>) -> Result<(), ApiError> {
    let setup = standard();
    crate::rules::duplicates::index(writer)?;
    fill(writer, "Group", queues(setup))?;
    fill(writer, "ProcessDefinition", approvals(setup))?;
    fill(writer, "AssignmentRule", assignment_rules(setup))?;
    fill(writer, "DuplicateRule", duplicate_rules(setup))?;
    fill(writer, "ApexClass", apex_classes(setup))?;
    fill(writer, "RecordType", record_types(setup))?;
    fill(writer, "Pricebook2", standard_price_book())?;
    fill(writer, "UserLicense", licenses())?;
    fill(writer, "BusinessHours", business_hours())?;
    fill(writer, "Report", reports(setup))?;
    fill(writer, "ListView", list_views(writer))
}

type Fields = Vec<(&'static str, Value)>;

fn fill(writer: &Writer<'_>, object: &str, records: Vec<Fields>) -> Result<(), ApiError> {
    let object = writer
        .schema
        .object(object)
        .ok_or_else(ApiError::not_found)?;
    let sql = format!("SELECT count(*) FROM {}", quoted(&object.name));
    let known: i64 = writer.connection.query_row(&sql, [], |row| row.get(0))?;
    if known > 0 {
        return Ok(());
    }
    for record in records {
        let mut draft = Draft::default();
        for (field, value) in record {
            draft.set(object, field, value);
        }
        writer.create(object, draft)?;
    }
    Ok(())
}

fn text(text: &str) -> Value {
    Value::text(text)
}

/// Every org has one, which must have a price before others.
fn standard_price_book() -> Vec<Fields> {
    vec![vec![
        ("Name", text("Standard Price Book")),
        ("IsActive", Value::Bool(true)),
        ("IsStandard", Value::Bool(true)),
    ]]
}

/// Returns the licence that the administrator has.
fn licenses() -> Vec<Fields> {
    vec![vec![
        ("Name", text("Salesforce")),
        ("MasterLabel", text("Salesforce")),
        ("LicenseDefinitionKey", text("SFDC")),
        ("Status", text("Active")),
        ("TotalLicenses", Value::Int(2)),
        ("UsedLicenses", Value::Int(1)),
    ]]
}

/// Returns a new org works around the clock.
fn business_hours() -> Vec<Fields> {
    vec![vec![
        ("Name", text("Default")),
        ("IsActive", Value::Bool(true)),
        ("IsDefault", Value::Bool(true)),
        ("TimeZoneSidKey", text("GMT")),
    ]]
}

fn queues(setup: &Setup) -> Vec<Fields> {
    let queue = |it: &super::Queue| {
        vec![
            ("Name", text(&it.name)),
            ("DeveloperName", text(&it.developer_name)),
            ("Type", text("Queue")),
        ]
    };
    setup.queues.iter().map(queue).collect()
}

fn approvals(setup: &Setup) -> Vec<Fields> {
    let process = |it: &super::ApprovalProcess| {
        vec![
            ("Name", text(&it.name)),
            ("DeveloperName", text(&it.developer_name)),
            ("Type", text("Approval")),
            (
                "Description",
                text(it.description.as_deref().unwrap_or_default()),
            ),
            ("TableEnumOrId", text(&it.object)),
            ("LockType", text("Total")),
            ("State", text("Active")),
        ]
    };
    setup.approvals.iter().map(process).collect()
}

fn assignment_rules(setup: &Setup) -> Vec<Fields> {
    let rule = |it: &super::AssignmentRule| {
        vec![
            ("Name", text(&it.name)),
            ("SobjectType", text(&it.object)),
            ("Active", Value::Bool(it.active)),
        ]
    };
    setup.assignment_rules.iter().map(rule).collect()
}

fn duplicate_rules(setup: &Setup) -> Vec<Fields> {
    let rule = |it: &super::DuplicateRule| {
        vec![
            ("SobjectType", text(&it.object)),
            ("DeveloperName", text(&it.developer_name)),
            ("MasterLabel", text(&it.label)),
            ("Language", text("en_US")),
            ("IsActive", Value::Bool(true)),
        ]
    };
    setup.duplicate_rules.iter().map(rule).collect()
}

fn apex_classes(setup: &Setup) -> Vec<Fields> {
    let class = |it: &super::ApexClass| {
        let length = i64::try_from(it.body.len()).unwrap_or(i64::MAX);
        vec![
            ("Name", text(&it.name)),
            ("ApiVersion", Value::Real(APEX_VERSION)),
            ("Status", text("Active")),
            ("IsValid", Value::Bool(true)),
            ("Body", text(&it.body)),
            ("LengthWithoutComments", Value::Int(length)),
        ]
    };
    setup.apex_classes.iter().map(class).collect()
}

fn record_types(setup: &Setup) -> Vec<Fields> {
    let record_type = |it: &super::record_type::RecordTypeSetup| {
        vec![
            ("Name", text(&it.name)),
            ("DeveloperName", text(&it.developer_name)),
            (
                "Description",
                text(it.description.as_deref().unwrap_or_default()),
            ),
            ("SobjectType", text(&it.object)),
            ("IsActive", Value::Bool(true)),
        ]
    };
    setup.record_types.iter().map(record_type).collect()
}

fn reports(setup: &Setup) -> Vec<Fields> {
    let report = |it: &super::Report| {
        let format = if it.format == "TABULAR" {
            "Tabular"
        } else {
            "Summary"
        };
        vec![
            ("FolderName", text(&it.folder)),
            ("Name", text(&it.name)),
            ("DeveloperName", text(&it.developer_name)),
            (
                "Description",
                text(it.description.as_deref().unwrap_or_default()),
            ),
            ("Format", text(format)),
        ]
    };
    setup.reports.iter().map(report).collect()
}

fn list_views(writer: &Writer<'_>) -> Vec<Fields> {
    let view = |it: list_view::ListView<'_>| {
        vec![
            ("Name", text(&it.label)),
            ("DeveloperName", text(&it.developer_name)),
            ("SobjectType", text(&it.object.name)),
            ("IsSoqlCompatible", Value::Bool(true)),
        ]
    };
    writer
        .schema
        .objects()
        .iter()
        .flat_map(list_view::all)
        .map(view)
        .collect()
}
