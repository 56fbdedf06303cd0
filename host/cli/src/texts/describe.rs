use insta::assert_snapshot;
use salesforce_contract::catalog;

use crate::describe::{list, operation};
use mediate::contract::{ConnectorInfo, Effect, OperationInfo, Style};
use mediate::session::schema_of;

/// Returns the catalog of the built-in connector, without building the component.
fn salesforce() -> ConnectorInfo {
    let description = catalog::describe();
    ConnectorInfo {
        name: description.name.into(),
        version: description.version.into(),
        connection_schema: description.connection.schema.read().into(),
        operations: description.operations.iter().map(info).collect(),
    }
}

fn info(operation: &catalog::Operation) -> OperationInfo {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    OperationInfo {
        name: operation.name.into(),
        summary: operation.summary.read().into(),
        description: operation.description.read().into(),
        style: match operation.style {
            catalog::Style::Call => Style::Call,
            catalog::Style::Source => Style::Source,
            catalog::Style::Sink => Style::Sink,
            catalog::Style::Trigger => Style::Trigger,
        },
        effect: match operation.effect {
            catalog::Effect::Pure => Effect::Pure,
            catalog::Effect::Read => Effect::Read,
            catalog::Effect::Write => Effect::Write,
        },
        config_schema: operation.config.schema.read().into(),
        accepts: owned(operation.accepts),
        returns: owned(operation.returns),
        reply_schema: operation
            .reply
            .as_ref()
            .map(|reply| reply.schema.read().into()),
    }
}

#[test]
fn all_operations() {
    assert_snapshot!("list", list::text(&salesforce()));
}

#[test]
fn operations_of_each_style() {
    let info = salesforce();
    let names = [
        "connection/test",
        "records/create",
        "query/query",
        "query/rows",
        "collections/create",
        "bulk/extract",
        "bulk/load",
        "files/upload",
        "events/subscribe",
        "triggers/updated",
    ];
    for name in names {
        let found = info.operation(name).expect(name);
        let schema = schema_of(name, &found.config_schema).expect("JSON");
        let file = format!("operation-{}", name.replace('/', "-"));
        assert_snapshot!(file, operation::text(found, &schema));
    }
}
