//! `mediate resume`: goes on with a load or an extract that was interrupted, or gives it up.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::args::{Global, Resume};
use super::console::Console;
use super::context::CommandContext;
use super::failure::Failure;
use super::plan::{self, Files, Plan};
use super::{abort, read, write};
use mediate::journal_file::JournalFile;

pub(super) async fn run(args: &Resume, global: &Global, console: Console) -> Result<(), Failure> {
    let (journal_file, plan, step) = plan::open(&args.journal)?;
    if is_finished(step.as_ref()) {
        return write::finish_named(&plan, journal_file).await;
    }
    let (connection, global) = plan.arguments(global);
    let context = CommandContext::prepare(&global, &connection, console).await?;
    match (&plan.files, args.abort) {
        (_, false) => go_on(&context, &plan, journal_file, step, console).await,
        (Files::Load { .. }, true) => {
            abort::load(&context, &plan, journal_file, state(step)?, console).await
        }
        // An extract changes nothing in the remote system but a job that ends by itself.
        (Files::Extract { .. }, true) => write::discard(&plan, journal_file),
    }
}

/// Continues a run that did not end, from its last step.
pub(super) async fn go_on(
    context: &CommandContext,
    plan: &Plan,
    journal_file: JournalFile,
    step: Option<Value>,
    console: Console,
) -> Result<(), Failure> {
    if is_finished(step.as_ref()) {
        return write::finish_named(plan, journal_file).await;
    }
    match &plan.files {
        Files::Load { .. } => write::load(context, plan, journal_file, state(step)?, console).await,
        Files::Extract { .. } => {
            read::extract(context, plan, journal_file, state(step)?, false, console).await
        }
    }
}

fn is_finished(step: Option<&Value>) -> bool {
    step.and_then(|step| step.get("finished")) == Some(&Value::Bool(true))
}

fn state<S: DeserializeOwned>(step: Option<Value>) -> Result<Option<S>, Failure> {
    let parsed = step.map(serde_json::from_value).transpose();
    parsed.map_err(|error| Failure::usage(format!("the journal's last step is not one: {error}")))
}
