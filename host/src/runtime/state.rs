//! What one instance owns on the host's side: its WASI tables, its limits, its way out.

use super::RuntimeSettings;
use super::http::Hooks;
use super::limits::Limits;
use super::stdio::LogLines;
use crate::egress::Egress;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// Streams, requests and bodies that one instance may hold open at a time.
const MAX_RESOURCES: usize = 10_000;

/// The data of a store.
pub(super) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Hooks,
    pub(super) limits: Limits,
    stdout: LogLines,
    pub(super) stderr: LogLines,
    alive: Arc<AtomicBool>,
}

impl State {
    /// Makes the state of a fresh instance: no files, no environment, no arguments, no sockets; requests go through
    /// `egress`, prints go to the log.
    pub(super) fn new(settings: &RuntimeSettings, egress: Arc<Egress>) -> Self {
        let (stdout, stderr) = (LogLines::new("stdout"), LogLines::new("stderr"));
        let alive = Arc::new(AtomicBool::new(true));
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_RESOURCES);
        Self {
            wasi: WasiCtx::builder()
                .stdout(stdout.clone())
                .stderr(stderr.clone())
                .build(),
            http: WasiHttpCtx::new(),
            table,
            hooks: Hooks::new(egress, Arc::clone(&alive)),
            limits: Limits::new(settings),
            stdout,
            stderr,
            alive,
        }
    }

    /// Counts the prints of each call from zero.
    pub(super) fn begin_call(&self) {
        self.stdout.begin_call();
        self.stderr.begin_call();
    }
}

/// An instance that ends in the middle of an upload must not look like one that has written all it had: the flag falls
/// before the table drops the body.
impl Drop for State {
    fn drop(&mut self) {
        self.alive.store(false, Ordering::Release);
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.hooks,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}
