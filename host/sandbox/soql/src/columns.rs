//! What a query's columns are, without its rows: the response to `/query?q=…&columns=true`, which Salesforce's own command
//! line and editors ask for to lay out a table.

use serde_json::{Value as Json, json};

use super::ast::{Argument, Function, Operand, Query, SelectItem};
use super::plan::Plan;
use super::projection::{Content, ProjectedField, Projection, Source};
use sandbox_model::schema::{Field, FieldType, Object, Schema};

/// Describes the columns of a query that was checked.
#[must_use]
pub fn describe(query: &Query, plan: &Plan, schema: &Schema) -> Json {
    let object = schema.any_object(&query.from.path.text());
    let columns = match plan.projection() {
        Some(projection) if projection.source == Source::Aggregate => {
            aggregates(query, projection, object)
        }
        Some(projection) => members(projection, plan, schema),
        None => vec![call("expr0", "count()".to_owned(), true)],
    };
    let id_selected = columns
        .iter()
        .any(|it| it.get("columnName") == Some(&json!("Id")));
    json!({
        "columnMetadata": columns,
        "entityName": object.map(|object| &object.name),
        "groupBy": query.group.is_some(),
        "idSelected": id_selected,
        "keyPrefix": object.and_then(Object::shown_prefix),
    })
}

/// Returns the columns of records.
fn members(projection: &Projection, plan: &Plan, schema: &Schema) -> Vec<Json> {
    let object = match &projection.source {
        Source::Object { name, .. } => schema.any_object(name),
        // Fields behind a reference to several objects are those of `Name`, which all of them have.
        Source::Named { targets, .. } => {
            targets.iter().find_map(|(_, name)| schema.any_object(name))
        }
        Source::Aggregate => None,
    };
    let columns = projection.fields.iter();
    columns
        .map(|projected| member(projected, object, plan, schema))
        .collect()
}

fn member(
    projected: &ProjectedField,
    object: Option<&Object>,
    plan: &Plan,
    schema: &Schema,
) -> Json {
    match &projected.content {
        Content::Value { .. } | Content::Address(_) => {
            let field = object.and_then(|object| object.field(&projected.name));
            field.map_or_else(
                || call(&projected.name, projected.name.clone(), false),
                value,
            )
        }
        Content::Parent(parent) => joined(projected, object, members(parent, plan, schema)),
        Content::OneOf { cases, .. } => {
            let mut columns: Vec<Json> = Vec::new();
            for (_, case) in cases {
                for column in members(case, plan, schema) {
                    if !columns
                        .iter()
                        .any(|it| it.get("columnName") == column.get("columnName"))
                    {
                        columns.push(column);
                    }
                }
            }
            joined(projected, object, columns)
        }
        Content::Children(at) => {
            let child = plan.child(*at);
            let columns = child.and_then(|plan| Some(members(plan.projection()?, plan, schema)));
            let mut column = column(&projected.name, &projected.name);
            set(&mut column, "aggregate", json!(true));
            set(
                &mut column,
                "joinColumns",
                json!(columns.unwrap_or_default()),
            );
            column
        }
    }
}

/// Returns the way to a parent, with the columns at its end.
fn joined(projected: &ProjectedField, object: Option<&Object>, columns: Vec<Json>) -> Json {
    let key = object.and_then(|object| object.relationship(&projected.name));
    let mut column = column(&projected.name, &projected.name);
    set(
        &mut column,
        "foreignKeyName",
        json!(key.map(|key| &key.name)),
    );
    set(
        &mut column,
        "custom",
        json!(key.is_some_and(|key| key.custom)),
    );
    set(&mut column, "joinColumns", json!(columns));
    column
}

/// Returns the columns of aggregate rows, which are named as the rows' members are.
fn aggregates(query: &Query, projection: &Projection, object: Option<&Object>) -> Vec<Json> {
    let operands = query.select.iter().filter_map(|item| match item {
        SelectItem::Value { operand, .. } => Some(operand),
        _ => None,
    });
    let columns = projection.fields.iter().zip(operands);
    columns
        .map(|(projected, operand)| match operand {
            Operand::Function(function) => {
                call(&projected.name, spelled(function), counts(function))
            }
            Operand::Field(path) => {
                let field = match path.names.as_slice() {
                    [name] => object.and_then(|object| object.field(&name.text)),
                    _ => None,
                };
                let mut column =
                    field.map_or_else(|| column(&projected.name, &projected.name), value);
                set(&mut column, "columnName", json!(projected.name));
                column
            }
        })
        .collect()
}

/// Returns whether a function always gives a number.
fn counts(function: &Function) -> bool {
    !matches!(
        function.name.as_str(),
        "MIN" | "MAX" | "FORMAT" | "TOLABEL" | "CONVERTTIMEZONE" | "DAY_ONLY"
    )
}

