//! `mediate resume --abort`: gives a load up, and keeps what is known of it.

use super::console::Console;
use super::failure::Failure;
use super::output;
use super::plan::Plan;
use super::workbench::Workbench;
use super::write;
use crate::contract::FaultKind;
use crate::ledger::Ledger;
use crate::session::{Session, SessionError};
use crate::transfer::LoadState;

/// Gives a load up. What it has saved stays saved: the outcomes that are known get their name, and the journal goes.
pub(super) async fn load(
    bench: &Workbench,
    plan: &Plan,
    ledger: Ledger,
    state: Option<LoadState>,
    console: Console,
) -> Result<(), Failure> {
    let state = state.unwrap_or_default();
    let session = bench.session().await?;
    if let Err(error) = tell(&session, plan, &state).await {
        if !is_final(&error) {
            return Err(write::stopped(
                bench.failure(error, &session),
                None,
                plan,
                ledger,
            ));
        }
        console.warn(&format!("{error}"));
    }
    let standing = state.standing();
    console.note("given up: what was saved stays saved");
    standing.so_far().iter().for_each(|line| console.note(line));
    let (outcomes, failed) = write::taking(plan, ledger.path(), &state)?;
    for file in [outcomes, failed].into_iter().flatten() {
        if file.bytes() > 0 {
            output::finish(file).await?;
        }
    }
    write::discard(plan, ledger)
}

/// Tells the remote system that nothing more comes.
async fn tell(session: &Session, plan: &Plan, state: &LoadState) -> Result<(), SessionError> {
    let Some(journal) = &state.journal else {
        return Ok(());
    };
    let writer = session.write(&plan.operation, &plan.config, Some(journal));
    writer.await?.abort().await
}

/// Says whether giving up later would fail in the same way.
fn is_final(error: &SessionError) -> bool {
    error.fault().is_some_and(|fault| {
        matches!(
            fault.kind,
            FaultKind::Config
                | FaultKind::NotFound
                | FaultKind::Conflict
                | FaultKind::Invalid
                | FaultKind::CheckpointLost
                | FaultKind::Unsupported
                | FaultKind::Other
        )
    })
}
