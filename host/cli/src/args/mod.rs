//! The arguments of the command, with their help.

use std::net::SocketAddr;
use std::path::PathBuf;

mod transfer;
mod watch;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub use transfer::{Read, Resume, Write};
pub use watch::{Listen, OutputArgs, Watch};

pub(crate) use watch::{at_least, duration, within};

/// Runs the operations of mediation connectors: Salesforce's is built in.
///
/// Data goes to stdout, messages to stderr. Without a connection, operations that only read run in a simulated
/// org inside this process, so you can try them at once; changes need `--connection @sandbox`:
///
///   mediate read query/rows soql='SELECT Id, Name FROM Account'
#[derive(Debug, Parser)]
#[command(
    name = "mediate",
    bin_name = "mediate",
    verbatim_doc_comment,
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Options of all commands.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Use this connector, a WebAssembly component, instead of the built-in one
    #[arg(long, global = true, value_name = "FILE.wasm")]
    pub connector: Option<PathBuf>,
    /// Log what happens on stderr (-vv: in detail)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Print only errors on stderr
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
    /// Write everything on stderr as lines of JSON, errors with all their details
    #[arg(long, global = true)]
    pub json_errors: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the operations, or explain one
    ///
    /// Example: mediate describe records/create
    Describe(Describe),
    /// Run an operation: one request, one reply
    ///
    /// Example: mediate call records/create object=Account --input account.json
    Call(Call),
    /// Read the rows of an operation, however many, in constant memory
    ///
    /// Example: mediate read query/rows soql='SELECT Id FROM Account' --output accounts.ndjson
    Read(Read),
    /// Load the records of a file and report the outcome of each
    ///
    /// Example: mediate write bulk/load object=Account operation=insert --input accounts.csv
    Write(Write),
    /// Continue a load or an extract that was interrupted, from its journal
    ///
    /// Example: mediate resume accounts.csv.journal
    Resume(Resume),
    /// Stream new records and events to a file, a command or a URL
    ///
    /// Example: mediate watch triggers/updated object=Account --output accounts.ndjson
    Watch(Watch),
    /// Receive outbound messages over HTTP and acknowledge each after delivery
    ///
    /// Example: mediate listen events/parse-outbound-message --path @secret.txt --output messages.ndjson
    Listen(Listen),
    /// Test a connection, and say what is wrong with it
    ///
    /// Example: mediate test --connection acme
    Test(Connection),
    /// Judge whether a component keeps the contract of connectors, without a network
    ///
    /// Example: mediate check connector.wasm
    Check(Check),
    /// Serve the simulated org on a port, for any client
    ///
    /// Example: mediate sandbox --listen 127.0.0.1:8080 --rows Account=300000
    Sandbox(Sandbox),
    /// Show what the connector does, on real data
    Demo(Demo),
    /// Print a JSON Schema, for editors and checks
    ///
    /// Example: mediate schema connection > connection.schema.json
    Schema(SchemaArgs),
    /// Explain a command or a topic: config, connections, exit-codes, watches
    ///
    /// Example: mediate help exit-codes
    Help {
        /// A command, or one of: config, connections, exit-codes, watches
        topic: Option<String>,
    },
}

/// Arguments of `describe`.
#[derive(Debug, Args)]
pub struct Describe {
    /// The operation to explain, for example records/create; without it all operations are listed
    pub operation: Option<String>,
    /// Print the catalog as JSON, with all schemas
    #[arg(long)]
    pub json: bool,
}

/// Arguments that say which connection to use.
#[derive(Clone, Debug, Args)]
pub struct Connection {
    /// A connection file, its name (see `mediate help connections`), or @sandbox for the simulated org; by default the
    /// variable MEDIATE_CONNECTION
    #[arg(short, long, value_name = "NAME|FILE")]
    pub connection: Option<String>,
    /// Keep the data of the simulated org in this folder; by default in memory
    #[arg(long, value_name = "DIR")]
    pub sandbox_data: Option<PathBuf>,
}

