//! What this connector says of itself: constants.

use super::bindings::exports::mediation::connector::catalog::{
    ConnectorInfo, Effect, OperationInfo, Style,
};

const CONNECTION: &str = include_str!("schemas/connection.json");
const TEST: &str = include_str!("schemas/test.json");
const TEST_REPLY: &str = include_str!("schemas/test-reply.json");
const CALL: &str = include_str!("schemas/call.json");
const COUNT: &str = include_str!("schemas/count.json");
const COLLECT: &str = include_str!("schemas/collect.json");
const TICK: &str = include_str!("schemas/tick.json");

/// Describes the connector and all its operations.
pub(crate) fn describe() -> ConnectorInfo {
    ConnectorInfo {
        name: "reference".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        connection_schema: CONNECTION.into(),
        operations: vec![
            OperationInfo {
                effect: Effect::Read,
                returns: vec!["application/json".into()],
                reply_schema: Some(TEST_REPLY.into()),
                ..operation(
                    "connection/test",
                    "Tests the connection.",
                    Style::Call,
                    TEST,
                )
            },
            OperationInfo {
                accepts: vec!["text/plain".into()],
                returns: vec!["text/plain".into(), "application/octet-stream".into()],
                ..operation("echo/call", "Returns its input.", Style::Call, CALL)
            },
            operation("echo/count", "Gives numbered lines.", Style::Source, COUNT),
            OperationInfo {
                accepts: vec!["text/plain".into()],
                ..operation(
                    "echo/collect",
                    "Takes lines, and tells what became of each.",
                    Style::Sink,
                    COLLECT,
                )
            },
            operation("echo/tick", "Finds numbered ticks.", Style::Trigger, TICK),
        ],
    }
}

fn operation(name: &str, summary: &str, style: Style, schema: &str) -> OperationInfo {
    OperationInfo {
        name: name.into(),
        summary: summary.into(),
        description: format!("{summary}\n\nIt sends nothing."),
        style,
        effect: Effect::Pure,
        config_schema: schema.into(),
        accepts: Vec::new(),
        returns: vec!["text/plain".into()],
        reply_schema: None,
    }
}
