//! `mediate write`: a file of records into an operation that loads them, with the outcome of each.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tempfile::NamedTempFile;

use super::args::{Global, Write};
use super::console::Console;
use super::failure::Failure;
use super::forms;
use super::output;
use super::plan::{Files, Plan, absolute, beside};
use super::progress::Meter;
use super::report::time;
use super::signals;
use super::workbench::Workbench;
use crate::contract::{Progress, Style};
use crate::ledger::Ledger;
use crate::part_file::{self, PartFile};
use crate::transfer::{Load, LoadState, Loaded, Patience, Reached, TransferError};
use crate::words;

/// Names stdin.
const STDIN: &str = "-";

pub(super) async fn run(args: &Write, global: &Global, console: Console) -> Result<(), Failure> {
    let bench = Workbench::prepare(global, &args.connection, console).await?;
    let operation = bench.operation(&args.operation, Style::Sink)?;
    let config = bench.config(args.config.as_deref(), &args.pairs, operation)?;
    let config = forms::by_ending(config, operation, forms::FORMAT, Some(&args.input));
    let outcomes = args.outcomes.as_deref();
    let config = forms::by_ending(config, operation, forms::OUTCOME_FORMAT, outcomes);
    let journal = args.journal.clone().unwrap_or_else(|| journal_of(args));
    let from_stdin = args.input == Path::new(STDIN);
    let (spooled, input) = if from_stdin {
        (Some(spool(&journal).await?), spool_of(&journal)?)
    } else {
        (None, absolute(&args.input)?)
    };
    let files = Files::Load {
        input_bytes: size(spooled.as_ref().map_or(&input, |file| file.path()))?,
        spooled: from_stdin,
        outcomes: outcomes.map(absolute).transpose()?,
        failed: args.failed.as_deref().map(absolute).transpose()?,
        input,
    };
    let plan = Plan::new(&operation.name, &config, files, &args.connection, global)?;
    let ledger = plan.begin(&journal)?;
    // Only now: under this name there may have been the input of another run, which is not over.
    if let (Some(file), Files::Load { input, .. }) = (spooled, &plan.files) {
        let named = file.persist(input);
        named.map_err(|error| Failure::write(input, error.error))?;
    }
    load(&bench, &plan, ledger, None, console).await
}

/// Loads, from the last step if there is one.
pub(super) async fn load(
    bench: &Workbench,
    plan: &Plan,
    mut ledger: Ledger,
    state: Option<LoadState>,
    console: Console,
) -> Result<(), Failure> {
    let started = Instant::now();
    let loaded = tokio::select! {
        loaded = attempt(bench, plan, &mut ledger, state, console) => loaded,
        code = signals::received() => Err(Failure::Interrupted(code)),
    };
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(why) => return Err(stopped(why, plan, ledger)),
    };
    let progress = loaded.progress;
    for file in [loaded.outcomes, loaded.failed].into_iter().flatten() {
        output::finish(file).await?;
    }
    end(plan, ledger)?;
    console.note(&format!(
        "{} in {}",
        summary(&progress),
        time(started.elapsed())
    ));
    match progress.failed {
        0 => Ok(()),
        failed => Err(Failure::SomeFailed {
            failed,
            total: progress.total,
        }),
    }
}

async fn attempt(
    bench: &Workbench,
    plan: &Plan,
    ledger: &mut Ledger,
    state: Option<LoadState>,
    console: Console,
) -> Result<Loaded, Failure> {
    let Files::Load {
        input,
        input_bytes,
        outcomes,
        failed,
        ..
    } = &plan.files
    else {
        return Err(Failure::Other("this journal is not of a load".into()));
    };
    if size(input)? != *input_bytes {
        return Err(Failure::usage(format!(
            "{} has {} now and had {} when the load began: put back the file that it was begun with",
            input.display(),
            words::count(size(input)?, "byte"),
            words::thousands(*input_bytes)
        )));
    }
    let state = state.unwrap_or_default();
    let open = |path: &Option<PathBuf>, bytes| {
        let file = path.as_deref().map(|path| part(path, bytes));
        file.transpose()
    };
    let (outcomes, failed) = (
        open(outcomes, state.outcomes_bytes)?,
        open(failed, state.failed_bytes)?,
    );
    let session = bench.session().await?;
    let mut meter = Meter::new(console);
    let load = Load {
        session: &session,
        operation: &plan.operation,
        config: &plan.config,
        input,
        ledger,
        state,
        outcomes,
        failed,
        patience: Patience::default(),
        watcher: &mut meter,
        reached: Reached::default(),
    };
    let loaded = load.run().await;
    meter.end();
    loaded.map_err(|error| failure(error, bench, &session))
}

