//! Runs connectors: loads a component, starts instances of it, and takes calls to them.
//!
//! The parts follow lifetimes. Once per process: the engine with its pools, and the cache of compiled
//! components. Once per connector: the component, checked and with its imports tied. Once per
//! instance: the state with its limits and its way out (`http`), in a store that one
//! task owns. Nothing of the engine leaves this module.

mod bindings;
mod bounds;
mod cache;
mod catalog;
mod component;
mod connector;
mod engine;
mod guest;
mod http;
mod instance;
mod limits;
mod linker;
mod promises;
mod settings;
mod state;
mod stdio;
mod streams;

pub use connector::Connector;
pub use instance::Instance;
pub use settings::RuntimeSettings;
pub use streams::{Sink, Source};

use crate::error::HostError;
use cache::Cache;
use std::fmt;
use std::sync::Arc;
use wasmtime::Engine;

/// The engine that compiles and runs connectors: one per process. Clones share it.
#[derive(Clone)]
pub struct Runtime {
    engine: Engine,
    cache: Option<Arc<Cache>>,
    settings: RuntimeSettings,
}

impl Runtime {
    /// Sets up the engine.
    ///
    /// # Errors
    /// A limit out of bounds, and a system that grants neither memory nor threads.
    pub fn new(settings: RuntimeSettings) -> Result<Self, HostError> {
        let engine = engine::new(&settings)?;
        let cache = settings
            .cache_dir
            .as_deref()
            .and_then(Cache::open)
            .map(Arc::new);
        Ok(Self {
            engine,
            cache,
            settings,
        })
    }

    /// Compiles a component, or takes it from the cache, and checks that it is a connector.
    ///
    /// # Errors
    /// Bytes that are no component, components that are no connector, and connectors that need what this host does not
    /// offer.
    pub async fn load(&self, component: &[u8]) -> Result<Connector, HostError> {
        let Self {
            engine,
            cache,
            settings,
        } = self.clone();
        let bytes = component.to_vec();
        let loaded =
            tokio::task::spawn_blocking(move || component::load(&engine, cache.as_deref(), &bytes));
        let pre = loaded.await.map_err(|error| HostError::Engine {
            doing: "compile the connector",
            source: error.into(),
        })??;
        Ok(Connector::new(pre, settings))
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
