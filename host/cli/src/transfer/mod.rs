//! Transfers of the command: loads and extracts with their files, their journal and how they end.

pub(crate) mod ending;
pub(crate) mod extract;
pub(crate) mod load;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::console::Console;
use crate::context::CommandContext;
use crate::failure::Failure;
use crate::plan::{Files, Plan};
use mediate::journal_file::JournalFile;

/// Continues a run that did not end, from its last step.
pub(crate) async fn resume(
    context: &CommandContext,
    plan: &Plan,
    journal_file: JournalFile,
    step: Option<Value>,
    console: Console,
) -> Result<(), Failure> {
    if is_finished(step.as_ref()) {
        return ending::finish_named(plan, journal_file).await;
    }
    match &plan.files {
        Files::Load { .. } => load::load(context, plan, journal_file, state(step)?, console).await,
        Files::Extract { .. } => {
            extract::extract(context, plan, journal_file, state(step)?, false, console).await
        }
    }
}

/// Says whether only the files' names are left to be given.
pub(crate) fn is_finished(step: Option<&Value>) -> bool {
    step.and_then(|step| step.get("finished")) == Some(&Value::Bool(true))
}

/// Reads the last step of a journal.
pub(crate) fn state<S: DeserializeOwned>(step: Option<Value>) -> Result<Option<S>, Failure> {
    let parsed = step.map(serde_json::from_value).transpose();
    parsed.map_err(|error| {
        Failure::usage(format!(
            "the last step of the journal cannot be read: {error}"
        ))
    })
}
