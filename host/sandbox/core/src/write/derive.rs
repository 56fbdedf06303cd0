//! Fields of standard objects that Salesforce computes from others when a record is saved.

use super::{Row, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::store::quoted;
use sandbox_model::value::Value;

/// A stage of an opportunity as a new org has them: name, probability in percent, forecast category and its label.
type Stage = (&'static str, f64, &'static str, &'static str);

/// Salesforce help, "Opportunity Stage" defaults of a new org.
const STAGES: &[Stage] = &[
    ("Prospecting", 10.0, "Pipeline", "Pipeline"),
    ("Qualification", 10.0, "Pipeline", "Pipeline"),
    ("Needs Analysis", 20.0, "Pipeline", "Pipeline"),
    ("Value Proposition", 50.0, "Pipeline", "Pipeline"),
    ("Id. Decision Makers", 60.0, "Pipeline", "Pipeline"),
    ("Perception Analysis", 70.0, "Pipeline", "Pipeline"),
    ("Proposal/Price Quote", 75.0, "Pipeline", "Pipeline"),
    ("Negotiation/Review", 90.0, "Pipeline", "Pipeline"),
    ("Closed Won", 100.0, "Closed", "Closed"),
    ("Closed Lost", 0.0, "Omitted", "Omitted"),
];

/// Computes what follows from the values given. `before` is the record as it was, if it was.
pub(super) fn compute(
    writer: &Writer<'_>,
    row: &mut Row<'_>,
    before: Option<&Row<'_>>,
) -> Result<(), ApiError> {
    match row.object.name.as_str() {
        "Contact" => {
            let bounced = !row.get("EmailBouncedReason").is_null();
            row.set("IsEmailBounced", Value::Bool(bounced));
            person(row);
        }
        "Lead" | "SelfServiceUser" => person(row),
        "User" => user(row),
        "Opportunity" => opportunity(writer, row, before),
        "Case" => case(writer, row)?,
        "PricebookEntry" => copy(writer, row, "Product2Id", OF_PRODUCT)?,
        "Task" => task(writer, row, before)?,
        "Event" => event(writer, row, before)?,
        "Contract" => super::periods::contract(row),
        "CampaignMember" => {
            let responded = row.get("Status").as_str() == Some("Responded");
            row.set("HasResponded", Value::Bool(responded));
        }
        "Attachment" | "Document" | "EventLogFile" => file(row),
        _ => {}
    }
    if row.object.field("PhotoUrl").is_some() && before.is_none() {
        let id = row
            .get("Id")
            .as_str()
            .and_then(|id| id.get(..sandbox_model::id::SHORT))
            .unwrap_or_default();
        row.set(
            "PhotoUrl",
            Value::Text(format!("/services/images/photo/{id}")),
        );
    }
    Ok(())
}

fn person(row: &mut Row<'_>) {
    let parts = [row.get("FirstName"), row.get("LastName")];
    let name: Vec<_> = parts.into_iter().filter_map(Value::as_str).collect();
    row.set("Name", Value::text(name.join(" ")));
}

fn user(row: &mut Row<'_>) {
    person(row);
    if row.get("UserType").is_null() {
        row.set("UserType", Value::text("Standard"));
    }
    if row.get("CommunityNickname").is_null() {
        let name = row
            .get("Username")
            .as_str()
            .unwrap_or_default()
            .split('@')
            .next()
            .unwrap_or_default();
        row.set(
            "CommunityNickname",
            Value::text(name.chars().take(40).collect::<String>()),
        );
    }
}

fn opportunity(writer: &Writer<'_>, row: &mut Row<'_>, before: Option<&Row<'_>>) {
    let stage = row
        .get("StageName")
        .as_str()
        .and_then(|name| STAGES.iter().find(|stage| stage.0 == name));
    let moved = before.is_none_or(|before| before.get("StageName") != row.get("StageName"));
    if moved && before.is_some() {
        row.set("LastStageChangeDate", Value::Int(writer.now));
    }
    if let Some((name, probability, category, label)) = stage {
        let kept = |field: &str| {
            before.map_or(!row.get(field).is_null(), |before| {
                before.get(field) != row.get(field)
            })
        };
        let (keeps_probability, keeps_category) =
            (kept("Probability"), kept("ForecastCategoryName"));
        row.set("IsClosed", Value::Bool(name.starts_with("Closed")));
        row.set("IsWon", Value::Bool(*name == "Closed Won"));
        if moved && !keeps_probability {
            row.set("Probability", Value::Real(*probability));
        }
        if moved && !keeps_category {
            row.set("ForecastCategoryName", Value::text(*label));
        }
        row.set("ForecastCategory", Value::text(*category));
    } else if row.get("ForecastCategory").is_null() {
        row.set("ForecastCategory", Value::text("Pipeline"));
    }
    let expected = row
        .get("Amount")
        .as_f64()
        .zip(row.get("Probability").as_f64());
    row.set(
        "ExpectedRevenue",
        expected.map_or(Value::Null, |(amount, chance)| {
            Value::Real(amount * chance / 100.0)
        }),
    );
    fiscal_period(row);
}

fn fiscal_period(row: &mut Row<'_>) {
    let part =
        |at: std::ops::Range<usize>| row.get("CloseDate").as_str()?.get(at)?.parse::<i64>().ok();
    let Some((year, month)) = part(0..4).zip(part(5..7)) else {
        return;
    };
    let quarter = (month - 1) / 3 + 1;
    row.set("FiscalYear", Value::Int(year));
    row.set("FiscalQuarter", Value::Int(quarter));
    row.set("Fiscal", Value::Text(format!("{year} {quarter}")));
}

/// Fields of a case, and those of its contact that they show.
const OF_CONTACT: &[(&str, &str)] = &[
    ("ContactPhone", "Phone"),
    ("ContactMobile", "MobilePhone"),
    ("ContactEmail", "Email"),
    ("ContactFax", "Fax"),
];
/// Fields of a price, and those of its product that they show.
const OF_PRODUCT: &[(&str, &str)] = &[("Name", "Name"), ("ProductCode", "ProductCode")];

/// Shows fields of the record that `reference` names.
fn copy(
    writer: &Writer<'_>,
    row: &mut Row<'_>,
    reference: &str,
    fields: &[(&str, &str)],
) -> Result<(), ApiError> {
    let id = row.get(reference).as_str();
    let object = id.and_then(|id| Some((writer.schema.object_of_id(id)?, id)));
    let parent = match object {
        Some((object, id)) => Row::load(writer.connection, object, id)?,
        None => None,
    };
    for (own, of_parent) in fields {
        let value = parent.as_ref().map(|(parent, _)| parent.get(of_parent));
        row.set(own, value.cloned().unwrap_or_default());
    }
    Ok(())
}

/// Keeps what children show of a record in step with it; they do not count as changed.
pub(super) fn show_in_children(
    writer: &Writer<'_>,
    row: &Row<'_>,
    before: &Row<'_>,
) -> Result<(), ApiError> {
    let (child, reference, fields) = match row.object.name.as_str() {
        "Contact" => ("Case", "ContactId", OF_CONTACT),
        "Product2" => ("PricebookEntry", "Product2Id", OF_PRODUCT),
        _ => return Ok(()),
    };
    for (own, of_parent) in fields {
        let value = row.get(of_parent);
        if value != before.get(of_parent) {
            let (table, own, reference) = (quoted(child), quoted(own), quoted(reference));
            let sql = format!("UPDATE {table} SET {own} = ?1 WHERE {reference} = ?2");
            let mut statement = writer.connection.prepare_cached(&sql)?;
            statement.execute(rusqlite::params![value, row.get("Id")])?;
        }
    }
    Ok(())
}

fn case(writer: &Writer<'_>, row: &mut Row<'_>) -> Result<(), ApiError> {
    let closed = row.get("Status").as_str() == Some("Closed");
    if closed && row.get("ClosedDate").is_null() {
        row.set("ClosedDate", Value::Int(writer.now));
    } else if !closed {
        row.set("ClosedDate", Value::Null);
    }
    row.set("IsClosed", Value::Bool(closed));
    copy(writer, row, "ContactId", OF_CONTACT)
}

fn task(writer: &Writer<'_>, row: &mut Row<'_>, before: Option<&Row<'_>>) -> Result<(), ApiError> {
    let done = row.get("Status").as_str() == Some("Completed");
    row.set("IsClosed", Value::Bool(done));
    row.set(
        "IsHighPriority",
        Value::Bool(row.get("Priority").as_str() == Some("High")),
    );
    if done && row.get("CompletedDateTime").is_null() {
        row.set("CompletedDateTime", Value::Int(writer.now));
    } else if !done {
        row.set("CompletedDateTime", Value::Null);
    }
    relate(writer, row, before)
}

fn event(writer: &Writer<'_>, row: &mut Row<'_>, before: Option<&Row<'_>>) -> Result<(), ApiError> {
    super::periods::event(row, before)?;
    relate(writer, row, before)
}

/// Keeps the account of an activity in step with what it is about.
fn relate(
    writer: &Writer<'_>,
    row: &mut Row<'_>,
    before: Option<&Row<'_>>,
) -> Result<(), ApiError> {
    let related = |row: &Row<'_>| (row.get("WhatId").clone(), row.get("WhoId").clone());
    if before.is_none_or(|before| related(before) != related(row)) {
        let account = account_of(writer, row)?;
        row.set("AccountId", account);
    }
    Ok(())
}

/// Returns the account behind what a task is about, else behind whom it is with.
fn account_of(writer: &Writer<'_>, row: &Row<'_>) -> Result<Value, ApiError> {
    for field in ["WhatId", "WhoId"] {
        let Some(id) = row.get(field).as_str() else {
            continue;
        };
        let Some(object) = writer.schema.object_of_id(id) else {
            continue;
        };
        if object.name == "Account" {
            return Ok(Value::Text(id.to_owned()));
        }
        if object.field("AccountId").is_some()
            && let Some((related, _)) = Row::load(writer.connection, object, id)?
        {
            return Ok(related.get("AccountId").clone());
        }
    }
    Ok(Value::Null)
}

/// The length of the file, and, of an event log, its kind.
fn file(row: &mut Row<'_>) {
    for (field, length) in [("Body", "BodyLength"), ("LogFile", "LogFileLength")] {
        if let Some(size) = super::content::size(row.get(field)) {
            row.set(length, Value::Int(size));
        }
    }
}
