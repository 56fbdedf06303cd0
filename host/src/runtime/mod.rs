//! Runs connectors: loads a component, starts instances of it, and takes calls to them.

mod connector;
mod instance;
mod settings;
mod streams;

pub use connector::Connector;
pub use instance::Instance;
pub use settings::RuntimeSettings;
pub use streams::{Sink, Source};

use crate::error::HostError;

/// The engine that compiles and runs connectors: one per process.
#[derive(Clone, Debug)]
pub struct Runtime {
    settings: RuntimeSettings,
}

impl Runtime {
    /// Sets up the engine.
    ///
    /// # Errors
    /// A setting that the engine cannot take is named.
    pub fn new(settings: RuntimeSettings) -> Result<Self, HostError> {
        Ok(Self { settings })
    }

    /// Compiles a component, or takes it from the cache, and checks that it is a connector.
    ///
    /// # Errors
    /// Bytes that are no component, and components that are no connector.
    pub async fn load(&self, component: &[u8]) -> Result<Connector, HostError> {
        let _ = (&self.settings, component);
        Err(not_yet())
    }
}

pub(crate) fn not_yet() -> HostError {
    HostError::Settings {
        message: "The engine is not part of this build.".into(),
    }
}