/// Arguments of `call`.
#[derive(Debug, Args)]
pub struct Call {
    /// What to run.
    #[command(flatten)]
    pub run: Run,
    /// Show the secrets of a reply, such as session ids, instead of ***
    #[arg(long)]
    pub show_secrets: bool,
}

/// Arguments that say what to run.
#[derive(Debug, Args)]
pub struct Run {
    /// The operation, for example records/retrieve
    pub operation: String,
    /// The config: key=value, key:=JSON, key=@file (see `mediate help config`)
    #[arg(value_name = "KEY=VALUE")]
    pub pairs: Vec<String>,
    /// The config as a JSON object; KEY=VALUE arguments override it
    #[arg(long, value_name = "JSON|@FILE")]
    pub config: Option<String>,
    /// Which connection to use.
    #[command(flatten)]
    pub connection: Connection,
    /// The input: a file, or - for stdin
    #[arg(short, long, value_name = "FILE|-")]
    pub input: Option<PathBuf>,
    /// The media type of the input; by default that of the file's ending
    #[arg(long, value_name = "MEDIA", requires = "input")]
    pub input_type: Option<String>,
    /// Write to this file, which appears only when it is complete; its ending (.csv, .ndjson, ..., .gz behind it)
    /// chooses the `format`. Devices, FIFOs and - (stdout) are written through
    #[arg(short, long, value_name = "FILE|-")]
    pub output: Option<PathBuf>,
    /// Print the attributes of the reply (status, headers, usage) on stderr
    #[arg(long)]
    pub attributes: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The component; by default that of --connector, or the built-in one
    #[arg(value_name = "FILE.wasm")]
    pub component: Option<PathBuf>,
    /// Try operations that only read and need no config, too, with this connection: a file, a name, or @sandbox
    #[arg(short, long, value_name = "NAME|FILE")]
    pub connection: Option<String>,
    /// Print what was found as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `sandbox`.
#[derive(Clone, Debug, Args)]
pub struct Sandbox {
    /// The address to listen on; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Keep the org's data in this folder; by default in memory
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Load objects, records, apps, users and outbound messages from this folder
    #[arg(long, value_name = "DIR")]
    pub seed: Option<PathBuf>,
    /// Generate rows, for example Account=300000; may be repeated
    #[arg(long, value_name = "OBJECT=COUNT", value_parser = rows)]
    pub rows: Vec<(String, u64)>,
    /// Let the app log in by JWTs that this certificate or public key (PEM) verifies
    #[arg(long, value_name = "FILE")]
    pub jwt_certificate: Option<PathBuf>,
}

fn rows(text: &str) -> Result<(String, u64), String> {
    let usable = text.split_once('=').and_then(|(object, count)| {
        let count = count.replace('_', "").parse().ok()?;
        (!object.is_empty()).then(|| (object.to_owned(), count))
    });
    usable.ok_or_else(|| "write OBJECT=COUNT, for example Account=300000".to_owned())
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Whose schema
    #[arg(value_enum)]
    pub of: SchemaOf,
}

/// What `schema` can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// Connection files
    Connection,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Write files into this folder.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn generated_rows_name_object_and_count() {
        assert_eq!(rows("Account=300_000"), Ok(("Account".into(), 300_000)));
        assert!(rows("Account").is_err());
        assert!(rows("=5").is_err());
        assert!(rows("Account=many").is_err());
    }

    #[test]
    fn options_of_every_command_stand_anywhere() {
        let cli = Cli::try_parse_from(["mediate", "call", "a/b", "x=1", "-vv", "--quiet"])
            .expect("parses");
        assert_eq!((cli.global.verbose, cli.global.quiet), (2, true));
        let Command::Call(call) = cli.command else {
            panic!("call")
        };
        assert_eq!(call.run.pairs, ["x=1"]);
    }
}
