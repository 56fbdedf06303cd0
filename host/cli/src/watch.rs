//! `mediate watch`: what is new in the remote system, delivered as it comes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;

use super::args::{Global, OutputArgs, Watch as Arguments};
use super::console::Console;
use super::context::CommandContext;
use super::failure::Failure;
use super::format::{self, Ending};
use super::notice;
use super::output;
use super::plan::{absolute, beside};
use super::report::time;
use super::signals;
use super::watches::{self, Entry};
use mediate::contract::{Message, Style};
use mediate::egress::plain_client;
use mediate::journal_file::JournalFile;
use mediate::output::Destination;
use mediate::text;
use mediate::watch::{
    AppendedFile, Command, Gather, Identity, Output, Position, State, Watch, WatchError,
    WriteThrough, open_journal,
};

/// Shortest poll interval without `--fast`: each poll costs a call of a daily quota, and one a
/// second is 86,400 a day, within what most orgs have (Salesforce Developer Limits, "API Request Limits": 100,000 and up).
const LEAST_EVERY: Duration = Duration::from_secs(1);

pub(super) async fn run(
    args: &Arguments,
    global: &Global,
    console: Console,
) -> Result<(), Failure> {
    let entries = match &args.watches {
        Some(file) => watches::read(file)?,
        None => vec![Entry::from_arguments(args)?],
    };
    let ended = Arc::new(Notify::new());
    let mut ready = Vec::new();
    // All of them before the first runs: a mistake in one is not found while others work.
    for entry in entries {
        ready.push(Ready::prepare(entry, global, console).await?);
    }
    let mut running = tokio::task::JoinSet::new();
    for watch in ready {
        let ended = Arc::clone(&ended);
        running.spawn(async move { watch.run(console, &ended).await });
    }
    let mut result = Ok(());
    let mut signal = std::pin::pin!(signals::received());
    let code = loop {
        let joined = tokio::select! {
            joined = running.join_next() => joined,
            code = &mut signal => {
                console.note(notice::ENDING);
                ended.notify_waiters();
                break code;
            }
        };
        match joined {
            Some(Ok(Ok(()))) => {}
            Some(Ok(Err(failure))) => {
                result = Err(report_unless_last(
                    result,
                    failure,
                    running.is_empty(),
                    console,
                ))
            }
            Some(Err(error)) => result = Err(Failure::Other(error.to_string())),
            None => return result,
        }
    };
    while let Some(joined) = running.join_next().await {
        if let Ok(Err(failure)) = joined {
            result = Err(failure);
        }
    }
    result.and(Err(Failure::Interrupted(code)))
}

/// Reports the failure of a watch at once unless it was the last one: the others continue.
fn report_unless_last(
    before: Result<(), Failure>,
    failure: Failure,
    is_last: bool,
    console: Console,
) -> Failure {
    drop(before);
    if !is_last {
        super::report::report(&failure, &console);
    }
    failure
}

/// A watch that everything is there for.
struct Ready {
    entry: Entry,
    context: CommandContext,
    operation: String,
    config: Value,
    output: Output,
    journal_file: Option<JournalFile>,
    position: Position,
}

impl Ready {
    async fn prepare(entry: Entry, global: &Global, console: Console) -> Result<Self, Failure> {
        let name = entry.name.clone();
        let prepared = Self::prepare_one(entry, global, console).await;
        prepared.map_err(|failure| in_watch(name, failure))
    }

    async fn prepare_one(entry: Entry, global: &Global, console: Console) -> Result<Self, Failure> {
        let context = CommandContext::prepare(global, &entry.connection, console).await?;
        let operation = context.operation(&entry.operation, Style::Trigger)?;
        let config = match &entry.config {
            Some(config) => {
                context.check_config(config, operation)?;
                config.clone()
            }
            None => context.config(entry.document.as_deref(), &entry.pairs, operation)?,
        };
        let identity = Identity {
            operation: operation.name.clone(),
            config: config.clone(),
            connection: context.connection_name().to_owned(),
        };
        let (journal_file, position) = entry.open_checkpoint(&identity, console)?;
        if entry.gather.is_some() && journal_file.is_none() {
            return Err(Failure::usage(
                "--at-least lets findings wait, and without a checkpoint file those that wait at the end are lost: give --checkpoint FILE",
            ));
        }
        let written = entry.output.output.as_deref().map(length).transpose()?;
        let position = position.settled(written);
        let exactly = position.output_bytes.filter(|_| entry.dedup);
        Ok(Self {
            output: output(&entry.output, exactly, context.secret_variables())?,
            operation: operation.name.clone(),
            entry,
            context,
            config,
            journal_file,
            position,
        })
    }

