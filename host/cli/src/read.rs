//! `mediate read`: all rows of a source, in constant memory.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::args::{Global, Read, Run};
use super::console::Console;
use super::context::CommandContext;
use super::failure::Failure;
use super::format::{self, Data};
use super::input;
use super::output::{self, Output};
use super::plan::{self, Files, Named, Plan, absolute, beside};
use super::progress::Meter;
use super::report::time;
use super::resume;
use super::signals;
use super::write;
use mediate::contract::{Message, OperationInfo, Style};
use mediate::journal_file::JournalFile;
use mediate::output::{Destination, PartFile, Role};
use mediate::text;
use mediate::transfer::{Extract, ExtractState, RetryPolicy};

/// Bounds one chunk: large enough that crossing into the connector costs nothing, small enough to hold a few.
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
        return resume::go_on(&context, &plan, journal_file, step, console).await;
    }
    let journal_file = plan.begin(&journal)?;
    extract(&context, &plan, journal_file, None, run.attributes, console).await
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
    tell(&head, bytes, started.elapsed(), run.attributes, console);
    Ok(())
}

/// Reads into a file, from the last step if there is one.
pub(super) async fn extract(
    context: &CommandContext,
    plan: &Plan,
    mut journal_file: JournalFile,
    state: Option<ExtractState>,
    attributes: bool,
    console: Console,
) -> Result<(), Failure> {
    let started = Instant::now();
    let extracted = tokio::select! {
        extracted = attempt(context, plan, &mut journal_file, state, console) => extracted,
        code = signals::received() => Err(Failure::Interrupted(code)),
    };
    let (head, file) = match extracted {
        Ok(extracted) => extracted,
        Err(why) => return Err(write::stopped(why, None, plan, journal_file)),
    };
    let bytes = file.bytes();
    if let Err(why) = output::finish(file).await {
        return Err(write::stopped(why, None, plan, journal_file));
    }
    write::end(plan, journal_file)?;
    tell(&head, bytes, started.elapsed(), attributes, console);
    Ok(())
}

async fn attempt(
    context: &CommandContext,
    plan: &Plan,
    journal_file: &mut JournalFile,
    state: Option<ExtractState>,
    console: Console,
) -> Result<(Message, PartFile), Failure> {
    let Files::Extract {
        input,
        input_type,
        output,
    } = &plan.files
    else {
        return Err(Failure::Other("this journal is not of an extract".into()));
    };
    let operation = context.operation(&plan.operation, Style::Source)?;
    let input = input::read(input.as_deref(), input_type.as_deref(), operation).await?;
    let state = state.unwrap_or_default();
    let spool = plan::spool(journal_file.path(), Data::Output);
    let mut output = output::part(output.destination()?, &spool, state.bytes, false)?;
    output.keep();
    let session = context.session().await?;
    let mut meter = Meter::new(console);
    let extract = Extract {
        session: &session,
        operation: &plan.operation,
        config: &plan.config,
        input,
        journal_file,
        state,
        output,
        retry: RetryPolicy::default(),
        watcher: &mut meter,
    };
    let extracted = extract.run().await;
    meter.end();
    extracted.map_err(|error| write::failure(error, context, &session))
}

fn tell(head: &Message, bytes: u64, took: Duration, attributes: bool, console: Console) {
    if attributes {
        super::call::attributes(head, console);
    }
    console.note(&summary(head, bytes, took));
}

fn summary(head: &Message, bytes: u64, took: Duration) -> String {
    let rows = head.attribute("rows").and_then(|rows| rows.parse().ok());
    let rows = rows
        .map(|rows| format!("{}, ", text::count(rows, "row")))
        .unwrap_or_default();
    format!(
        "read {rows}{} in {}",
        text::count(bytes, "byte"),
        time(took)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_rows_where_the_source_does() {
        let mut head = Message::new("text/csv", "");
        assert_eq!(
            summary(&head, 1, Duration::from_millis(5)),
            "read 1 byte in 5 ms"
        );
        head.attributes.push(("rows".into(), "300000".into()));
        assert_eq!(
            summary(&head, 9_000_000, Duration::from_secs(2)),
            "read 300,000 rows, 9,000,000 bytes in 2.0 s"
        );
    }
}
