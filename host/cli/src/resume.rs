//! `mediate resume`: goes on with a load or an extract that was interrupted, or gives it up.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::args::{Global, Resume};
use super::console::Console;
use super::failure::Failure;
use super::plan::{self, Files, Plan};
use super::workbench::Workbench;
use super::{abort, read, write};
use mediate::ledger::Ledger;

pub(super) async fn run(args: &Resume, global: &Global, console: Console) -> Result<(), Failure> {
    let (ledger, plan, step) = plan::open(&args.journal)?;
    if is_finished(step.as_ref()) {
        return write::finish_named(&plan, ledger).await;
    }
    let (connection, global) = plan.arguments(global);
    let bench = Workbench::prepare(&global, &connection, console).await?;
    match (&plan.files, args.abort) {
        (_, false) => go_on(&bench, &plan, ledger, step, console).await,
        (Files::Load { .. }, true) => {
            abort::load(&bench, &plan, ledger, state(step)?, console).await
        }
        // An extract changes nothing in the remote system but a job that ends by itself.
        (Files::Extract { .. }, true) => write::discard(&plan, ledger),
    }
}

/// Continues a run that did not end, from its last step.
pub(super) async fn go_on(
    bench: &Workbench,
    plan: &Plan,
    ledger: Ledger,
    step: Option<Value>,
    console: Console,
) -> Result<(), Failure> {
    if is_finished(step.as_ref()) {
        return write::finish_named(plan, ledger).await;
    }
    match &plan.files {
        Files::Load { .. } => write::load(bench, plan, ledger, state(step)?, console).await,
        Files::Extract { .. } => {
            read::extract(bench, plan, ledger, state(step)?, false, console).await
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
