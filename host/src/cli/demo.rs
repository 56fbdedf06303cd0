//! `mediate demo`: what the connector does, shown on real data.

use clap::Args;

use super::args::Global;
use super::console::Console;
use super::failure::Failure;

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct Demo {}

pub(super) async fn run(_args: &Demo, _global: &Global, _console: Console) -> Result<(), Failure> {
    Err(Failure::usage("the demo is not part of this build"))
}
