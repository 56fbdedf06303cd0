//! `mediate read`: all rows of a source, in constant memory.

use std::time::{Duration, Instant};

use super::args::{Global, Run};
use super::call::attributes;
use super::console::Console;
use super::failure::Failure;
use super::input;
use super::output::Output;
use super::report::time;
use super::workbench::Workbench;
use crate::contract::{Message, Style};
use crate::session::Reader;
use crate::words;

/// Bounds one chunk: large enough that crossing into the connector costs nothing, small enough to hold a few.
const CHUNK: u32 = 256 * 1024;

pub(super) async fn run(run: &Run, global: &Global, console: Console) -> Result<(), Failure> {
    let bench = Workbench::prepare(global, &run.connection, console).await?;
    let operation = bench.operation(&run.operation, Style::Source)?;
    let config = bench.config(run, operation)?;
    let input = input::read(run.input.as_deref(), run.input_type.as_deref(), operation).await?;
    let output = Output::open(run.output.as_deref(), false)?;
    let session = bench.session().await?;
    let started = Instant::now();
    let failed = |error| bench.failure(error, &session);
    let mut reader = session
        .read(&operation.name, &config, input)
        .await
        .map_err(failed)?;
    let bytes = match copy(&mut reader, output).await {
        Ok(bytes) => bytes,
        Err(Stopped::Source(error)) => return Err(failed(error)),
        Err(Stopped::Output(failure)) => return Err(failure),
    };
    let head = reader.head().await.map_err(failed)?;
    if run.attributes {
        attributes(&head, console);
    }
    console.note(&summary(&head, bytes, started.elapsed()));
    Ok(())
}

enum Stopped {
    Source(crate::session::SessionError),
    Output(Failure),
}

async fn copy(reader: &mut Reader<'_>, mut output: Output) -> Result<u64, Stopped> {
    let mut bytes = 0;
    while let Some(chunk) = reader.next(CHUNK).await.map_err(Stopped::Source)? {
        output.write(&chunk).await.map_err(Stopped::Output)?;
        bytes += chunk.len() as u64;
    }
    output.finish().await.map_err(Stopped::Output)?;
    Ok(bytes)
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
