//! `mediate write`: a file of records into an operation that loads them, with the outcome of each.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;
use tempfile::NamedTempFile;

use super::args::{Global, Write};
use super::console::Console;
use super::context::CommandContext;
use super::failure::Failure;
use super::format::{self, Data};
use super::output;
use super::plan::{self, Files, Named, Plan, absolute, beside};
use super::progress::Meter;
use super::report::time;
use super::resume;
use super::signals;
use mediate::contract::{OperationInfo, Progress, Style};
use mediate::journal_file::JournalFile;
use mediate::output::{PartFile, Role};
use mediate::session::Session;
use mediate::text;
use mediate::transfer::{
    Input, Load, LoadState, Loaded, Reached, RetryPolicy, Standing, TransferError,
};

/// Names stdin.
const STDIN: &str = "-";

pub(super) async fn run(args: &Write, global: &Global, console: Console) -> Result<(), Failure> {
    let context = CommandContext::prepare(global, &args.connection, console).await?;
    let operation = context.operation(&args.operation, Style::Sink)?;
    let config = config(args, operation, &context)?;
    let journal = args.journal.clone().unwrap_or_else(|| journal_of(args));
    check_apart(args, &journal)?;
    let spooled = is_spooled(&args.input)?;
    let files = files(args, operation, &journal, spooled)?;
    let plan = Plan::new(&operation.name, &config, files, &args.connection, global)?;
    if args.resume_if_any
        && let Some((journal_file, step)) = plan.left(&journal)?
    {
        return resume::go_on(&context, &plan, journal_file, step, console).await;
    }
    let copy = if spooled {
        Some(spool(&args.input, &journal).await?)
    } else {
        None
    };
    let journal_file = plan.begin(&journal)?;
    // Only now: under this name there may have been the input of another run, which is not over.
    if let (Some(file), Files::Load { input, .. }) = (copy, &plan.files) {
        let named = file.persist(&input.path);
        named.map_err(|error| Failure::write(&input.path, error.error))?;
    }
    load(&context, &plan, journal_file, None, console).await
}

fn config(
    args: &Write,
    operation: &OperationInfo,
    context: &CommandContext,
) -> Result<Value, Failure> {
    let config = context.config(args.config.as_deref(), &args.pairs, operation)?;
    let config = format::by_ending(config, operation, Data::Input, Some(&args.input))?;
    let outcomes = args.outcomes.as_deref();
    let config = format::by_ending(config, operation, Data::Outcomes, outcomes)?;
    format::by_ending(config, operation, Data::Failed, args.failed.as_deref())
}

fn check_apart(args: &Write, journal: &Path) -> Result<(), Failure> {
    let spool = spool_of(journal);
    output::apart(&[
        ("--input", Some(&args.input), Role::Read),
        ("--journal", Some(journal), Role::Keep),
        (
            "the copy of the input beside --journal",
            Some(&spool),
            Role::Keep,
        ),
        ("--outcomes", args.outcomes.as_deref(), Role::Write),
        ("--failed", args.failed.as_deref(), Role::Write),
    ])
}

fn files(
    args: &Write,
    operation: &OperationInfo,
    journal: &Path,
    spooled: bool,
) -> Result<Files, Failure> {
    let input = if spooled {
        absolute(&spool_of(journal))?
    } else {
        absolute(&args.input)?
    };
    let named = |path: &Option<PathBuf>| {
        let named = |path: &PathBuf| Named::new(path, format::ending(path).1);
        path.as_ref().map(named).transpose()
    };
    Ok(Files::Load {
        input: Named {
            path: input,
            gzip: format::is_gzip(&args.input, &operation.accepts),
        },
        spooled,
        outcomes: named(&args.outcomes)?,
        failed: named(&args.failed)?,
    })
}

/// Loads, from the last step if there is one.
pub(super) async fn load(
    context: &CommandContext,
    plan: &Plan,
    mut journal_file: JournalFile,
    state: Option<LoadState>,
    console: Console,
) -> Result<(), Failure> {
    let started = Instant::now();
    let loaded = tokio::select! {
        loaded = attempt(context, plan, &mut journal_file, state, false, console) => loaded,
        code = signals::received() => Err(interrupted(code)),
    };
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(halt) => return Err(stopped(halt.why, halt.standing, plan, journal_file)),
    };
    let (progress, standing) = (loaded.progress, loaded.standing);
    for file in [loaded.outcomes, loaded.failed].into_iter().flatten() {
        if let Err(why) = output::finish(file).await {
            return Err(stopped(why, Some(standing), plan, journal_file));
        }
    }
    end(plan, journal_file)?;
    console.note(&format!(
        "{} in {}",
        summary(&progress),
        time(started.elapsed())
    ));
    if progress.failed == 0 {
        return Ok(());
    }
    if let Files::Load { outcomes: None, .. } = &plan.files {
        console.note("hint: --outcomes FILE keeps the outcome of every record");
    }
    Err(Failure::SomeFailed {
        failed: progress.failed,
        total: progress.total,
        standing: Some(Box::new(standing)),
    })
}

/// Why a load came to no end here, and what is known of it.
pub(super) struct Halt {
    pub(super) why: Failure,
    pub(super) standing: Option<Standing>,
    /// What was kept last; none where that is what it was before.
    pub(super) state: Option<LoadState>,
}

impl From<Failure> for Halt {
    fn from(why: Failure) -> Self {
        Self {
            why,
            standing: None,
            state: None,
        }
    }
}

pub(super) fn interrupted(code: u8) -> Halt {
    Failure::Interrupted(code).into()
}

