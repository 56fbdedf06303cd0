//! `mediate sandbox`: the simulated org on a port.

use super::args::Sandbox;
use super::console::Console;
use super::failure::Failure;

pub(super) async fn run(_args: &Sandbox, _console: Console) -> Result<(), Failure> {
    Err(Failure::Other(
        "the simulated org is not part of this build".into(),
    ))
}
