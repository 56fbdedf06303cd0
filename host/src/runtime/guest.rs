//! A store with a connector in it, and the contract's functions as plain Rust.
//!
//! Every function has two levels of failure: the outer one is the end of the guest (a trap), the inner one the
//! connector's own fault.

use super::bindings::{self, types};
use super::limits::LimitHit;
use super::state::State;
use crate::contract::{Batch, ConnectorInfo, Fault, Head, Message, OutcomeSet, Progress};
use crate::error::HostError;
use crate::masking::masker;
use crate::secret::Secret;
use wasmtime::component::ResourceAny;
use wasmtime::{Result, Store, Trap};
use wasmtime_wasi::I32Exit;

/// The last words of a guest are cut to this many characters.
const MAX_LAST_WORDS: usize = 400;

/// What the connector answers: the outer failure ends the instance, the inner one is its fault.
pub(super) type Answer<T> = Result<Result<T, Fault>>;

/// A connector in its store. It runs one call at a time.
pub(super) struct Guest {
    pub(super) store: Store<State>,
    pub(super) connector: bindings::Connector,
    /// The connection that was used last, with the document that it was made from.
    connection: Option<(Secret<String>, ResourceAny)>,
}

/// What all operations are opened with.
pub(super) struct Invocation {
    /// The document of the connection; operations that send nothing need none.
    pub(super) connection: Option<Secret<String>>,
    pub(super) operation: String,
    pub(super) config: String,
}

/// The value of an answer, or the fault as the answer of the function.
macro_rules! answered {
    ($answer:expr) => {
        match $answer {
            Ok(value) => value,
            Err(fault) => return Ok(Err(fault)),
        }
    };
}

impl Guest {
    /// A connector that was just started.
    pub(super) const fn new(store: Store<State>, connector: bindings::Connector) -> Self {
        Self {
            store,
            connector,
            connection: None,
        }
    }

    /// Counts the prints of each call from zero.
    pub(super) fn begin_call(&mut self) {
        self.store.data().begin_call();
    }

    pub(super) async fn describe(&mut self) -> Result<ConnectorInfo> {
        let catalog = self.connector.mediation_connector_catalog();
        Ok(catalog.call_describe(&mut self.store).await?.into())
    }

    /// Makes a connection of a document, or finds the one that was made of it before.
    pub(super) async fn connect(&mut self, document: &Secret<String>) -> Answer<ResourceAny> {
        if let Some((known, connection)) = &self.connection
            && known.expose() == document.expose()
        {
            return Ok(Ok(*connection));
        }
        if let Some((_, before)) = self.connection.take() {
            before.resource_drop_async(&mut self.store).await?;
        }
        let connections = self.connector.mediation_connector_connections();
        let made = connections.call_connect(&mut self.store, document.expose());
        let made: Result<ResourceAny, Fault> = plain(made.await)?;
        if let Ok(made) = &made {
            self.connection = Some((document.clone(), *made));
        }
        Ok(made)
    }

    /// Finds the connection of an operation, where it has one.
    async fn connected(&mut self, what: &Invocation) -> Answer<Option<ResourceAny>> {
        match &what.connection {
            Some(document) => Ok(self.connect(document).await?.map(Some)),
            None => Ok(Ok(None)),
        }
    }

    pub(super) async fn session(&mut self, document: &Secret<String>) -> Answer<String> {
        let connection = answered!(self.connect(document).await?);
        let connections = self
            .connector
            .mediation_connector_connections()
            .connection();
        plain(connections.call_session(&mut self.store, connection).await)
    }

    pub(super) async fn call(
        &mut self,
        what: &Invocation,
        input: Option<Message>,
    ) -> Answer<Message> {
        let connection = answered!(self.connected(what).await?);
        let Invocation {
            operation, config, ..
        } = what;
        let input = input.map(Into::into);
        let mediator = self.connector.mediation_connector_mediator();
        let store = &mut self.store;
        plain(
            mediator
                .call_call(store, connection, operation, config, input.as_ref())
                .await,
        )
    }

    pub(super) async fn poll(
        &mut self,
        what: &Invocation,
        checkpoint: Option<&str>,
        wait_ms: u32,
    ) -> Answer<Batch> {
        let connection = answered!(self.connected(what).await?);
        let Invocation {
            operation, config, ..
        } = what;
        let mediator = self.connector.mediation_connector_mediator();
        let store = &mut self.store;
        plain(
            mediator
                .call_poll(store, connection, operation, config, checkpoint, wait_ms)
                .await,
        )
    }

    pub(super) async fn open_source(
        &mut self,
        what: &Invocation,
        input: Option<Message>,
    ) -> Answer<ResourceAny> {
        let connection = answered!(self.connected(what).await?);
        let Invocation {
            operation, config, ..
        } = what;
        let input = input.map(Into::into);
        let mediator = self.connector.mediation_connector_mediator();
        let store = &mut self.store;
        plain(
            mediator
                .call_open_source(store, connection, operation, config, input.as_ref())
                .await,
        )
    }

