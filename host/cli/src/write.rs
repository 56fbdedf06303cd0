//! `mediate write`: a file of records into an operation that loads them, with the outcome of each.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::NamedTempFile;

use super::args::{Global, Write};
use super::console::Console;
use super::context::CommandContext;
use super::failure::Failure;
use super::format::{self, Data};
use super::media_type;
use super::output;
use super::plan::{Files, Named, Plan, absolute, beside};
use super::summary::{Ended, Summary};
use super::transfer;
use mediate::contract::{OperationInfo, Style};
use mediate::output::Role;
use mediate::text;

/// Name of stdin.
const STDIN: &str = "-";

pub(super) async fn run(args: &Write, global: &Global, console: Console) -> Result<(), Failure> {
    let journal = args.journal.clone().unwrap_or_else(|| journal_of(args));
    check_apart(args, &journal)?;
    let summary = Summary::open(args.summary.as_deref(), false).await?;
    summary
        .finish(load(args, global, &journal, console).await)
        .await
}

async fn load(args: &Write, global: &Global, journal: &Path, console: Console) -> Ended {
    let context = CommandContext::prepare(global, &args.connection, console).await?;
    let operation = context.operation(&args.operation, Style::Sink)?;
    let config = config(args, operation, &context)?;
    let spooled = is_spooled(&args.input)?;
    let files = files(args, operation, journal, spooled)?;
    let plan = Plan::new(&operation.name, &config, files, &args.connection, global)?;
    if args.resume_if_any
        && let Some((journal_file, step)) = plan.left(journal)?
    {
        return transfer::resume(&context, &plan, journal_file, step, console).await;
    }
    let copy = if spooled {
        Some(spool(&args.input, journal).await?)
    } else {
        None
    };
    let journal_file = plan.begin(journal)?;
    // Only now: under this name there may have been the input of another run, which is not over.
    if let (Some(file), Files::Load { input, .. }) = (copy, &plan.files) {
        let named = file.persist(&input.path);
        named.map_err(|error| Failure::write(&input.path, error.error))?;
    }
    let loaded = transfer::load::load(&context, &plan, journal_file, None, console).await;
    loaded.map(Some)
}

fn config(
    args: &Write,
    operation: &OperationInfo,
    context: &CommandContext,
) -> Result<Value, Failure> {
    let config = context.config(args.config.as_deref(), &args.pairs, operation)?;
    let config = match &args.input_type {
        Some(media_type) => media_type::choose(config, operation, media_type)?,
        None => format::by_ending(config, operation, Data::Input, Some(&args.input))?,
    };
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
        ("--summary", args.summary.as_deref(), Role::Write),
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