    async fn run(self, console: Console, ended: &Notify) -> Result<(), Failure> {
        // Registered first: a signal while the connector is loaded must not be missed.
        let mut ending = std::pin::pin!(ended.notified());
        ending.as_mut().enable();
        let name = self.entry.title();
        let mut watch = Watch::new(&self.operation, &self.config, self.output)
            .every(self.entry.every)
            .gather(self.entry.gather)
            .checkpoint(self.journal_file, self.position)
            .tell(|state| report(&name, console, &state));
        let ran = watch.run(|| self.context.start(), ending).await;
        ran.map_err(|error| in_watch(self.entry.name.clone(), failure(error, &self.context)))
    }
}

/// Says which of several watches failed.
fn in_watch(name: Option<String>, failure: Failure) -> Failure {
    match name {
        Some(what) => Failure::OneOf {
            what,
            why: Box::new(failure),
        },
        None => failure,
    }
}

/// Tells how a watch goes.
pub(super) fn report(name: &str, console: Console, state: &State<'_>) {
    match state {
        State::Begun => tracing::debug!("{name}: from now on nothing is missed"),
        State::Handled(count) => tracing::debug!(
            "{name}: {} delivered",
            text::count(*count as u64, "finding")
        ),
        State::Gap(message) => console.warn(&format!("{name}: {}", gap(message))),
        State::Waiting(why, pause) => console.warn(&notice::waits(name, why, *pause)),
        State::Recovered => console.note(&notice::recovered(name)),
        _ => {}
    }
}

/// Tells of findings that are missing, or may be, by the metadata of the message that stands for them.
fn gap(message: &Message) -> String {
    let of = |name: &str, before: &str| {
        let value = message.metadata.extra(name);
        value.map_or_else(String::new, |value| format!("{before}{value}"))
    };
    format!(
        "findings may be missing ({}){}{}{}; the output has a message about it, too",
        message.metadata.extra("gap").unwrap_or_default(),
        of("channel", " on "),
        of("gap-from", " from "),
        of("gap-to", " to ")
    )
}

fn failure(error: WatchError, context: &CommandContext) -> Failure {
    match error {
        WatchError::Session(error) => Failure::Session {
            error: Box::new(error),
            denials: Vec::new(),
            connection: context.connection_title(),
            sent: None,
            in_doubt: false,
        },
        WatchError::Checkpoint { path, source } => Failure::Write { path, source },
        other => Failure::Other(other.to_string()),
    }
}

/// Opens what the arguments name; stdout when they name nothing.
/// With `exactly`, an output file is cut to that length. A command does not get the `hidden` environment variables.
pub(super) fn output(
    args: &OutputArgs,
    exactly: Option<u64>,
    hidden: Vec<String>,
) -> Result<Output, Failure> {
    if let Some(path) = &args.output {
        let destination = appended_to(path)?;
        if destination.is_stdout() {
            return Ok(Output::Stdout);
        }
        if !destination.is_file() {
            return Ok(Output::Stream(WriteThrough::new(destination)));
        }
        let opened = AppendedFile::open(path, exactly).map_err(|error| cannot_use(path, &error))?;
        return Ok(Output::File(opened));
    }
    if let Some(command) = &args.exec {
        return Ok(Output::Command(Command::new(command.clone(), hidden)));
    }
    let Some(address) = &args.post else {
        return Ok(Output::Stdout);
    };
    let url = url::Url::parse(address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| {
        Failure::usage("--post needs an address such as https://example.com/events")
    })?;
    Ok(Output::Post {
        url,
        client: plain_client()?,
    })
}

