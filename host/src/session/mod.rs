//! A session: one connector, one connection, operations run through both.
//!
//! This is the way in for programs that embed the host, and all that the command line stands on:
//!
//! 1. Every `format: uri` string of the connection adds its origin to what the connector may reach.
//! 2. Before the first operation that is not `pure`, the connector logs in; the origins that its session names are
//!    added as well, and the session goes into the connection, so that the connector stays logged in.
//! 3. A session that the connector renews while it works is fetched and kept before anything else happens.
//!
//! With `session-file`, step 2 begins with the session that an earlier run kept (see [`SessionFile`]).

mod builder;
mod catalog;
mod error;
mod file;
mod login;
mod origins;
mod reader;
mod secrets;
mod writer;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;

use crate::contract::{Batch, ConnectorInfo, Effect, FaultKind, Message, OperationInfo, Style};
use crate::egress::{Denial, Egress};
use crate::error::HostError;
use crate::profile::Profile;
use crate::runtime::{Connector, Instance};
use crate::secret::Secret;

pub use builder::SessionBuilder;
pub use catalog::{find_operation, schema_of};
pub use error::SessionError;
pub use file::{SessionFile, SessionFileError};
pub use reader::Reader;
pub use writer::Writer;

pub(crate) use file::sync_folder;

use login::Login;

/// Bound of the wait for the session after a failure: a connector that is logged in answers at once.
const KEEP_WAIT: Duration = Duration::from_secs(10);
/// Name of the operation that examines a connection, where a connector has one.
const TEST_OPERATION: &str = "connection/test";

/// Operations of one connector with one connection.
#[derive(Debug)]
pub struct Session {
    info: Arc<ConnectorInfo>,
    connector: Connector,
    /// Replaced when it broke off.
    instance: RwLock<Instance>,
    egress: Arc<Egress>,
    login: Mutex<Login>,
    /// Requests that were sent to log in.
    login_requests: AtomicU64,
    /// Whether an operation was begun that changes the remote system.
    writes: AtomicBool,
}

impl Session {
    /// Prepares a session of a connector with a connection.
    #[must_use]
    pub const fn builder<'a>(connector: &'a Connector, profile: &'a Profile) -> SessionBuilder<'a> {
        SessionBuilder::new(connector, profile)
    }

    /// Gives the connector's catalog.
    #[must_use]
    pub fn info(&self) -> &ConnectorInfo {
        &self.info
    }

    /// Lists the origins that the connector was kept from reaching so far.
    #[must_use]
    pub fn denials(&self) -> Vec<Denial> {
        self.egress.denials()
    }

    /// Counts the requests that operations have sent so far, without those of the login.
    #[must_use]
    pub fn requests(&self) -> u64 {
        let login = self.login_requests.load(Ordering::Relaxed);
        self.egress.requests().saturating_sub(login)
    }

    /// Says whether what an operation had begun may have been applied although nobody knows of it: the instance is gone
    /// with this failure, after it sent something that changes the remote system.
    #[must_use]
    pub fn is_in_doubt(&self, error: &SessionError) -> bool {
        error.ended_the_instance() && self.writes.load(Ordering::Relaxed) && self.requests() > 0
    }

    /// Runs an operation of style `call`.
    ///
    /// # Errors
    /// The operation is unknown or of another style, the login failed, or the connector answered with a fault.
    pub async fn call(
        &self,
        operation: &str,
        config: &Value,
        input: Option<Message>,
    ) -> Result<Message, SessionError> {
        let operation = self.operation(operation, Style::Call, config)?;
        let first = self.call_once(operation, config, input.clone()).await;
        match first {
            Err(error) if self.is_resolved(&error).await => {
                self.call_once(operation, config, input).await
            }
            first => first,
        }
    }

    async fn call_once(
        &self,
        operation: &OperationInfo,
        config: &Value,
        input: Option<Message>,
    ) -> Result<Message, SessionError> {
        let connection = self.connection_for(operation).await?;
        let config = config.to_string();
        let called = self
            .instance()
            .call(given(&connection), &operation.name, &config, input)
            .await;
        let reply = self.settle(called).await?;
        if reply.metadata.session_renewed {
            self.keep_renewed().await?;
        }
        Ok(reply)
    }

