//! `mediate resume`: goes on with a load or an extract that was interrupted, or gives it up.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::args::{Global, Resume};
use super::console::Console;
use super::failure::Failure;
use super::plan::{self, Files, Plan};
use super::workbench::Workbench;
use super::{read, write};
use crate::transfer::LoadState;

pub(super) async fn run(args: &Resume, global: &Global, console: Console) -> Result<(), Failure> {
    let (ledger, plan, step) = plan::open(&args.journal)?;
    let is_finished = |step: &Value| step.get("finished") == Some(&Value::Bool(true));
    if step.as_ref().is_some_and(is_finished) {
        return write::finish_named(&plan, ledger);
    }
    let (connection, global) = plan.arguments(global);
    let bench = Workbench::prepare(&global, &connection, console).await?;
    match (&plan.files, args.abort) {
        (Files::Load { .. }, false) => {
            write::load(&bench, &plan, ledger, state(step)?, console).await
        }
        (Files::Extract { .. }, false) => {
            read::extract(&bench, &plan, ledger, state(step)?, false, console).await
        }
        (Files::Load { .. }, true) => {
            give_up(&bench, &plan, state(step)?).await?;
            write::discard(&plan, ledger)
        }
        // An extract changes nothing in the remote system but a job that ends by itself.
        (Files::Extract { .. }, true) => write::discard(&plan, ledger),
    }
}

async fn give_up(bench: &Workbench, plan: &Plan, state: Option<LoadState>) -> Result<(), Failure> {
    let Some(journal) = state.and_then(|state| state.journal) else {
        return Ok(());
    };
    let session = bench.session().await?;
    let failed = |error| bench.failure(error, &session);
    let writer = session.write(&plan.operation, &plan.config, Some(&journal));
    let mut writer = writer.await.map_err(failed)?;
    writer.abort().await.map_err(failed)
}

fn state<S: DeserializeOwned>(step: Option<Value>) -> Result<Option<S>, Failure> {
    let parsed = step.map(serde_json::from_value).transpose();
    parsed.map_err(|error| Failure::usage(format!("the journal's last step is not one: {error}")))
}
