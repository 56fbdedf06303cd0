//! The command `mediate`: arguments in, data on stdout, messages on stderr, an exit code. One file per subcommand; what the
//! subcommands do is in the library `mediate`.

mod abort;
pub mod args;
mod call;
mod check;
mod config;
mod console;
mod context;
mod convert;
mod demo;
mod describe;
pub mod embedded;
mod failure;
mod files;
mod format;
mod help;
mod input;
mod listen;
mod media_type;
mod notice;
mod output;
mod plan;
mod progress;
mod read;
mod report;
mod resume;
mod sandbox;
mod schema;
mod signals;
pub mod simulated_org;
mod summary;
mod target;
mod test;
#[cfg(test)]
mod texts;
mod transfer;
mod type_words;
mod watch;
mod watches;
mod write;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use console::Console;
use failure::Failure;

use mediate::terminal;

/// Option for errors as JSON, honoured also where the other arguments are not understood.
const JSON_ERRORS: &str = "--json-errors";

/// Runs the command with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// Runs the command with these arguments, the first being its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            return not_understood(
                &error,
                arguments.iter().any(|argument| argument == JSON_ERRORS),
            );
        }
    };
    let console = Console::new(&cli.global);
    console.start_log(cli.global.verbose);
    match execute(&cli, console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report::report(&failure, &console);
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Prints what clap has to say: help and version on stdout, errors on stderr.
fn not_understood(error: &clap::Error, as_json: bool) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    if as_json {
        console::write_line(&terminal::json_line(arguments_as_json(&text)));
    } else {
        console::write_line(terminal::visible(&text).trim_end());
    }
    ExitCode::from(failure::USAGE)
}

/// Gives an error of clap as programs read it: a sentence, which may continue in further lines with the names of
/// arguments, then paragraphs with tips and the usage.
fn arguments_as_json(text: &str) -> serde_json::Value {
    let mut paragraphs = text.split("\n\n").map(str::trim);
    let error_text = paragraphs.next().unwrap_or_default();
    let sentence: Vec<&str> = error_text.lines().map(str::trim).collect();
    let sentence = sentence.join(" ");
    let mut document = report::as_json(&Failure::usage(sentence.trim_start_matches("error: ")));
    let paragraphs: Vec<&str> = paragraphs.collect();
    let after = |mark: &str| -> Vec<String> {
        let lines = paragraphs.iter().flat_map(|paragraph| paragraph.lines());
        let marked = lines.filter_map(|line| line.trim().strip_prefix(mark));
        marked.map(|rest| rest.trim().to_owned()).collect()
    };
    let (hints, usage) = (after("tip:"), after("Usage:"));
    if let Some(members) = document.as_object_mut() {
        if !hints.is_empty() {
            members.insert("hints".into(), hints.into());
        }
        if let Some(usage) = usage.into_iter().next() {
            members.insert("usage".into(), usage.into());
        }
    }
    document
}

fn execute(cli: &Cli, console: Console) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| {
        Failure::Other(format!("cannot start the threads of this program: {error}"))
    })?;
    let outcome = runtime.block_on(until_signal(cli, console));
    // Not a drop, which would wait for a blocked write to a stdout that nobody reads.
    runtime.shutdown_background();
    outcome
}

/// Runs the subcommand until a signal, which drops it where it stands, and with it a half-written output.
async fn until_signal(cli: &Cli, console: Console) -> Result<(), Failure> {
    // These hear signals themselves: they have something to bring to an end.
    if let Command::Sandbox(_)
    | Command::Read(_)
    | Command::Write(_)
    | Command::Resume(_)
    | Command::Watch(_)
    | Command::Listen(_) = &cli.command
    {
        return verb(cli, console).await;
    }
    tokio::select! {
        outcome = verb(cli, console) => outcome,
        code = signals::received() => Err(Failure::Interrupted(code)),
    }
}

async fn verb(cli: &Cli, console: Console) -> Result<(), Failure> {
    let global = &cli.global;
    match &cli.command {
        Command::Describe(args) => describe::run(args, global).await,
        Command::Call(args) => call::run(args, global, console).await,
        Command::Read(args) => read::run(args, global, console).await,
        Command::Write(args) => write::run(args, global, console).await,
        Command::Resume(args) => resume::run(args, global, console).await,
        Command::Watch(args) => watch::run(args, global, console).await,
        Command::Listen(args) => listen::run(args, global, console).await,
        Command::Test(args) => test::run(args, global, console).await,
        Command::Check(args) => check::run(args, global, console).await,
        Command::Sandbox(args) => sandbox::run(args, console).await,
        Command::Demo(args) => demo::run(args, global, console).await,
        Command::Schema(args) => schema::run(args, global).await,
        Command::Help { topic } => help::run(topic.as_deref()),
    }
}