    /// Opens an operation of style `source`, to be read in chunks.
    ///
    /// # Errors
    /// As for [`Session::call`].
    pub async fn read(
        &self,
        operation: &str,
        config: &Value,
        input: Option<Message>,
    ) -> Result<Reader<'_>, SessionError> {
        let operation = self.operation(operation, Style::Source, config)?;
        let connection = self.connection_for(operation).await?;
        let opened = self
            .instance()
            .open_source(
                given(&connection),
                &operation.name,
                &config.to_string(),
                input,
            )
            .await;
        match opened {
            Ok(source) => Ok(Reader::new(self, source)),
            Err(error) => Err(self.after_failure(error.into()).await),
        }
    }

    /// Opens an operation of style `sink`, to be filled; or resumes one from its journal.
    ///
    /// # Errors
    /// As for [`Session::call`].
    pub async fn write(
        &self,
        operation: &str,
        config: &Value,
        journal: Option<&str>,
    ) -> Result<Writer<'_>, SessionError> {
        let operation = self.operation(operation, Style::Sink, config)?;
        let connection = self.connection_for(operation).await?;
        let config = config.to_string();
        let opened = self
            .instance()
            .open_sink(given(&connection), &operation.name, &config, journal)
            .await;
        Ok(Writer::new(self, self.settle(opened).await?))
    }

    /// Asks an operation of style `trigger` for what is new since `checkpoint`, waiting up to `wait_ms` milliseconds.
    ///
    /// # Errors
    /// As for [`Session::call`].
    pub async fn poll(
        &self,
        operation: &str,
        config: &Value,
        checkpoint: Option<&str>,
        wait_ms: u32,
    ) -> Result<Batch, SessionError> {
        let operation = self.operation(operation, Style::Trigger, config)?;
        let config = config.to_string();
        match self
            .poll_once(operation, &config, checkpoint, wait_ms)
            .await
        {
            Err(error) if self.is_resolved(&error).await => {
                self.poll_once(operation, &config, checkpoint, wait_ms)
                    .await
            }
            first => first,
        }
    }

    async fn poll_once(
        &self,
        operation: &OperationInfo,
        config: &str,
        checkpoint: Option<&str>,
        wait_ms: u32,
    ) -> Result<Batch, SessionError> {
        let connection = self.connection_for(operation).await?;
        let polled = self
            .instance()
            .poll(
                given(&connection),
                &operation.name,
                config,
                checkpoint,
                wait_ms,
            )
            .await;
        let batch = self.settle(polled).await?;
        self.keep_if_kept().await?;
        Ok(batch)
    }

    /// Says whether the reason of a failure is gone, so that the same can be done again: another run has renewed the session
    /// meanwhile, or the connector has and the org answers elsewhere now, where the host had not let it go.
    pub async fn is_resolved(&self, error: &SessionError) -> bool {
        let Some(fault) = error.fault().filter(|fault| !fault.maybe_applied) else {
            return false;
        };
        let mut login = self.login.lock().await;
        let resolved = match fault.kind {
            FaultKind::Unauthenticated => login.adopts_renewed(&self.egress).await,
            FaultKind::EgressDenied => login.moves(&self.instance(), &self.egress).await,
            _ => Ok(false),
        };
        resolved.unwrap_or_else(|error| {
            tracing::warn!("the session of another run could not be used: {error}");
            false
        })
    }

    /// Starts another instance of the connector if this failure was the end of the one before. Says whether it did. What
    /// the one before had begun may have been applied.
    pub async fn restart_after(&self, error: &SessionError) -> bool {
        if !error.ended_the_instance() {
            return false;
        }
        match self.connector.start(Arc::clone(&self.egress)).await {
            Ok(started) => {
                let mut instance = self
                    .instance
                    .write()
                    .unwrap_or_else(PoisonError::into_inner);
                *instance = started;
                true
            }
            Err(error) => {
                tracing::warn!("the connector could not be started again: {error}");
                false
            }
        }
    }

    fn instance(&self) -> Instance {
        let instance = self.instance.read().unwrap_or_else(PoisonError::into_inner);
        instance.clone()
    }

    /// Examines the connection: by the connector's operation `connection/test` if it has one, else by logging in.
    /// Returns the findings as the JSON that the operation gave.
    ///
    /// # Errors
    /// What is wrong with the connection.
    pub async fn test(&self) -> Result<Option<Value>, SessionError> {
        if self.info.operation(TEST_OPERATION).is_none() {
            self.log_in().await?;
            return Ok(None);
        }
        let reply = self
            .call(TEST_OPERATION, &Value::Object(serde_json::Map::new()), None)
            .await?;
        Ok(serde_json::from_slice(&reply.body).ok())
    }

    /// Logs in, if that has not happened yet.
    ///
    /// # Errors
    /// The login failed, or its session cannot be used or kept.
    pub async fn log_in(&self) -> Result<(), SessionError> {
        self.login
            .lock()
            .await
            .ensure(&self.instance(), &self.egress)
            .await
            .map_err(|error| error.with_reason(self.egress.last_failure()))
    }

    /// Finds the operation, and registers the secrets of its config.
    fn operation(
        &self,
        name: &str,
        style: Style,
        config: &Value,
    ) -> Result<&OperationInfo, SessionError> {
        let operation = find_operation(&self.info, name)?;
        if operation.style == style {
            secrets::of_config(operation, config);
            Ok(operation)
        } else {
            Err(SessionError::OtherStyle {
                operation: operation.name.clone(),
                style: operation.style,
            })
        }
    }

    async fn connection_for(
        &self,
        operation: &OperationInfo,
    ) -> Result<Option<Secret<String>>, SessionError> {
        if operation.effect == Effect::Pure {
            return Ok(None);
        }
        {
            let before = self.egress.requests();
            let logged_in = self.log_in().await;
            let sent = self.egress.requests().saturating_sub(before);
            self.login_requests.fetch_add(sent, Ordering::Relaxed);
            logged_in?;
        }
        if operation.effect == Effect::Write {
            self.writes.store(true, Ordering::Relaxed);
        }
        Ok(Some(self.login.lock().await.connection()))
    }

    async fn keep_renewed(&self) -> Result<(), SessionError> {
        self.login
            .lock()
            .await
            .renew(&self.instance(), &self.egress)
            .await
    }

    /// Makes a failure of what the instance could not do.
    async fn settle<T>(&self, result: Result<T, HostError>) -> Result<T, SessionError> {
        match result {
            Ok(value) => Ok(value),
            Err(error) => Err(self.after_failure(error.into()).await),
        }
    }

    /// Fetches the session again where it is kept in a file.
    async fn keep_if_kept(&self) -> Result<(), SessionError> {
        let mut login = self.login.lock().await;
        if login.is_kept() {
            login.renew(&self.instance(), &self.egress).await?;
        }
        Ok(())
    }

    /// Keeps the session after a failure. A call may renew the session and fail afterwards, and a fault has no metadata
    /// to tell: a connector that is still logged in tells its session without sending anything, so asking is free.
    async fn after_failure(&self, error: SessionError) -> SessionError {
        let error = error.with_reason(self.egress.last_failure());
        let mut login = self.login.lock().await;
        if !login.is_kept() || !login.is_open() || !error.may_follow_a_renewal() {
            return error;
        }
        let unauthenticated =
            error.fault().map(|fault| fault.kind) == Some(FaultKind::Unauthenticated);
        let instance = self.instance();
        let keeping = login.keep_after_failure(unauthenticated, &instance, &self.egress);
        match tokio::time::timeout(KEEP_WAIT, keeping).await {
            Ok(Ok(())) => {}
            Ok(Err(other)) => {
                tracing::warn!("the session could not be kept after a failure: {other}")
            }
            Err(_) => tracing::warn!(
                "the session could not be kept after a failure: the connector did not answer"
            ),
        }
        error
    }
}

/// The document of a connection, where the operation has one.
fn given(connection: &Option<Secret<String>>) -> Option<&str> {
    connection
        .as_ref()
        .map(|document| document.expose().as_str())
}

#[cfg(test)]
mod tests;