/// `avg(Amount)` for `AVG( Amount )`.
fn spelled(function: &Function) -> String {
    let arguments = function
        .arguments
        .iter()
        .filter_map(|argument| match argument {
            Argument::Operand(Operand::Field(path)) => Some(path.text()),
            Argument::Operand(Operand::Function(inner)) => Some(spelled(inner)),
            Argument::Literal(_) => None,
        });
    let arguments: Vec<String> = arguments.collect();
    format!("{}({})", function.name.to_lowercase(), arguments.join(", "))
}

fn call(name: &str, shown: String, number: bool) -> Json {
    let mut column = column(name, &shown);
    set(&mut column, "aggregate", json!(true));
    set(&mut column, "numberType", json!(number));
    column
}

fn value(field: &Field) -> Json {
    let kind = apex_type(&field.field_type);
    let mut column = column(&field.name, &field.name);
    set(&mut column, "apexType", json!(kind));
    set(&mut column, "booleanType", json!(kind == "Boolean"));
    set(&mut column, "custom", json!(field.custom));
    set(&mut column, "insertable", json!(field.createable));
    set(
        &mut column,
        "numberType",
        json!(matches!(kind, "Integer" | "Double" | "Decimal")),
    );
    set(&mut column, "textType", json!(kind == "String"));
    set(&mut column, "updatable", json!(field.updateable));
    column
}

fn column(name: &str, shown: &str) -> Json {
    json!({
        "aggregate": false,
        "apexType": null,
        "booleanType": false,
        "columnName": name,
        "custom": false,
        "displayName": shown,
        "foreignKeyName": null,
        "insertable": false,
        "joinColumns": [],
        "numberType": false,
        "textType": false,
        "updatable": false,
    })
}

fn set(column: &mut Json, name: &str, value: Json) {
    if let Some(members) = column.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// Returns the type that Apex has for a field (Apex developer guide, "Primitive Data Types").
fn apex_type(field_type: &FieldType) -> &'static str {
    match field_type {
        FieldType::Id | FieldType::Reference(_) => "Id",
        FieldType::Boolean => "Boolean",
        FieldType::Int => "Integer",
        FieldType::Double | FieldType::Percent => "Double",
        FieldType::Currency => "Decimal",
        FieldType::Date => "Date",
        FieldType::DateTime => "Datetime",
        FieldType::Time => "Time",
        FieldType::Base64 => "Blob",
        FieldType::Address => "Address",
        _ => "String",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Options, parse};
    use super::*;

    fn describe(soql: &str) -> Json {
        let schema = Schema::shipped().unwrap();
        let query = parse(soql).unwrap();
        let plan = Plan::from_query(&query, soql, &schema, &Options::new("005", 0)).unwrap();
        super::describe(&query, &plan, &schema)
    }

    #[test]
    fn fields_parents_and_children_are_columns_of_columns() {
        let described = describe(
            "SELECT Id, name, Owner.Profile.Name, (SELECT LastName FROM Contacts) FROM account",
        );
        assert_eq!(described["entityName"], "Account");
        assert_eq!(
            (&described["idSelected"], &described["keyPrefix"]),
            (&json!(true), &json!("001"))
        );
        let columns = &described["columnMetadata"];
        assert_eq!(columns[0]["apexType"], "Id");
        assert_eq!(
            columns[1],
            json!({"aggregate": false, "apexType": "String", "booleanType": false, "columnName": "Name", "custom": false,
                   "displayName": "Name", "foreignKeyName": null, "insertable": true, "joinColumns": [],
                   "numberType": false, "textType": true, "updatable": true})
        );
        assert_eq!(columns[2]["foreignKeyName"], "OwnerId");
        assert_eq!(columns[2]["joinColumns"][0]["columnName"], "Profile");
        assert_eq!(
            columns[2]["joinColumns"][0]["joinColumns"][0]["columnName"],
            "Name"
        );
        assert_eq!(
            (&columns[3]["aggregate"], &columns[3]["columnName"]),
            (&json!(true), &json!("Contacts"))
        );
        assert_eq!(columns[3]["joinColumns"][0]["columnName"], "LastName");
    }

    #[test]
    fn functions_are_shown_as_written_and_named_as_in_the_rows() {
        let described = describe(
            "SELECT StageName, AVG(Amount), MAX(CloseDate) newest FROM Opportunity GROUP BY StageName",
        );
        assert_eq!(described["groupBy"], true);
        let names: Vec<_> = described["columnMetadata"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                (
                    it["columnName"].as_str().unwrap(),
                    it["displayName"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            names,
            [
                ("StageName", "StageName"),
                ("expr0", "avg(Amount)"),
                ("newest", "max(CloseDate)")
            ]
        );
        assert_eq!(
            describe("SELECT COUNT() FROM Account")["columnMetadata"][0]["displayName"],
            "count()"
        );
    }
}
