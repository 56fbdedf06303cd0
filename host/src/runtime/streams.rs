//! Bytes out of a connector, and bytes into it.

use super::not_yet;
use crate::contract::{Message, Progress};
use crate::error::HostError;

/// Bytes that come out in chunks. Dropping it gives up what remains.
#[derive(Debug)]
pub struct Source {}

impl Source {
    /// Returns the next chunk, never larger than `max_bytes` and never empty; none at the end.
    ///
    /// # Errors
    /// After a fault the bytes read so far are not the whole.
    pub async fn read(&mut self, max_bytes: u32) -> Result<Option<Vec<u8>>, HostError> {
        let _ = max_bytes;
        Err(not_yet())
    }

    /// Returns the media type and the facts known so far, with an empty body.
    ///
    /// # Errors
    /// The end of the instance.
    pub async fn head(&self) -> Result<Message, HostError> {
        Err(not_yet())
    }
}

/// Takes bytes in chunks.
#[derive(Debug)]
pub struct Sink {}

impl Sink {
    /// Takes the next bytes of the input.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn write(&mut self, chunk: Vec<u8>) -> Result<(), HostError> {
        drop(chunk);
        Err(not_yet())
    }

    /// Says that no more input follows.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn close(&mut self) -> Result<(), HostError> {
        Err(not_yet())
    }

    /// Waits up to `wait_ms` milliseconds for progress.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn watch(&mut self, wait_ms: u32) -> Result<Progress, HostError> {
        let _ = wait_ms;
        Err(not_yet())
    }

    /// Returns what must be kept to take this sink up again after a crash.
    ///
    /// # Errors
    /// The end of the instance.
    pub async fn journal(&self) -> Result<String, HostError> {
        Err(not_yet())
    }

    /// Opens the outcomes of records: `all`, `failed`, `succeeded` or `unprocessed`.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn outcomes(&self, which: &str) -> Result<Source, HostError> {
        let _ = which;
        Err(not_yet())
    }

    /// Gives up: what the remote system has not begun is not done.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn abort(&mut self) -> Result<(), HostError> {
        Err(not_yet())
    }
}