/// Loads, or collects the outcomes of a load that is given up.
pub(super) async fn attempt(
    context: &CommandContext,
    plan: &Plan,
    journal_file: &mut JournalFile,
    state: Option<LoadState>,
    giving_up: bool,
    console: Console,
) -> Result<Loaded, Halt> {
    let Files::Load { input, .. } = &plan.files else {
        return Err(Failure::Other("this journal is not of a load".into()).into());
    };
    let state = state.unwrap_or_default();
    let (outcomes, failed) = taking(plan, journal_file.path(), &state)?;
    let session = context.session().await?;
    let input = Input {
        path: input.path.clone(),
        gzip: input.gzip,
    };
    let mut meter = Meter::new(console);
    let load = Load {
        session: &session,
        operation: &plan.operation,
        config: &plan.config,
        input: &input,
        journal_file,
        state,
        outcomes,
        failed,
        retry: RetryPolicy::default(),
        watcher: &mut meter,
        giving_up,
        reached: Reached::default(),
    };
    let loaded = load.run().await;
    meter.end();
    loaded.map_err(|stopped| Halt {
        why: failure(stopped.error, context, &session),
        standing: Some(stopped.standing),
        state: Some(stopped.state),
    })
}

/// Opens the files that take outcomes and failed records. They outlive this run, until it is clear that there is nothing
/// to continue.
pub(super) fn taking(
    plan: &Plan,
    journal: &Path,
    state: &LoadState,
) -> Result<(Option<PartFile>, Option<PartFile>), Failure> {
    let Files::Load {
        outcomes, failed, ..
    } = &plan.files
    else {
        return Ok((None, None));
    };
    let open = |file: &Option<Named>, data: Data, bytes| {
        let open = |file: &Named| {
            let spool = plan::spool(journal, data);
            let mut part = output::part(file.destination()?, &spool, bytes, false)?;
            part.keep();
            Ok::<PartFile, Failure>(part)
        };
        file.as_ref().map(open).transpose()
    };
    Ok((
        open(outcomes, Data::Outcomes, state.outcomes_bytes)?,
        open(failed, Data::Failed, state.failed_bytes)?,
    ))
}

/// Makes a failure of what stopped a transfer.
pub(super) fn failure(
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

/// What has begun in the remote system can be continued; what has not leaves nothing.
pub(super) fn stopped(
    why: Failure,
    standing: Option<Standing>,
    plan: &Plan,
    journal_file: JournalFile,
) -> Failure {
    if journal_file.has_steps() {
        return Failure::Unfinished {
            why: Box::new(why),
            journal: journal_file.path().to_owned(),
            standing: standing.map(Box::new),
        };
    }
    let _ = discard(plan, journal_file);
    why
}

/// Removes what a transfer that never began, or was given up, leaves behind.
pub(super) fn discard(plan: &Plan, journal_file: JournalFile) -> Result<(), Failure> {
    for (file, spool) in plan.files.written(journal_file.path()) {
        PartFile::discard(&file.destination()?, &spool);
    }
    end(plan, journal_file)
}

/// Gives files their names that a killed run had finished, and ends the journal.
pub(super) async fn finish_named(plan: &Plan, journal_file: JournalFile) -> Result<(), Failure> {
    for (file, spool) in plan.files.written(journal_file.path()) {
        let finished = PartFile::finish_left(&file.destination()?, &spool).await;
        finished.map_err(|error| Failure::write(&file.path, error))?;
    }
    end(plan, journal_file)
}

pub(super) fn end(plan: &Plan, journal_file: JournalFile) -> Result<(), Failure> {
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

fn summary(progress: &Progress) -> String {
    let processed = text::count(progress.processed, "record");
    match progress.failed {
        0 => format!("loaded {processed}, all of them successfully,"),
        failed => format!("loaded {processed}, {} failed,", text::thousands(failed)),
    }
}

/// Says whether the input can be read only once, so that it is copied first.
fn is_spooled(input: &Path) -> Result<bool, Failure> {
    if input == Path::new(STDIN) {
        return Ok(true);
    }
    match fs::metadata(input) {
        Ok(there) if there.is_dir() => Err(cannot_read(
            input,
            &io::Error::from(io::ErrorKind::IsADirectory),
        )),
        Ok(there) => Ok(!there.is_file()),
        Err(error) => Err(cannot_read(input, &error)),
    }
}

fn journal_of(args: &Write) -> PathBuf {
    let is_file = fs::metadata(&args.input).is_ok_and(|there| there.is_file());
    if is_file && args.input != Path::new(STDIN) {
        beside(&args.input)
    } else {
        PathBuf::from(format!("{}.journal", args.operation.replace('/', "-")))
    }
}

/// Names our copy of what can be read only once: what is to survive a failure must be there to be read again.
fn spool_of(journal: &Path) -> PathBuf {
    mediate::output::beside(journal, ".input")
}

/// Copies the input into a file that has no name to last yet, and that nobody else can read.
async fn spool(input: &Path, journal: &Path) -> Result<NamedTempFile, Failure> {
    let (input, path) = (input.to_owned(), absolute(&spool_of(journal))?);
    let folder = mediate::output::folder_of(&path).to_owned();
    let copy = move || -> io::Result<NamedTempFile> {
        let mut from: Box<dyn Read> = if input == Path::new(STDIN) {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(&input)?)
        };
        let mut file = NamedTempFile::new_in(folder)?;
        io::copy(&mut from, &mut file)?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    let copied = tokio::task::spawn_blocking(copy).await;
    let copied = copied.map_err(|error| Failure::Other(error.to_string()))?;
    copied.map_err(|error| Failure::write(&path, error))
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!(
        "cannot read {}: {}",
        path.display(),
        text::io(error)
    ))
}
