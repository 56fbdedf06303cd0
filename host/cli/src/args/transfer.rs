//! Arguments of the commands that move many records.

use std::path::PathBuf;

use clap::Args;

use super::{Connection, Run};

/// Arguments of `read`.
#[derive(Debug, Args)]
pub struct Read {
    /// What to run.
    #[command(flatten)]
    pub run: Run,
    /// The journal file; by default beside the output, as OUTPUT.journal
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Continue the same read if its journal shows that it was interrupted; otherwise start it
    #[arg(long)]
    pub resume_if_any: bool,
}

/// Arguments of `write`.
#[derive(Debug, Args)]
pub struct Write {
    /// The operation, for example bulk/load
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
    /// The input: a file, or - for stdin, which is copied beside the journal; the file's ending (.csv, ..., .gz behind it)
    /// chooses the `format`
    #[arg(short, long, value_name = "FILE|-")]
    pub input: PathBuf,
    /// The media type of the input, for example 'text/csv; header=absent; delimiter=semicolon': it chooses the `format`, and
    /// what of it the operation has fields for; by default the file's ending does
    #[arg(long, value_name = "MEDIA")]
    pub input_type: Option<String>,
    /// Write the outcome of every record to this file, in the order of the input; its ending chooses the `outcome-format`.
    /// To - (stdout), devices and FIFOs it is written at the end
    #[arg(long, value_name = "FILE|-")]
    pub outcomes: Option<PathBuf>,
    /// Write the records that failed to this file, as they are in the input
    #[arg(long, value_name = "FILE")]
    pub failed: Option<PathBuf>,
    /// Write what the load amounts to, as JSON: its state, counts, reasons of failures and the jobs in the remote system
    #[arg(long, value_name = "FILE|-")]
    pub summary: Option<PathBuf>,
    /// The journal file; by default beside the input, as INPUT.journal
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Continue the same load if its journal shows that it was interrupted; otherwise start it
    #[arg(long)]
    pub resume_if_any: bool,
}

/// Arguments of `resume`.
#[derive(Debug, Args)]
pub struct Resume {
    /// The journal that the interrupted run left
    pub journal: PathBuf,
    /// Abort the load instead: records that the remote system has not processed are not saved
    #[arg(long)]
    pub abort: bool,
    /// Write what a load amounts to, as JSON: its state, counts, reasons of failures and the jobs in the remote system
    #[arg(long, value_name = "FILE|-")]
    pub summary: Option<PathBuf>,
}
