//! An extract of the command: run to its end, or to where another run can continue it.

use std::time::{Duration, Instant};

use super::ending::{end, failure, stopped};
use crate::console::Console;
use crate::context::CommandContext;
use crate::failure::Failure;
use crate::format::Data;
use crate::input;
use crate::output;
use crate::plan::{self, Files, Plan};
use crate::progress::Meter;
use crate::report::time;
use crate::signals;
use mediate::contract::{Head, Style};
use mediate::journal_file::JournalFile;
use mediate::output::PartFile;
use mediate::text;
use mediate::transfer::{Extract, ExtractState};

/// Reads into a file, from the last step if there is one.
pub(crate) async fn extract(
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
        Err(why) => return Err(stopped(why, None, plan, journal_file)),
    };
    let bytes = file.bytes();
    if let Err(why) = output::finish(file).await {
        return Err(stopped(why, None, plan, journal_file));
    }
    end(plan, journal_file)?;
    tell(&head, bytes, started.elapsed(), attributes, console);
    Ok(())
}

async fn attempt(
    context: &CommandContext,
    plan: &Plan,
    journal_file: &mut JournalFile,
    state: Option<ExtractState>,
    console: Console,
) -> Result<(Head, PartFile), Failure> {
    let Files::Extract {
        input,
        input_type,
        output,
    } = &plan.files
    else {
        return Err(Failure::Other(
            "this is not the journal of an extract".into(),
        ));
    };
    let operation = context.operation(&plan.operation, Style::Source)?;
    let input = input::read(input.as_deref(), input_type.as_deref(), operation).await?;
    let state = state.unwrap_or_default();
    let spool = plan::spool(journal_file.path(), Data::Output);
    let mut output = output::part(output.destination()?, &spool, state.bytes, false)?;
    output.keep();
    let session = context.session().await?;
    let mut meter = Meter::new(console);
    let extract = Extract::new(
        &session,
        &plan.operation,
        &plan.config,
        output,
        journal_file,
    );
    let extract = extract.input(input).state(state).watcher(&mut meter);
    let extracted = extract.run().await;
    meter.end();
    extracted.map_err(|error| failure(error, context, &session))
}

/// Tells what a source has given.
pub(crate) fn tell(head: &Head, bytes: u64, took: Duration, attributes: bool, console: Console) {
    if attributes {
        crate::call::attributes(&head.media_type, &head.metadata, console);
    }
    console.note(&summary(head, bytes, took));
}

pub(crate) fn summary(head: &Head, bytes: u64, took: Duration) -> String {
    let rows = head.metadata.records;
    let rows = rows
        .map(|rows| format!("{}, ", text::count(rows.into(), "row")))
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
        let mut head = Head::default();
        assert_eq!(
            summary(&head, 1, Duration::from_millis(5)),
            "read 1 byte in 5 ms"
        );
        head.metadata.records = Some(300_000);
        assert_eq!(
            summary(&head, 9_000_000, Duration::from_secs(2)),
            "read 300,000 rows, 9,000,000 bytes in 2.0 s"
        );
    }
}
