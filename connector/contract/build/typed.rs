//! The exports of the typed interfaces as the text of a macro: each hands its records on to functions of whoever exports them.

use crate::model::Input;
use crate::signature::{EXPORTS, Group, Returns, Signature};

/// Writes an implementation of `Guest` for each exported interface that has operations.
pub fn rust(groups: &[Group]) -> String {
    let guests: String = groups.iter().map(guest).collect();
    format!(
        "/// Implements the typed interfaces for `Component`: each hands its records to a function of whoever exports them.\n\
         #[macro_export]\nmacro_rules! typed_exports {{ () => {{\n{guests}}}; }}\n"
    )
}

/// The group with the typed `connect`.
const CONNECTION: &str = "connection";

fn guest(group: &Group) -> String {
    let functions: String = group.signatures.iter().map(function).collect();
    let connect = match group.module.as_str() {
        CONNECTION => format!(
            "    fn connect(config: {EXPORTS}::salesforce::connector::connection::ConnectionConfig) -> \
             Result<{EXPORTS}::mediation::connector::connections::Connection, {EXPORTS}::mediation::connector::types::Fault> {{\n        \
             connect(&config)\n    }}\n"
        ),
        _ => String::new(),
    };
    format!(
        "impl {EXPORTS}::salesforce::connector::{}::Guest for Component {{\n{connect}{functions}}}\n",
        group.module
    )
}

fn function(signature: &Signature) -> String {
    let params = signature.params.iter();
    let params: String = params.map(|(name, ty)| format!("{name}: {ty}, ")).collect();
    let config = match signature.config {
        Some(_) => "&config",
        None => "&()",
    };
    let (run, rest) = match (signature.returns, signature.input) {
        (Returns::Sink, _) => ("sink", "journal"),
        (Returns::Batch, _) => ("poll", "checkpoint, wait_ms"),
        (returns, input) => (run(returns), self::input(input)),
    };
    let connection = match signature.is_pure() {
        true => "None",
        false => "Some(connection)",
    };
    format!(
        "    fn {}({params}) -> Result<{}, {EXPORTS}::mediation::connector::types::Fault> {{\n        \
         {run}({:?}, {connection}, {config}, {rest})\n    }}\n",
        signature.function, signature.ok.path, signature.operation
    )
}

fn run(returns: Returns) -> &'static str {
    match returns {
        Returns::Message => "message",
        Returns::Record => "reply",
        Returns::Source => "source",
        Returns::Sink => "sink",
        Returns::Batch => "poll",
    }
}

fn input(input: Input) -> &'static str {
    match input {
        Input::None => "None",
        Input::Optional => "input",
        Input::Required => "Some(input)",
    }
}
