//! `mediate read`: all rows of a source, in constant memory.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::args::{Global, Run};
use super::console::Console;
use super::failure::Failure;
use super::forms;
use super::input;
use super::output::{self, Output};
use super::plan::{Files, Plan, absolute, beside};
use super::progress::Meter;
use super::report::time;
use super::signals;
use super::workbench::Workbench;
use super::write;
use crate::contract::{Message, OperationInfo, Style};
use crate::ledger::Ledger;
use crate::part_file::PartFile;
use crate::transfer::{Extract, ExtractState, Patience};
use crate::words;

/// Bounds one chunk: large enough that crossing into the connector costs nothing, small enough to hold a few.
const CHUNK: u32 = 256 * 1024;

pub(super) async fn run(run: &Run, global: &Global, console: Console) -> Result<(), Failure> {
    let bench = Workbench::prepare(global, &run.connection, console).await?;
    let operation = bench.operation(&run.operation, Style::Source)?;
    let config = bench.config(run.config.as_deref(), &run.pairs, operation)?;
    let config = forms::by_ending(config, operation, forms::FORMAT, run.output.as_deref());
    let Some(path) = &run.output else {
        return tokio::select! {
            printed = print(&bench, run, operation, &config, console) => printed,
            code = signals::received() => Err(Failure::Interrupted(code)),
        };
    };
    let input = run.input.as_deref().map(absolute).transpose()?;
    let files = Files::Extract {
        input,
        input_type: run.input_type.clone(),
        output: absolute(path)?,
    };
    let plan = Plan::new(&operation.name, &config, files, &run.connection, global)?;
    let ledger = plan.begin(&beside(path))?;
    extract(&bench, &plan, ledger, None, run.attributes, console).await
}

/// Reads to stdout: what was printed cannot be taken back, so nothing is taken up again.
async fn print(
    bench: &Workbench,
    run: &Run,
    operation: &OperationInfo,
    config: &Value,
    console: Console,
) -> Result<(), Failure> {
    let input = input::read(run.input.as_deref(), run.input_type.as_deref(), operation).await?;
    let mut output = Output::open(None, false)?;
    let session = bench.session().await?;
    let started = Instant::now();
    let failed = |error| bench.failure(error, &session);
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
    bench: &Workbench,
    plan: &Plan,
    mut ledger: Ledger,
    state: Option<ExtractState>,
    attributes: bool,
    console: Console,
) -> Result<(), Failure> {
    let started = Instant::now();
    let extracted = tokio::select! {
        extracted = attempt(bench, plan, &mut ledger, state, console) => extracted,
        code = signals::received() => Err(Failure::Interrupted(code)),
    };
    let (head, file) = match extracted {
        Ok(extracted) => extracted,
        Err(why) => return Err(write::stopped(why, plan, ledger)),
    };
    let bytes = file.bytes();
    output::finish(file).await?;
    write::finish_named(plan, ledger)?;
    tell(&head, bytes, started.elapsed(), attributes, console);
    Ok(())
}

async fn attempt(
    bench: &Workbench,
    plan: &Plan,
    ledger: &mut Ledger,
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
    let operation = bench.operation(&plan.operation, Style::Source)?;
    let input = input::read(input.as_deref(), input_type.as_deref(), operation).await?;
    let state = state.unwrap_or_default();
    let output = write::part(output, state.bytes)?;
    let session = bench.session().await?;
    let mut meter = Meter::new(console);
    let extract = Extract {
        session: &session,
        operation: &plan.operation,
        config: &plan.config,
        input,
        ledger,
        state,
        output,
        patience: Patience::default(),
        watcher: &mut meter,
    };
    let extracted = extract.run().await;
    meter.end();
    extracted.map_err(|error| write::failure(error, bench, &session))
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
        .map(|rows| format!("{}, ", words::count(rows, "row")))
        .unwrap_or_default();
    format!(
        "read {rows}{} in {}",
        words::count(bytes, "byte"),
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
