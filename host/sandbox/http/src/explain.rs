//! `GET /query?explain=`: how a query, a report or a list view would be run.

use serde_json::{Value as Json, json};

use super::auth::Caller;
use super::response::{self, HandlerResult};
use sandbox_core::analytics;
use sandbox_core::org::Org;
use sandbox_core::setup::{self, list_view};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_model::store::quoted;
use sandbox_soql::ast::{Comparison, Condition, Operand};
use sandbox_soql::{Options, Plan, for_each_row};

/// Share of an object's records up to which an index helps (Salesforce help, "Query Plan Tool": 30 % of the first
/// million for standard indexes).
const SELECTIVE_SHARE: f64 = 0.3;

/// Shows the plans, the best first.
pub(super) fn explain(org: &Org, caller: &Caller, statement_or_id: &str) -> HandlerResult {
    let soql = soql_of(org, statement_or_id)?;
    let options = Options::new(caller.user.as_str(), org.clock().now());
    let query = sandbox_soql::parse(&soql)?;
    let plan = Plan::from_query(&query, &soql, org.schema(), &options)?;
    let object = org
        .schema()
        .object(&query.from.path.text())
        .ok_or_else(ApiError::not_found)?;
    let (total, found) = org.store().read(|connection| {
        let sql = format!("SELECT count(*) FROM {}", quoted(&object.name));
        let total: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        let mut found = 0_i64;
        for_each_row(connection, &plan, |_| {
            found += 1;
            Ok(())
        })?;
        Ok::<_, ApiError>((total, found))
    })?;
    let mut indexed = Vec::new();
    let mut others = Vec::new();
    if let Some(filter) = &query.filter {
        gather(object, filter, &mut indexed, &mut others);
    }
    let mut plans = Vec::new();
    let cost = |rows: i64| rows as f64 / (total as f64 * SELECTIVE_SHARE).max(1.0);
    if !indexed.is_empty() {
        plans.push(shown(
            object,
            total,
            found,
            cost(found),
            "Index",
            &indexed,
            &others,
        ));
    }
    plans.push(shown(
        object,
        total,
        total.max(found),
        cost(total).max(1.0),
        "TableScan",
        &[],
        &others,
    ));
    plans.sort_by(|a, b| {
        let cost = |plan: &Json| {
            plan.get("relativeCost")
                .and_then(Json::as_f64)
                .unwrap_or_default()
        };
        cost(a).total_cmp(&cost(b))
    });
    Ok(response::ok(&json!({"plans": plans, "sourceQuery": soql})))
}

/// Reports and list views are queries, too.
fn soql_of(org: &Org, statement_or_id: &str) -> Result<String, ApiError> {
    let reports = &setup::standard().reports;
    if let Some((_, report)) = setup::entry(reports, "00O", statement_or_id) {
        return Ok(analytics::soql(report));
    }
    let views: Vec<_> = org
        .schema()
        .objects()
        .iter()
        .flat_map(list_view::all)
        .collect();
    if let Some((_, view)) = setup::entry(&views, "00B", statement_or_id) {
        return Ok(view.soql());
    }
    Ok(statement_or_id.to_owned())
}

fn shown(
    object: &Object,
    total: i64,
    rows: i64,
    cost: f64,
    operation: &str,
    fields: &[&str],
    unindexed: &[&str],
) -> Json {
    let note = |field: &str| {
        json!({
            "description": "Not considering filter for optimization because unindexed",
            "fields": [field],
            "tableEnumOrId": object.name,
        })
    };
    let notes: Vec<Json> = unindexed
        .iter()
        .copied()
        .chain(["IsDeleted"])
        .map(note)
        .collect();
    json!({
        "cardinality": rows,
        "fields": fields,
        "leadingOperationType": operation,
        "notes": notes,
        "relativeCost": cost,
        "sobjectCardinality": total,
        "sobjectType": object.name,
    })
}

/// Fields of the conditions that all have to hold: those an index helps with, and the others.
fn gather<'o>(
    object: &'o Object,
    condition: &Condition,
    indexed: &mut Vec<&'o str>,
    others: &mut Vec<&'o str>,
) {
    let mut add = |operand: &Operand, is_selective: bool| {
        let Operand::Field(path) = operand else {
            return;
        };
        if let Some(field) = object.field(&path.text()) {
            let list = if is_selective && is_indexed(field) {
                &mut *indexed
            } else {
                &mut *others
            };
            if !list.contains(&field.name.as_str()) {
                list.push(&field.name);
            }
        }
    };
    match condition {
        Condition::And(all) => all
            .iter()
            .for_each(|one| gather(object, one, indexed, others)),
        Condition::Compare(operand, comparison, _) => {
            add(
                operand,
                !matches!(comparison, Comparison::NotEqual | Comparison::Like),
            );
        }
        Condition::In(operand, is_in, _) | Condition::SemiJoin(operand, is_in, _) => {
            add(operand, *is_in)
        }
        Condition::Includes(operand, _, _) => add(operand, false),
        Condition::Or(_) | Condition::Not(_) => {}
    }
}

/// Fields that Salesforce indexes itself (Salesforce help, "Indexes").
fn is_indexed(field: &Field) -> bool {
    field.id_lookup
        || field.external_id
        || field.unique
        || field.name_field
        || matches!(field.field_type, FieldType::Reference(_))
        || matches!(
            field.name.as_str(),
            "CreatedDate" | "SystemModstamp" | "LastModifiedDate" | "Email"
        )
}