/// Returns the path of the checkpoint file beside the output file, where there is one.
pub(super) fn checkpoint_beside(args: &OutputArgs) -> Option<std::path::PathBuf> {
    let output = args.output.as_deref();
    let file = output.filter(|path| appended_to(path).is_ok_and(|to| to.is_file()));
    file.map(|path| {
        let mut checkpoint = beside(path);
        checkpoint.set_extension("checkpoint");
        checkpoint
    })
}

/// Finds out what an argument names. Lines of JSON are appended batch by batch, in the clear.
fn appended_to(path: &Path) -> Result<Destination, Failure> {
    let refused = |why: &str| Failure::usage(format!("--output {}: {why}", path.display()));
    match format::ending(path) {
        (_, true) => Err(refused(
            "a file that grows batch by batch cannot be compressed: leave .gz out",
        )),
        (Ending::None | Ending::Known("ndjson", _), _) => output::destination(Some(path), false),
        _ => Err(refused(
            "the findings are written as lines of JSON: end the name in .ndjson",
        )),
    }
}

/// Returns the length of a file; 0 for one that is not there yet.
fn length(path: &Path) -> Result<u64, Failure> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(cannot_use(path, &error)),
    }
}

pub(super) fn cannot_use(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!(
        "cannot use {}: {}",
        path.display(),
        text::io(error)
    ))
}

impl Entry {
    fn from_arguments(args: &Arguments) -> Result<Self, Failure> {
        let operation = args.operation.clone();
        let operation = operation.ok_or_else(|| {
            Failure::usage("say which operation to watch, for example triggers/updated")
        })?;
        check_interval(args.every, args.fast).map_err(|why| Failure::usage(format!("--{why}")))?;
        Ok(Self {
            name: None,
            operation,
            document: args.config.clone(),
            pairs: args.pairs.clone(),
            config: None,
            connection: args.connection.clone(),
            every: args.every,
            checkpoint: args.checkpoint.as_deref().map(absolute).transpose()?,
            output: args.output.clone(),
            dedup: args.dedup,
            gather: args
                .at_least
                .zip(args.within)
                .map(|(at_least, within)| Gather::new(at_least, within)),
        })
    }

    /// Returns the path of the checkpoint file: as asked, or beside the output file. Without either, the checkpoint lives
    /// as long as the process.
    fn checkpoint(&self) -> Option<std::path::PathBuf> {
        let checkpoint = self.checkpoint.clone();
        checkpoint.or_else(|| checkpoint_beside(&self.output))
    }

    /// Opens the checkpoint, and says what it means for the watch.
    fn open_checkpoint(
        &self,
        identity: &Identity,
        console: Console,
    ) -> Result<(Option<JournalFile>, Position), Failure> {
        let title = self.title();
        let Some(path) = self.checkpoint() else {
            if self.output.exec.is_some() || self.output.post.is_some() {
                console.warn(&notice::no_checkpoint(&title));
            }
            return Ok((None, Position::default()));
        };
        let opened = open_journal(&path, identity).map_err(|error| cannot_use(&path, &error))?;
        if !opened.changes.is_empty() {
            console.note(&notice::other_config(&title, &path, &opened.changes));
        }
        Ok((Some(opened.journal_file), opened.position))
    }

    /// Names the watch for people.
    fn title(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        match &self.connection.connection {
            Some(connection) => format!("{} of {connection}", self.operation),
            None => self.operation.clone(),
        }
    }
}

/// Refuses a poll interval that uses up quotas, unless `fast` allows it.
pub(super) fn check_interval(every: Duration, fast: bool) -> Result<(), String> {
    if fast || every >= LEAST_EVERY {
        return Ok(());
    }
    Err(format!(
        "every {} is less than {}: each poll may cost a call of the remote system's daily quota; set a longer time, or allow it with `fast`",
        time(every),
        time(LEAST_EVERY)
    ))
}

#[cfg(test)]
mod tests {
    use super::super::args::duration;
    use super::*;

    #[test]
    fn polls_that_use_up_a_quota_must_be_allowed() {
        let soon = Duration::from_millis(999);
        assert!(check_interval(soon, false).is_err_and(|why| why.contains("quota")));
        assert_eq!(check_interval(soon, true), Ok(()));
        assert_eq!(check_interval(LEAST_EVERY, false), Ok(()));
    }

    #[test]
    fn times_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        for wrong in ["", "s", "-1s", "1d"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
