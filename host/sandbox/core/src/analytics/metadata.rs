//! What a report says of itself: `reportMetadata`, `reportExtendedMetadata`, `reportTypeMetadata`.

use serde_json::{Map, Value as Json, json};

use super::{Aggregate, Column, Kind, Query};
use sandbox_model::schema::FieldType;

/// `reportMetadata`
pub fn described(query: &Query<'_>, id: &str) -> Json {
    let report = query.report;
    let name = |at: &usize| query.columns.get(*at).map(|column| column.name);
    let grouping = |it: &super::Grouping| {
        json!({
            "dateGranularity": "None",
            "name": name(&it.column),
            "sortAggregate": null,
            "sortOrder": if it.descending { "Desc" } else { "Asc" },
        })
    };
    json!({
        "aggregates": query.aggregates.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        "chart": null,
        "crossFilters": [],
        "currency": null,
        "dashboardSetting": null,
        "description": report.description,
        "detailColumns": query.details.iter().filter_map(name).collect::<Vec<_>>(),
        "developerName": report.developer_name,
        "division": null,
        "folderId": "public",
        "groupingsAcross": [],
        "groupingsDown": query.groupings.iter().map(grouping).collect::<Vec<_>>(),
        "hasDetailRows": query.with_details,
        "hasRecordCount": true,
        "historicalSnapshotDates": [],
        "id": id,
        "name": report.name,
        "presentationOptions": {"hasStackedSummaries": true},
        "reportBooleanFilter": query.boolean_filter,
        "reportFilters": query.filters,
        "reportFormat": report.format,
        "reportType": {"label": report.type_label, "type": report.report_type},
        "scope": "organization",
        "showGrandTotal": true,
        "showSubtotals": true,
        "sortBy": [{"sortColumn": report.sort, "sortOrder": "Asc"}],
        "standardDateFilter": {
            "column": "CREATED_DATE", "durationValue": "CUSTOM", "endDate": null, "startDate": null
        },
        "standardFilters": null,
        "supportsRoleHierarchy": false,
        "userOrHierarchyFilterId": null,
    })
}

/// `reportExtendedMetadata`
pub fn extended(query: &Query<'_>) -> Json {
    let aggregates: Map<String, Json> = query
        .aggregates
        .iter()
        .map(|it| (it.name.clone(), aggregate(query, it)))
        .collect();
    let details = query.details.iter().filter_map(|at| query.columns.get(*at));
    let details: Map<String, Json> = details.map(|it| (it.name.to_owned(), column(it))).collect();
    let mut groupings = Map::new();
    for (level, grouping) in query.groupings.iter().enumerate() {
        if let Some(column) = query.columns.get(grouping.column) {
            let info = json!({
                "dataType": column.field.field_type.describe_name(),
                "groupingLevel": level,
                "label": label(column),
            });
            groupings.insert(column.name.to_owned(), info);
        }
    }
    json!({
        "aggregateColumnInfo": aggregates,
        "detailColumnInfo": details,
        "groupingColumnInfo": groupings,
    })
}

/// Operators of texts with their labels.
const TEXT_OPERATORS: &[(&str, &str)] = &[
    ("equals", "equals"),
    ("notEqual", "not equal to"),
    ("contains", "contains"),
    ("notContain", "does not contain"),
    ("startsWith", "starts with"),
];
/// Operators of what has an order.
const ORDER_OPERATORS: &[(&str, &str)] = &[
    ("equals", "equals"),
    ("notEqual", "not equal to"),
    ("lessThan", "less than"),
    ("greaterThan", "greater than"),
    ("lessOrEqual", "less or equal"),
    ("greaterOrEqual", "greater or equal"),
];
/// Operators by type of column.
const OPERATORS: &[(&str, &[(&str, &str)])] = &[
    ("string", TEXT_OPERATORS),
    ("double", ORDER_OPERATORS),
    ("date", ORDER_OPERATORS),
];

/// `reportTypeMetadata`
pub fn report_type(query: &Query<'_>) -> Json {
    let columns: Map<String, Json> = query
        .columns
        .iter()
        .map(|it| {
            let values: Vec<Json> = it
                .field
                .picklist
                .iter()
                .map(|value| json!({"label": value.label, "name": value.value}))
                .collect();
            let info = json!({
                "allowedInCustomDetailFormula": false,
                "dataType": it.field.field_type.describe_name(),
                "filterValues": values,
                "filterable": it.field.filterable,
                "isLookup": it.path.contains('.'),
                "label": label(it),
            });
            (it.name.to_owned(), info)
        })
        .collect();
    let operators: Map<String, Json> = OPERATORS
        .iter()
        .map(|(kind, all)| {
            let all: Vec<Json> = all
                .iter()
                .map(|(name, label)| json!({"label": label, "name": name}))
                .collect();
            ((*kind).to_owned(), json!(all))
        })
        .collect();
    json!({
        "categories": [{"columns": columns, "label": query.report.type_label}],
        "dataTypeFilterOperatorMap": operators,
        "standardDateFilterDurationGroups": [],
        "standardFilterInfos": {},
    })
}

fn column(column: &Column<'_>) -> Json {
    json!({
        "dataType": column.field.field_type.describe_name(),
        "entityColumnName": column.path,
        "fieldToFieldFilterable": false,
        "filterValues": [],
        "filterable": column.field.filterable,
        "isLookup": column.path.contains('.'),
        "label": label(column),
        "uniqueCountable": true,
    })
}

fn aggregate(query: &Query<'_>, aggregate: &Aggregate) -> Json {
    let column = aggregate.column.and_then(|at| query.columns.get(at));
    let label = match aggregate.kind {
        Kind::Count => "Record Count".to_owned(),
        kind => {
            let of = column.map(label).unwrap_or_default();
            let word = match kind {
                Kind::Sum => "Sum of",
                Kind::Average => "Average",
                Kind::Least => "Lowest",
                Kind::Greatest => "Largest",
                Kind::Unique | Kind::Count => "Unique Count of",
            };
            format!("{word} {of}")
        }
    };
    let field_type = match (aggregate.kind, column) {
        (Kind::Count | Kind::Unique, _) | (_, None) => &FieldType::Int,
        (_, Some(column)) => &column.field.field_type,
    };
    json!({
        "acrossGroupingContext": null,
        "dataType": field_type.describe_name(),
        "downGroupingContext": null,
        "label": label,
    })
}

fn label(column: &Column<'_>) -> String {
    if column.path.contains('.') && !column.field.label.contains(&column.object.label) {
        format!("{} {}", column.object.label, column.field.label)
    } else {
        column.field.label.clone()
    }
}
