//! The table of operations as the text of a macro: each entry reads the config and calls the function that has the name of the WIT. Whoever
//! invokes it has the functions, by interface, in one module: one that is missing, or takes or returns something else, does not compile.

use crate::model::Input;
use crate::signature::{Group, Returns, Signature};

/// Writes the entries in the order of the WIT.
pub fn rust(groups: &[Group]) -> String {
    let entry = |group: &Group| -> String {
        let signatures = group.signatures.iter();
        signatures
            .map(|signature| self::entry(&group.module, signature))
            .collect()
    };
    let entries: String = groups.iter().map(entry).collect();
    format!(
        "/// Lists all operations as pairs of a name and a `Run`, by the functions in this module.\n\
         #[macro_export]\nmacro_rules! operation_table {{ ($functions:ident) => {{ &[\n{entries}] }}; }}\n"
    )
}

fn entry(module: &str, signature: &Signature) -> String {
    let (style, client, rest) = match signature.returns {
        Returns::Message | Returns::Record if signature.is_pure() => {
            ("Pure", "", ["input"].as_slice())
        }
        Returns::Message | Returns::Record => ("Call", "org", ["input"].as_slice()),
        Returns::Source => ("Source", "org", ["input"].as_slice()),
        Returns::Sink => ("Sink", "org", ["journal"].as_slice()),
        Returns::Batch => ("Trigger", "&org", ["checkpoint", "wait_ms"].as_slice()),
    };
    let mut taken = Vec::new();
    let mut given = Vec::new();
    // An operation that sends nothing has nothing to send it with.
    if !signature.is_pure() {
        taken.push("org");
        given.push(client);
    }
    take(&mut taken, "config", signature.config.is_some());
    given.extend(signature.config.is_some().then_some("&config"));
    for name in rest {
        let argument = match (*name, signature.input) {
            ("input", Input::None) => None,
            ("input", Input::Required) => Some("needed(input)?"),
            (name, _) => Some(name),
        };
        take(&mut taken, name, argument.is_some());
        given.extend(argument);
    }
    let config = signature.config.as_ref();
    let config = config.map_or_else(String::new, |config| {
        format!("let config = config.read::<{}>()?; ", config.path)
    });
    let function = &signature.function;
    let call = format!("$functions::{module}::{function}({})", given.join(", "));
    format!(
        "    ({:?}, Run::{style}(|{}| {{ {config}{} }})),\n",
        signature.operation,
        taken.join(", "),
        outcome(signature, &call)
    )
}

/// Adds the name of a parameter, or that it is not used.
fn take<'a>(params: &mut Vec<&'a str>, name: &'a str, used: bool) {
    params.push(if used { name } else { "_" });
}

/// The call with what makes its result the outcome of its style.
fn outcome(signature: &Signature, call: &str) -> String {
    match signature.returns {
        Returns::Message => format!("Ok(Answer::Message({call}?))"),
        Returns::Record => format!("IntoAnswer::answer({call}?)"),
        Returns::Source | Returns::Sink => format!("Ok(Box::new({call}?))"),
        Returns::Batch => call.to_owned(),
    }
}
