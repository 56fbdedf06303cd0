//! Arguments of the commands that run until they are ended.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mediate::profile::with_unit;
use mediate::watch::{MAX_AT_LEAST, MAX_WITHIN};

use super::Connection;

/// Arguments of `watch`.
#[derive(Debug, Args)]
pub struct Watch {
    /// The operation, for example triggers/updated or events/subscribe
    #[arg(required_unless_present = "watches")]
    pub operation: Option<String>,
    /// The config: key=value, key:=JSON, key=@file (see `mediate help config`)
    #[arg(value_name = "KEY=VALUE")]
    pub pairs: Vec<String>,
    /// The config as a JSON object; KEY=VALUE arguments override it
    #[arg(long, value_name = "JSON|@FILE")]
    pub config: Option<String>,
    /// Which connection to use.
    #[command(flatten)]
    pub connection: Connection,
    /// The poll interval when nothing is waiting: 500ms, 30s, 5m, 1h
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub every: Duration,
    /// Allow --every below 1s: every poll may cost a call of the remote system's daily quota
    #[arg(long)]
    pub fast: bool,
    /// The checkpoint file, from which another run continues; by default beside --output
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// Where findings go.
    #[command(flatten)]
    pub output: OutputArgs,
    /// After a crash, cut repeated findings from the output file, so that each is in it exactly once
    #[arg(long, requires = "output")]
    pub dedup: bool,
    /// Wait until so many findings are there, 1 to 10000, and deliver them together; see --within
    #[arg(long, value_name = "COUNT", requires = "within", value_parser = at_least)]
    pub at_least: Option<usize>,
    /// Deliver what is there so long after the first finding, at most 24h, though --at-least is not reached
    #[arg(long, value_name = "TIME", requires = "at_least", value_parser = within)]
    pub within: Option<Duration>,
    /// Run all the watches that this file names (see `mediate help watches`)
    #[arg(long, value_name = "FILE.toml", conflicts_with_all = ["operation", "config", "connection", "checkpoint", "output", "exec", "post", "fast", "at_least"])]
    pub watches: Option<PathBuf>,
}

/// Arguments of `listen`.
#[derive(Debug, Args)]
pub struct Listen {
    /// The operation that reads a message, for example events/parse-outbound-message
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
    /// The address to listen on; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub listen: SocketAddr,
    /// The path of the URL that messages are posted to; make it hard to guess, and keep it in a file
    #[arg(long, value_name = "PATH|@FILE", default_value = "/")]
    pub path: String,
    /// The largest message in KiB
    #[arg(long, value_name = "KIB", default_value_t = 1024)]
    pub max_body: usize,
    /// Encrypt with this certificate chain
    #[arg(long, value_name = "FILE.pem", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// The private key of the certificate
    #[arg(long, value_name = "FILE.pem", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Accept only clients whose certificate one of these authorities signed
    #[arg(long, value_name = "FILE.pem", requires = "tls_certificate")]
    pub client_ca: Option<PathBuf>,
    /// Deliver a message that its sender repeats only once: it is found by its id among the last 100,000, and acknowledged again; of what --exec and --post take, the last message before a crash may come twice
    #[arg(long)]
    pub dedup: bool,
    /// The file with the ids of delivered messages, with --dedup; by default beside --output
    #[arg(long, value_name = "FILE", requires = "dedup")]
    pub checkpoint: Option<PathBuf>,
    /// Where messages go.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Arguments that say where findings go; to stdout if none is given.
#[derive(Clone, Debug, Default, Args)]
pub struct OutputArgs {
    /// Append findings to this file, a line of JSON each
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Run this command for each batch, with the findings on its stdin; exit code 0 acknowledges them
    #[arg(long, value_name = "COMMAND", conflicts_with = "output")]
    pub exec: Option<String>,
    /// Post each batch to this URL; a 2xx status acknowledges it
    #[arg(long, value_name = "URL", conflicts_with_all = ["output", "exec"])]
    pub post: Option<String>,
}

/// Reads a time: `500ms`, `30s`, `5m`, `1h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    with_unit(text).ok_or_else(|| "write a time as 500ms, 30s, 5m or 1h".to_owned())
}

/// Reads the number of findings that are delivered together.
pub(crate) fn at_least(text: &str) -> Result<usize, String> {
    let count = text.parse().ok();
    let count = count.filter(|count| (1..=MAX_AT_LEAST).contains(count));
    count.ok_or_else(|| format!("write a number from 1 to {MAX_AT_LEAST}"))
}

/// Reads the time for which findings wait for others.
pub(crate) fn within(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if time <= MAX_WITHIN {
        return Ok(time);
    }
    Err("findings wait for at most 24h".to_owned())
}