    pub(super) async fn read(
        &mut self,
        source: ResourceAny,
        max_bytes: u32,
    ) -> Answer<Option<Vec<u8>>> {
        let sources = self.connector.mediation_connector_mediator().source();
        plain(sources.call_read(&mut self.store, source, max_bytes).await)
    }

    pub(super) async fn read_text(
        &mut self,
        source: ResourceAny,
        max_bytes: u32,
    ) -> Answer<Option<String>> {
        let sources = self.connector.mediation_connector_mediator().source();
        plain(
            sources
                .call_read_text(&mut self.store, source, max_bytes)
                .await,
        )
    }

    pub(super) async fn head(&mut self, source: ResourceAny) -> Answer<Head> {
        let sources = self.connector.mediation_connector_mediator().source();
        Ok(Ok(sources.call_head(&mut self.store, source).await?.into()))
    }

    pub(super) async fn open_sink(
        &mut self,
        what: &Invocation,
        journal: Option<&str>,
    ) -> Answer<ResourceAny> {
        let connection = answered!(self.connected(what).await?);
        let Invocation {
            operation, config, ..
        } = what;
        let mediator = self.connector.mediation_connector_mediator();
        let store = &mut self.store;
        plain(
            mediator
                .call_open_sink(store, connection, operation, config, journal)
                .await,
        )
    }

    pub(super) async fn write(&mut self, sink: ResourceAny, chunk: &[u8]) -> Answer<()> {
        let sinks = self.connector.mediation_connector_mediator().sink();
        plain(sinks.call_write(&mut self.store, sink, chunk).await)
    }

    pub(super) async fn write_text(&mut self, sink: ResourceAny, chunk: &str) -> Answer<()> {
        let sinks = self.connector.mediation_connector_mediator().sink();
        plain(sinks.call_write_text(&mut self.store, sink, chunk).await)
    }

    pub(super) async fn close(&mut self, sink: ResourceAny) -> Answer<()> {
        let sinks = self.connector.mediation_connector_mediator().sink();
        plain(sinks.call_close(&mut self.store, sink).await)
    }

    pub(super) async fn watch(&mut self, sink: ResourceAny, wait_ms: u32) -> Answer<Progress> {
        let sinks = self.connector.mediation_connector_mediator().sink();
        plain(sinks.call_watch(&mut self.store, sink, wait_ms).await)
    }

    pub(super) async fn journal(&mut self, sink: ResourceAny) -> Answer<String> {
        let sinks = self.connector.mediation_connector_mediator().sink();
        Ok(Ok(sinks.call_journal(&mut self.store, sink).await?))
    }

    pub(super) async fn outcomes(
        &mut self,
        sink: ResourceAny,
        which: OutcomeSet,
    ) -> Answer<ResourceAny> {
        let sinks = self.connector.mediation_connector_mediator().sink();
        plain(
            sinks
                .call_outcomes(&mut self.store, sink, which.into())
                .await,
        )
    }

    pub(super) async fn abort(&mut self, sink: ResourceAny) -> Answer<()> {
        let sinks = self.connector.mediation_connector_mediator().sink();
        plain(sinks.call_abort(&mut self.store, sink).await)
    }

    pub(super) async fn drop_resource(&mut self, resource: ResourceAny) -> Answer<()> {
        resource.resource_drop_async(&mut self.store).await?;
        Ok(Ok(()))
    }
}

fn plain<T, U: From<T>>(answer: Result<Result<T, types::Fault>>) -> Answer<U> {
    Ok(answer?.map(Into::into).map_err(Into::into))
}

/// Says why a guest ended.
pub(super) fn ending(guest: &Guest, during: &str, error: &wasmtime::Error) -> HostError {
    ending_of(&guest.store, during, error)
}

/// Says why the guest of a store ended.
pub(super) fn ending_of(store: &Store<State>, during: &str, error: &wasmtime::Error) -> HostError {
    let during = during.to_owned();
    if let Some(limit) = error.downcast_ref::<LimitHit>() {
        return HostError::ResourceLimit {
            during,
            limit: limit.to_string(),
        };
    }
    HostError::Trap {
        during,
        reason: trap_story(error, &store.data().stderr.last_words()),
    }
}

fn trap_story(error: &wasmtime::Error, last_words: &str) -> String {
    let what = if let Some(I32Exit(code)) = error.downcast_ref() {
        format!("it ended its program with exit code {code}")
    } else if let Some(trap) = error.downcast_ref::<Trap>() {
        trap.to_string()
    } else {
        error.root_cause().to_string()
    };
    if last_words.is_empty() {
        return what;
    }
    // Masked before it is cut: a cut could leave a part of a secret that is not known as one.
    let masked = masker().mask(last_words);
    let words: String = masked.chars().take(MAX_LAST_WORDS).collect();
    format!("{what}; its last words: {words}")
}
