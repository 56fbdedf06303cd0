//! `mediate read`: all rows of a source, in constant memory.

use std::path::Path;
use std::time::Instant;

use serde_json::Value;

use super::args::{Global, Read, Run};
use super::console::Console;
use super::context::CommandContext;
use super::failure::Failure;
use super::format::{self, Data};
use super::input;
use super::output::{self, Output};
use super::plan::{Files, Named, Plan, absolute, beside};
use super::signals;
use super::transfer;
use mediate::contract::{OperationInfo, Style};
use mediate::output::{Destination, Role};

/// Bound of one chunk: large enough that crossing into the connector costs nothing, small enough to hold a few.
const CHUNK: u32 = 256 * 1024;

pub(super) async fn run(args: &Read, global: &Global, console: Console) -> Result<(), Failure> {
    let run = &args.run;
    let context = CommandContext::prepare(global, &run.connection, console).await?;
    let operation = context.operation(&run.operation, Style::Source)?;
    let config = context.config(run.config.as_deref(), &run.pairs, operation)?;
    let path = run.output.as_deref();
    let config = format::by_ending(config, operation, Data::Output, path)?;
    let gzip = path.is_some_and(|path| format::is_gzip(path, &operation.returns));
    let destination = output::destination(path, gzip)?;
    let Some(path) = path.filter(|_| destination.is_file()) else {
        check_apart(args, None)?;
        return tokio::select! {
            printed = print(&context, run, operation, &config, destination, console) => printed,
            code = signals::received() => Err(Failure::Interrupted(code)),
        };
    };
    let journal = args.journal.clone().unwrap_or_else(|| beside(path));
    check_apart(args, Some(&journal))?;
    let files = Files::Extract {
        input: run.input.as_deref().map(absolute).transpose()?,
        input_type: run.input_type.clone(),
        output: Named::new(path, gzip)?,
    };
    let plan = Plan::new(&operation.name, &config, files, &run.connection, global)?;
    if args.resume_if_any
        && let Some((journal_file, step)) = plan.left(&journal)?
    {
        let resumed = transfer::resume(&context, &plan, journal_file, step, console).await;
        return resumed.map(drop);
    }
    let journal_file = plan.begin(&journal)?;
    transfer::extract::extract(&context, &plan, journal_file, None, run.attributes, console).await
}

fn check_apart(args: &Read, journal: Option<&Path>) -> Result<(), Failure> {
    output::apart(&[
        ("--input", args.run.input.as_deref(), Role::Read),
        ("--journal", journal, Role::Keep),
        ("--output", args.run.output.as_deref(), Role::Write),
    ])
}

/// Reads to what is written through: what was written cannot be taken back, so nothing is continued.
async fn print(
    context: &CommandContext,
    run: &Run,
    operation: &OperationInfo,
    config: &Value,
    destination: Destination,
    console: Console,
) -> Result<(), Failure> {
    let input = input::read(run.input.as_deref(), run.input_type.as_deref(), operation).await?;
    let mut output = Output::open(destination, false).await?;
    let session = context.session().await?;
    let started = Instant::now();
    let failed = |error| context.failure(error, &session);
    let reader = session.read(&operation.name, config, input);
    let mut reader = reader.await.map_err(failed)?;
    let mut bytes = 0;
    while let Some(chunk) = reader.next(CHUNK).await.map_err(failed)? {
        output.write(&chunk).await?;
        bytes += chunk.len() as u64;
    }
    output.finish().await?;
    let head = reader.head().await.map_err(failed)?;
    transfer::extract::tell(&head, bytes, started.elapsed(), run.attributes, console);
    Ok(())
}
