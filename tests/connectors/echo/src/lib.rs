//! A second, tiny connector: it shows that the host knows nothing of Salesforce, and misbehaves on demand.
//!
//! It exists only as a component; built natively, this crate is empty.
#![cfg(target_family = "wasm")]

mod any;
mod broken;
mod catalog;
mod fetch;
mod misbehave;
mod reference;
mod sink;
mod source;

#[allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    clippy::restriction,
    reason = "generated code"
)]
mod bindings {
    wit_bindgen::generate!({ path: "../../../wit/deps/mediation-connector", pub_export_macro: true });
}

use bindings::exports::mediation::connector::{
    connections::{self, Connection, GuestConnection},
    mediator::{self, Batch, ConnectionBorrow, Sink, Source},
    types::{Body, Content, Fault, FaultKind, Message, Metadata},
};
use serde::de::DeserializeOwned;
use std::time::Duration;

struct Echo;

#[allow(unsafe_code, reason = "generated code")]
mod export {
    super::bindings::export!(Echo with_types_in super::bindings);
    use super::Echo;
}

/// A connection that leads nowhere.
struct Nowhere {
    config: String,
}

impl GuestConnection for Nowhere {
    fn session(&self) -> Result<String, Fault> {
        let bytes = self.config.len();
        Ok(format!("{{\"connection-bytes\":{bytes}}}"))
    }
}

impl connections::Guest for Echo {
    type Connection = any::Connection;

    fn connect(config: String) -> Result<Connection, Fault> {
        match catalog::broken() {
            Some(mode) => {
                broken::connect(mode, &config).map(|made| any::Connection::Broken(made).into())
            }
            None => Ok(any::Connection::Own(Nowhere { config }).into()),
        }
    }
}

impl mediator::Guest for Echo {
    type Source = any::Source;
    type Sink = any::Sink;

    fn open_source(
        _connection: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        _input: Option<Content>,
    ) -> Result<Source, Fault> {
        match catalog::broken() {
            Some(mode) => broken::open_source(mode, &operation, &config)
                .map(|opened| any::Source::Broken(opened).into()),
            None => source::Lines::open(&operation, &config),
        }
    }

    fn open_sink(
        _connection: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        journal: Option<String>,
    ) -> Result<Sink, Fault> {
        match catalog::broken() {
            Some(mode) => broken::open_sink(mode, &operation, &config, journal.as_deref())
                .map(|opened| any::Sink::Broken(opened).into()),
            None => sink::Collected::open(&operation, &config, journal),
        }
    }

    fn call(
        connection: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        input: Option<Content>,
    ) -> Result<Message, Fault> {
        if let Some(mode) = catalog::broken() {
            return broken::call(mode, connection.is_some(), &operation, &config, input);
        }
        match operation.as_str() {
            "echo/call" => {
                let input =
                    input.ok_or_else(|| fault(FaultKind::Config, "echo/call needs an input"))?;
                if bytes(&input.body) == b"~trap" {
                    return misbehave::trap();
                }
                Ok(Message {
                    media_type: input.media_type,
                    body: input.body,
                    metadata: no_metadata(),
                })
            }
            "echo/fetch" => fetch::fetch(&parse(&config)?),
            "echo/prefetch" => fetch::prefetch(&parse(&config)?),
            "echo/sleep" => misbehave::sleep(&parse(&config)?),
            "echo/trap" => misbehave::trap(),
            "echo/spin" => misbehave::spin(),
            "echo/grow" => misbehave::grow(&parse(&config)?),
            "echo/say" => misbehave::say(&parse(&config)?),
            _ => Err(unknown(&operation)),
        }
    }

    fn poll(
        _connection: Option<ConnectionBorrow<'_>>,
        operation: String,
        config: String,
        checkpoint: Option<String>,
        wait_ms: u32,
    ) -> Result<Batch, Fault> {
        if let Some(mode) = catalog::broken() {
            return broken::poll(mode, &operation, &config, checkpoint.as_deref(), wait_ms);
        }
        if operation != "echo/tick" {
            return Err(unknown(&operation));
        }
        tick(&parse(&config)?, checkpoint, wait_ms)
    }
}

#[derive(serde::Deserialize)]
struct Tick {
    ticks: u64,
}

/// Finds one tick per poll until `ticks` are told; from then on it waits in vain.
fn tick(config: &Tick, checkpoint: Option<String>, wait_ms: u32) -> Result<Batch, Fault> {
    let told = checkpoint.map_or(Ok(0), |text| text.parse::<u64>());
    let told = told.map_err(|_| fault(FaultKind::CheckpointLost, "the checkpoint is no number"))?;
    if told >= config.ticks {
        std::thread::sleep(Duration::from_millis(u64::from(wait_ms)));
        return Ok(Batch {
            messages: Vec::new(),
            checkpoint: told.to_string(),
            more: false,
        });
    }
    let next = told + 1;
    Ok(Batch {
        messages: vec![numbered(next)],
        checkpoint: next.to_string(),
        more: next < config.ticks,
    })
}

fn parse<T: DeserializeOwned>(config: &str) -> Result<T, Fault> {
    serde_json::from_str(config).map_err(|error| fault(FaultKind::Config, error.to_string()))
}

/// A tick that can be told from others.
fn numbered(tick: u64) -> Message {
    let mut message = text(tick.to_string());
    let id = ("event-id".to_owned(), tick.to_string());
    message.metadata.extras.push(id);
    message
}

fn text(body: String) -> Message {
    Message {
        media_type: "text/plain".into(),
        body: Body::Text(body),
        metadata: no_metadata(),
    }
}

fn no_metadata() -> Metadata {
    Metadata {
        status: None,
        headers: Vec::new(),
        usage: None,
        session_renewed: false,
        records: None,
        failed: None,
        total: None,
        total_bytes: None,
        resumption: None,
        extras: Vec::new(),
    }
}

/// The bytes of a body in either form.
fn bytes(body: &Body) -> &[u8] {
    match body {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
    }
}

fn unknown(operation: &str) -> Fault {
    fault(
        FaultKind::Config,
        format!("there is no operation {operation}"),
    )
}

fn fault(kind: FaultKind, message: impl Into<String>) -> Fault {
    Fault {
        kind,
        message: message.into(),
        status: None,
        upstream: Vec::new(),
        retry_after_ms: None,
        maybe_applied: false,
        attempts: 0,
        elapsed_ms: 0,
    }
}
