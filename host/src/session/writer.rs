//! Filling an operation of style `sink`.

use super::{Reader, Session, SessionError};
use crate::contract::{OutcomeSet, Progress};
use crate::error::HostError;
use crate::runtime::Sink;

/// Hands bytes to a sink, and keeps the session that the connector renews on the way.
#[derive(Debug)]
pub struct Writer<'s> {
    session: &'s Session,
    sink: Sink,
}

impl<'s> Writer<'s> {
    pub(super) const fn new(session: &'s Session, sink: Sink) -> Self {
        Self { session, sink }
    }

    /// Hands over the next bytes of the input.
    ///
    /// # Errors
    /// The connector answered with a fault.
    pub async fn write(&mut self, chunk: Vec<u8>) -> Result<(), SessionError> {
        let written = self.sink.write(chunk).await;
        self.keeping(written).await
    }

    /// Completes the input.
    ///
    /// # Errors
    /// The connector answered with a fault.
    pub async fn close(&mut self) -> Result<(), SessionError> {
        let closed = self.sink.close().await;
        self.keeping(closed).await
    }

    /// Waits up to `wait_ms` milliseconds for progress.
    ///
    /// # Errors
    /// The connector answered with a fault.
    pub async fn watch(&mut self, wait_ms: u32) -> Result<Progress, SessionError> {
        let progress = self.sink.watch(wait_ms).await;
        self.keeping(progress).await
    }

    /// Returns what must be kept to take the sink up again.
    ///
    /// # Errors
    /// The instance has ended.
    pub async fn journal(&self) -> Result<String, SessionError> {
        Ok(self.sink.journal().await?)
    }

    /// Opens the outcomes of this kind.
    ///
    /// # Errors
    /// The connector answered with a fault.
    pub async fn outcomes(&self, which: OutcomeSet) -> Result<Reader<'s>, SessionError> {
        let opened = self.sink.outcomes(which).await;
        let source = self.keeping(opened).await?;
        Ok(Reader::new(self.session, source))
    }

    /// Aborts: what the remote system has not begun is not done.
    ///
    /// # Errors
    /// The connector answered with a fault.
    pub async fn abort(&mut self) -> Result<(), SessionError> {
        let aborted = self.sink.abort().await;
        self.keeping(aborted).await
    }

    /// Keeps the session after a step. A sink has no metadata by which the connector could tell that it opened another session.
    async fn keeping<T>(&self, result: Result<T, HostError>) -> Result<T, SessionError> {
        let value = self.session.settle(result).await?;
        self.session.keep_if_kept().await?;
        Ok(value)
    }
}
