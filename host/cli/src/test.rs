//! `mediate test`: is this connection good?

use serde_json::Value;

use super::args::{Connection, Global};
use super::console::{Console, print};
use super::context::CommandContext;
use super::failure::Failure;

/// Name of the finding that is printed apart.
const WARNING: &str = "warning";

pub(super) async fn run(
    args: &Connection,
    global: &Global,
    console: Console,
) -> Result<(), Failure> {
    let context = CommandContext::prepare(global, args, console).await?;
    let session = context.session().await?;
    let found = session
        .test()
        .await
        .map_err(|error| Failure::Tested(Box::new(context.failure(error, &session))))?;
    if let Some(warning) = found
        .as_ref()
        .and_then(|found| found.get(WARNING))
        .and_then(Value::as_str)
    {
        console.warn(warning);
    }
    print(&sentence(context.connection_name(), found.as_ref()))
}

pub(super) fn sentence(name: &str, found: Option<&Value>) -> String {
    let members = found.and_then(Value::as_object).into_iter().flatten();
    let facts: Vec<String> = members
        .filter(|(name, _)| *name != WARNING)
        .filter_map(fact)
        .collect();
    let colon = if facts.is_empty() { "" } else { ": " };
    format!(
        "the connection `{name}` is good{colon}{}\n",
        facts.join(", ")
    )
}

fn fact((name, value): (&String, &Value)) -> Option<String> {
    let name = name.replace('-', " ");
    match value {
        Value::String(text) => Some(format!("{name} {text}")),
        Value::Number(_) | Value::Bool(_) => Some(format!("{name} {value}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn findings_become_one_sentence() {
        let found = json!({"username": "admin@acme.com", "api-calls-used": 18, "warning": "soon", "more": null});
        let expected =
            "the connection `acme` is good: api calls used 18, username admin@acme.com\n";
        assert_eq!(sentence("acme", Some(&found)), expected);
    }

    #[test]
    fn without_findings_the_sentence_ends_early() {
        assert_eq!(sentence("acme", None), "the connection `acme` is good\n");
    }
}