/// Opens a file of outcomes. It outlives this run, until it is clear that there is nothing to go on with.
pub(super) fn part(path: &Path, bytes: u64) -> Result<PartFile, Failure> {
    let mut file = if bytes == 0 {
        output::part(path, false)?
    } else {
        PartFile::resume(path, bytes, false).map_err(|error| Failure::write(path, error))?
    };
    file.keep();
    Ok(file)
}

/// Makes a failure of what stopped a transfer.
pub(super) fn failure(
    error: TransferError,
    bench: &Workbench,
    session: &crate::session::Session,
) -> Failure {
    match error {
        TransferError::Session(error) => bench.failure(error, session),
        TransferError::File { path, source } => Failure::Write { path, source },
        TransferError::BadJournal => Failure::Other(error.to_string()),
    }
}

/// What has begun in the remote system can be taken up; what has not leaves nothing.
pub(super) fn stopped(why: Failure, plan: &Plan, ledger: Ledger) -> Failure {
    if ledger.has_steps() {
        return Failure::Unfinished {
            why: Box::new(why),
            journal: ledger.path().to_owned(),
        };
    }
    let _ = discard(plan, ledger);
    why
}

/// Removes what a transfer that never began, or was given up, leaves behind.
pub(super) fn discard(plan: &Plan, ledger: Ledger) -> Result<(), Failure> {
    match &plan.files {
        Files::Load {
            outcomes, failed, ..
        } => [outcomes, failed]
            .into_iter()
            .flatten()
            .for_each(|path| part_file::discard(path)),
        Files::Extract { output, .. } => part_file::discard(output),
    }
    end(plan, ledger)
}

/// Gives files their names that a killed run had finished, and ends the journal.
pub(super) fn finish_named(plan: &Plan, ledger: Ledger) -> Result<(), Failure> {
    let names: Vec<&PathBuf> = match &plan.files {
        Files::Load {
            outcomes, failed, ..
        } => [outcomes, failed].into_iter().flatten().collect(),
        Files::Extract { output, .. } => vec![output],
    };
    for path in names {
        part_file::name_finished(path).map_err(|error| Failure::write(path, error))?;
    }
    end(plan, ledger)
}

fn end(plan: &Plan, ledger: Ledger) -> Result<(), Failure> {
    let path = ledger.path().to_owned();
    ledger
        .remove()
        .map_err(|error| Failure::write(&path, error))?;
    if let Files::Load {
        input,
        spooled: true,
        ..
    } = &plan.files
    {
        fs::remove_file(input).map_err(|error| Failure::write(input, error))?;
    }
    Ok(())
}

fn summary(progress: &Progress) -> String {
    let processed = words::count(progress.processed, "record");
    match progress.failed {
        0 => format!("loaded {processed}, all of them successfully,"),
        failed => format!("loaded {processed}, {} failed,", words::thousands(failed)),
    }
}

fn journal_of(args: &Write) -> PathBuf {
    if args.input == Path::new(STDIN) {
        PathBuf::from(format!("{}.journal", args.operation.replace('/', "-")))
    } else {
        beside(&args.input)
    }
}

/// Names our copy of stdin: what is to survive a failure must be there to be read again.
fn spool_of(journal: &Path) -> Result<PathBuf, Failure> {
    let mut name = absolute(journal)?.into_os_string();
    name.push(".input");
    Ok(PathBuf::from(name))
}

/// Copies stdin into a file that has no name to last yet, and that nobody else can read.
async fn spool(journal: &Path) -> Result<NamedTempFile, Failure> {
    let path = spool_of(journal)?;
    let folder = part_file::folder_of(&path).to_owned();
    let copy = move || -> io::Result<NamedTempFile> {
        let mut file = NamedTempFile::new_in(folder)?;
        io::copy(&mut io::stdin().lock(), &mut file)?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    let copied = tokio::task::spawn_blocking(copy).await;
    let copied = copied.map_err(|error| Failure::Other(error.to_string()))?;
    copied.map_err(|error| Failure::write(&path, error))
}

fn size(path: &Path) -> Result<u64, Failure> {
    let metadata = fs::metadata(path).and_then(|metadata| {
        if metadata.is_file() {
            Ok(metadata.len())
        } else {
            Err(io::Error::other("is no file"))
        }
    });
    metadata.map_err(|error| {
        Failure::usage(format!(
            "cannot read {}: {}",
            path.display(),
            words::io(&error)
        ))
    })
}
