//! Imports of connectors: WASI 0.2 without files, environment, arguments and sockets.

use super::http;
use super::state::State;
use wasmtime::component::Linker;
use wasmtime::{Engine, Result};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, filesystem, random};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView};

/// Ties every import that a connector may have.
///
/// Rust's standard library imports `wasi:filesystem` and `wasi:cli` whether a program uses them or not; they are there,
/// and empty: no directory is open, no variable set. `wasi:sockets` is not there at all: a component that needs it is
/// refused with its name, instead of failing later.
pub(super) fn new(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_proxy_interfaces_async(&mut linker)?;
    add_rest_of_cli(&mut linker)?;
    add_empty_filesystem(&mut linker)?;
    add_insecure_random(&mut linker)?;
    http::add_to_linker(&mut linker)?;
    Ok(linker)
}

fn add_rest_of_cli(linker: &mut Linker<State>) -> Result<()> {
    cli::exit::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::environment::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(linker, State::cli)
}

fn add_empty_filesystem(linker: &mut Linker<State>) -> Result<()> {
    filesystem::types::add_to_linker::<State, WasiFilesystem>(linker, State::filesystem)?;
    filesystem::preopens::add_to_linker::<State, WasiFilesystem>(linker, State::filesystem)
}

fn add_insecure_random(linker: &mut Linker<State>) -> Result<()> {
    random::insecure::add_to_linker::<State, WasiRandom>(linker, State::random)?;
    random::insecure_seed::add_to_linker::<State, WasiRandom>(linker, State::random)
}
