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
use crate::summary::Ended;
use mediate::journal_file::JournalFile;
use mediate::transfer::LoadState;

/// Continues a run that did not end, from its last step.
pub(crate) async fn resume(
    context: &CommandContext,
    plan: &Plan,
    journal_file: JournalFile,
    step: Option<Value>,
    console: Console,
) -> Ended {
    if is_finished(step.as_ref()) {
        return finish(plan, journal_file, step).await;
    }
    match &plan.files {
        Files::Load { .. } => {
            let loaded = load::load(context, plan, journal_file, state(step)?, console).await;
            loaded.map(Some)
        }
        Files::Extract { .. } => {
            let step = state(step)?;
            let extracted = extract::extract(context, plan, journal_file, step, false, console);
            extracted.await.map(|()| None)
        }
    }
}

/// Gives the files of a run their names that has only that left to do.
pub(crate) async fn finish(plan: &Plan, journal_file: JournalFile, step: Option<Value>) -> Ended {
    let status = match &plan.files {
        Files::Load { .. } => state::<LoadState>(step)?.map(|state| state.load_status()),
        Files::Extract { .. } => None,
    };
    let named = ending::finish_named(plan, journal_file).await;
    named.map(|()| status)
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
