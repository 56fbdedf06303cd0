//! A running connector.

use super::{Sink, Source, not_yet};
use crate::contract::{Batch, Message};
use crate::error::HostError;

/// A handle to a running connector.
#[derive(Clone, Debug)]
pub struct Instance {}

impl Instance {
    /// Opens a session, or returns the one that is open, as JSON text. It holds secrets.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn authenticate(&self, connection: &str) -> Result<String, HostError> {
        let _ = connection;
        Err(not_yet())
    }

    /// Runs an operation of style `call`.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn call(
        &self,
        connection: &str,
        operation: &str,
        config: &str,
        input: Option<Message>,
    ) -> Result<Message, HostError> {
        let _ = (connection, operation, config, input);
        Err(not_yet())
    }

    /// Starts an operation of style `source`.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn open_source(
        &self,
        connection: &str,
        operation: &str,
        config: &str,
        input: Option<Message>,
    ) -> Result<Source, HostError> {
        let _ = (connection, operation, config, input);
        Err(not_yet())
    }

    /// Starts an operation of style `sink`, or takes one up again from its journal.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn open_sink(
        &self,
        connection: &str,
        operation: &str,
        config: &str,
        journal: Option<&str>,
    ) -> Result<Sink, HostError> {
        let _ = (connection, operation, config, journal);
        Err(not_yet())
    }

    /// Asks an operation of style `trigger` for what is new since `checkpoint`, waiting up to `wait_ms` milliseconds.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn poll(
        &self,
        connection: &str,
        operation: &str,
        config: &str,
        checkpoint: Option<&str>,
        wait_ms: u32,
    ) -> Result<Batch, HostError> {
        let _ = (connection, operation, config, checkpoint, wait_ms);
        Err(not_yet())
    }
}
