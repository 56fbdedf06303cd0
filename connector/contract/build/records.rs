//! The records that are read from JSON, as the text of a macro call: configs, the connection, and replies.

use std::collections::BTreeSet;

use crate::signature::{EXPORTS, Group, Returns};

/// Writes the call, with each type once.
pub fn rust(groups: &[Group]) -> String {
    let signatures = groups.iter().flat_map(|group| &group.signatures);
    let paths = signatures.flat_map(|signature| {
        let reply = signature
            .ok
            .as_ref()
            .filter(|_| signature.returns == Returns::Record);
        let types = signature.config.iter().chain(reply);
        types.map(|ty| ty.path.clone())
    });
    let connection = format!("{EXPORTS}::salesforce::connector::connection::ConnectionConfig");
    let all: BTreeSet<String> = paths.chain([connection]).collect();
    let all: String = all.iter().map(|path| format!("    {path},\n")).collect();
    format!("from_json! {{\n{}}}\n", all.replace("$crate", "crate"))
}
