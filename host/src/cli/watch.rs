//! `mediate watch`: what is new in the remote system, handed on as it comes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Notify;

use super::args::{Global, OutletArgs, Watch as Arguments};
use super::console::Console;
use super::failure::Failure;
use super::forms::{self, Ending};
use super::output;
use super::plan::{absolute, beside};
use super::report::time;
use super::signals;
use super::watches::{self, Entry};
use super::workbench::Workbench;
use crate::contract::Style;
use crate::egress::plain_client;
use crate::output::Destination;
use crate::profile::with_unit;
use crate::watch::{Appended, Outlet, Position, State, Through, Watch, WatchError, open_ledger};
use crate::words;

pub(super) async fn run(
    args: &Arguments,
    global: &Global,
    console: Console,
) -> Result<(), Failure> {
    let entries = match &args.watches {
        Some(file) => watches::read(file)?,
        None => vec![Entry::of(args)?],
    };
    let ended = Arc::new(Notify::new());
    let mut running = tokio::task::JoinSet::new();
    for entry in entries {
        let (global, ended) = (global.clone(), Arc::clone(&ended));
        running.spawn(async move { one(entry, &global, console, &ended).await });
    }
    let mut result = Ok(());
    let mut signal = std::pin::pin!(signals::received());
    loop {
        let joined = tokio::select! {
            joined = running.join_next() => joined,
            _ = &mut signal => {
                console.note("ending: what is being handed on is brought to an end");
                ended.notify_waiters();
                break;
            }
        };
        match joined {
            Some(Ok(Ok(()))) => {}
            Some(Ok(Err(failure))) => {
                result = Err(told(result, failure, running.is_empty(), console))
            }
            Some(Err(error)) => result = Err(Failure::Other(error.to_string())),
            None => return result,
        }
    }
    while let Some(joined) = running.join_next().await {
        if let Ok(Err(failure)) = joined {
            result = Err(failure);
        }
    }
    result
}

/// Of several watches that ended, all but the last are told at once: the others go on.
fn told(before: Result<(), Failure>, failure: Failure, is_last: bool, console: Console) -> Failure {
    drop(before);
    if !is_last {
        super::report::report(&failure, &console);
    }
    failure
}

async fn one(
    entry: Entry,
    global: &Global,
    console: Console,
    ended: &Notify,
) -> Result<(), Failure> {
    // Registered first: a signal while the connector is loaded must not be missed.
    let mut ending = std::pin::pin!(ended.notified());
    ending.as_mut().enable();
    let bench = Workbench::prepare(global, &entry.connection, console).await?;
    let operation = bench.operation(&entry.operation, Style::Trigger)?;
    let config = match &entry.config {
        Some(config) => config.clone(),
        None => bench.config(entry.document.as_deref(), &entry.pairs, operation)?,
    };
    let plan = json!({
        "operation": operation.name,
        "config": config,
        "connection": bench.connection_name(),
    });
    let (ledger, position) = match entry.checkpoint() {
        Some(path) => {
            let opened = open_ledger(&path, &plan).map_err(|error| cannot_use(&path, &error))?;
            (Some(opened.0), opened.1)
        }
        None => (None, Position::default()),
    };
    let written = entry.outlet.output.as_deref().map(length).transpose()?;
    let position = position.settled(written);
    let outlet = outlet(&entry.outlet, position.output_bytes.filter(|_| entry.dedup))?;
    let name = entry.name();
    let mut tell = |state: State<'_>| match state {
        State::Handled(count) => tracing::debug!(
            "{name}: {} handed on",
            words::count(count as u64, "finding")
        ),
        State::Waiting(why, pause) => {
            console.warn(&format!("{name}: {why}; trying again in {}", time(pause)))
        }
        State::Recovered => console.note(&format!("{name}: works again")),
    };
    let mut watch = Watch {
        operation: &operation.name,
        config: &config,
        every: entry.every,
        outlet,
        ledger,
        position,
        tell: &mut tell,
    };
    let open = || bench.start();
    watch
        .run(open, ending)
        .await
        .map_err(|error| failure(error, &bench))
}

