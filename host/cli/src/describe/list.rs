//! The list of operations, group by group.

use std::fmt::Write as _;

use mediate::contract::{ConnectorInfo, Style};
use mediate::text;

use super::wrap::wrapped;

/// Lists all operations with their summaries.
pub(crate) fn text(info: &ConnectorInfo) -> String {
    let count = text::count(info.operations.len() as u64, "operation");
    let mut text = format!("{} {}: {count}\n", info.name, info.version);
    let width = info
        .operations
        .iter()
        .map(|operation| operation.name.chars().count())
        .max()
        .unwrap_or_default();
    for group in groups(info) {
        let _ = write!(text, "\n{group}\n");
        for operation in info
            .operations
            .iter()
            .filter(|operation| operation.group() == group)
        {
            let summary = format!("{}{}", operation.summary, verb(operation.style));
            let _ = writeln!(
                text,
                "  {:width$}  {}",
                operation.name,
                wrapped(&summary, width + 4)
            );
        }
    }
    text.push_str("\n`mediate describe OPERATION` explains one.\n");
    text
}

/// Lists the groups in the order in which the catalog first names them.
fn groups(info: &ConnectorInfo) -> Vec<&str> {
    let mut groups = Vec::new();
    for operation in &info.operations {
        if !groups.contains(&operation.group()) {
            groups.push(operation.group());
        }
    }
    groups
}

const fn verb(style: Style) -> &'static str {
    match style {
        Style::Call => "",
        Style::Source => " (source)",
        Style::Sink => " (sink)",
        Style::Trigger => " (trigger)",
    }
}
