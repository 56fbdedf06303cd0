//! How transfers end: their files get their names and the journal goes, or everything stays for another run.

use std::fs;

use crate::context::CommandContext;
use crate::failure::Failure;
use crate::plan::{Files, Plan};
use mediate::journal_file::JournalFile;
use mediate::output::PartFile;
use mediate::session::Session;
use mediate::transfer::{LoadStatus, TransferError};

/// Makes a failure of what stopped a transfer.
pub(crate) fn failure(
    error: TransferError,
    context: &CommandContext,
    session: &Session,
) -> Failure {
    match error {
        TransferError::Session(error) => context.failure(error, session),
        TransferError::File { path, source } => Failure::Write { path, source },
        TransferError::Input { .. } | TransferError::InputChanged { .. } => {
            Failure::usage(error.to_string())
        }
        _ => Failure::Other(error.to_string()),
    }
}

/// Makes a failure of a stop: what has begun in the remote system can be continued; what has not leaves nothing.
pub(crate) fn stopped(
    why: Failure,
    load_status: Option<LoadStatus>,
    plan: &Plan,
    journal_file: JournalFile,
) -> Failure {
    if journal_file.has_steps() {
        return Failure::Unfinished {
            why: Box::new(why),
            journal: journal_file.path().to_owned(),
            load_status: load_status.map(Box::new),
        };
    }
    let _ = discard(plan, journal_file);
    why
}

/// Removes what a transfer that never began, or was aborted, leaves behind.
pub(crate) fn discard(plan: &Plan, journal_file: JournalFile) -> Result<(), Failure> {
    for (file, spool) in plan.files.written(journal_file.path()) {
        PartFile::discard(&file.destination()?, &spool);
    }
    end(plan, journal_file)
}

/// Gives files their names that a killed run had finished, and ends the journal.
pub(crate) async fn finish_named(plan: &Plan, journal_file: JournalFile) -> Result<(), Failure> {
    for (file, spool) in plan.files.written(journal_file.path()) {
        let finished = PartFile::finish_left(&file.destination()?, &spool).await;
        finished.map_err(|error| Failure::write(&file.path, error))?;
    }
    end(plan, journal_file)
}

pub(crate) fn end(plan: &Plan, journal_file: JournalFile) -> Result<(), Failure> {
    let path = journal_file.path().to_owned();
    journal_file
        .remove()
        .map_err(|error| Failure::write(&path, error))?;
    if let Files::Load {
        input,
        spooled: true,
        ..
    } = &plan.files
    {
        fs::remove_file(&input.path).map_err(|error| Failure::write(&input.path, error))?;
    }
    Ok(())
}