fn failure(error: WatchError, bench: &Workbench) -> Failure {
    match error {
        WatchError::Session(error) => Failure::Session {
            error,
            refusals: Vec::new(),
            connection: bench.connection_name().to_owned(),
            sent: None,
            in_doubt: false,
        },
        WatchError::Ledger { path, source } => Failure::Write { path, source },
    }
}

/// Opens what the arguments name; stdout when they name nothing.
/// With `exactly`, an output file is cut to that length.
pub(super) fn outlet(args: &OutletArgs, exactly: Option<u64>) -> Result<Outlet, Failure> {
    if let Some(path) = &args.output {
        let destination = appended_to(path)?;
        if destination.is_stdout() {
            return Ok(Outlet::Stdout);
        }
        if !destination.is_file() {
            return Ok(Outlet::Stream(Through::new(destination)));
        }
        let opened = Appended::open(path, exactly).map_err(|error| cannot_use(path, &error))?;
        return Ok(Outlet::File(opened));
    }
    if let Some(command) = &args.exec {
        return Ok(Outlet::Command(command.clone()));
    }
    let Some(address) = &args.post else {
        return Ok(Outlet::Stdout);
    };
    let url = reqwest::Url::parse(address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| {
        Failure::usage("--post needs an address such as https://example.com/events")
    })?;
    Ok(Outlet::Post {
        url,
        client: plain_client()?,
    })
}

/// Finds out what an argument names. Lines of JSON are appended batch by batch, in the clear.
fn appended_to(path: &Path) -> Result<Destination, Failure> {
    let refused = |why: &str| Failure::usage(format!("--output {}: {why}", path.display()));
    match forms::ending(path) {
        (_, true) => Err(refused(
            "what is appended batch by batch is not compressed: leave .gz out",
        )),
        (Ending::None | Ending::Known("ndjson", _), _) => output::destination(Some(path), false),
        _ => Err(refused(
            "what comes is written as lines of JSON: end the name in .ndjson",
        )),
    }
}

/// The length of a file; of one that is not there yet, none.
fn length(path: &Path) -> Result<u64, Failure> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(cannot_use(path, &error)),
    }
}

fn cannot_use(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!(
        "cannot use {}: {}",
        path.display(),
        words::io(error)
    ))
}

impl Entry {
    fn of(args: &Arguments) -> Result<Self, Failure> {
        let operation = args.operation.clone();
        let operation = operation.ok_or_else(|| {
            Failure::usage("say which operation to watch, for example triggers/updated")
        })?;
        Ok(Self {
            operation,
            document: args.config.clone(),
            pairs: args.pairs.clone(),
            config: None,
            connection: args.connection.clone(),
            every: args.every,
            checkpoint: args.checkpoint.as_deref().map(absolute).transpose()?,
            outlet: args.outlet.clone(),
            dedup: args.dedup,
        })
    }

    /// Where the place is kept: as asked, or beside the output file. Without either it lives as long as the process.
    fn checkpoint(&self) -> Option<std::path::PathBuf> {
        let beside_output = || {
            let output = self.outlet.output.as_deref();
            let file = output.filter(|path| appended_to(path).is_ok_and(|to| to.is_file()));
            file.map(|path| {
                let mut journal = beside(path);
                journal.set_extension("checkpoint");
                journal
            })
        };
        self.checkpoint.clone().or_else(beside_output)
    }

    fn name(&self) -> String {
        match &self.connection.connection {
            Some(connection) => format!("{} of {connection}", self.operation),
            None => self.operation.clone(),
        }
    }
}

/// Reads a time: `500ms`, `30s`, `5m`, `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    with_unit(text).ok_or_else(|| "write a time as 500ms, 30s, 5m or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        for wrong in ["", "s", "-1s", "1d"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
