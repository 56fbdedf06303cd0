//! `mediate resume --abort`: aborts a load, and keeps what is known of it.

use super::console::Console;
use super::context::CommandContext;
use super::failure::Failure;
use super::notice;
use super::output;
use super::plan::Plan;
use super::signals;
use super::transfer::ending;
use super::transfer::load::{self, Halt};
use mediate::contract::FaultKind;
use mediate::journal_file::JournalFile;
use mediate::output::PartFile;
use mediate::transfer::{LoadState, LoadStatus};

/// Aborts a load. What it has saved stays saved: the remote system is told that nothing more comes, outcomes are
/// collected and get their name, and the journal goes.
pub(super) async fn load(
    context: &CommandContext,
    plan: &Plan,
    mut journal_file: JournalFile,
    state: Option<LoadState>,
    console: Console,
) -> Result<LoadStatus, Failure> {
    let before = state.clone();
    let collected = tokio::select! {
        collected = load::attempt(context, plan, &mut journal_file, state, true, console) => collected,
        code = signals::received() => Err(load::interrupted(code)),
    };
    let (files, load_status) = match collected {
        Ok(loaded) => ([loaded.outcomes, loaded.failed], loaded.load_status),
        Err(halt) if !is_final(&halt.why) => {
            return Err(ending::stopped(
                halt.why,
                halt.load_status,
                plan,
                journal_file,
            ));
        }
        Err(Halt {
            why,
            load_status,
            state,
        }) => {
            console.warn(&notice::outcomes_missing(&why));
            let state = state.or(before).unwrap_or_default();
            let (outcomes, failed) = load::taking(plan, journal_file.path(), &state)?;
            (
                [outcomes, failed],
                load_status.unwrap_or_else(|| state.load_status()),
            )
        }
    };
    finish(files).await?;
    tell(&load_status, console);
    ending::discard(plan, journal_file)?;
    Ok(load_status)
}

/// Gives files their names where there is anything in them.
async fn finish(files: [Option<PartFile>; 2]) -> Result<(), Failure> {
    for file in files.into_iter().flatten().filter(|file| file.bytes() > 0) {
        output::finish(file).await?;
    }
    Ok(())
}

pub(super) fn tell(load_status: &LoadStatus, console: Console) {
    console.note(notice::ABORTED);
    let so_far = load_status.so_far();
    let reasons = load_status.reasons();
    // Both name the jobs.
    let reasons = reasons.iter().filter(|line| !so_far.contains(line));
    for line in so_far.iter().chain(reasons) {
        console.note(line);
    }
}

/// Says whether a later abort would fail in the same way. Where the remote system cannot be told now, it may continue
/// to work: the journal stays.
fn is_final(why: &Failure) -> bool {
    match why.fault() {
        Some(fault) => !matches!(
            fault.kind,
            FaultKind::Unavailable
                | FaultKind::Timeout
                | FaultKind::LimitExceeded
                | FaultKind::Unauthenticated
                | FaultKind::EgressDenied
        ),
        None => !matches!(why, Failure::Interrupted(_)),
    }
}
