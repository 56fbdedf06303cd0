//! Instances to try things in: each new, none with a network.

use std::sync::Arc;

use super::promise::Promise;
use super::report::{NO_DOCUMENT, Problem};
use crate::contract::{Effect, Message, OperationInfo, Style};
use crate::egress::Egress;
use crate::error::HostError;
use crate::runtime::{Connector, Instance};

/// Inputs by media type: a few records where it takes records.
const INPUTS: [(&str, &str); 6] = [
    ("text/csv", "Name\nA\u{e4}\nB\nC\n"),
    (
        "application/x-ndjson",
        "{\"Name\":\"A\u{e4}\"}\n{\"Name\":\"B\"}\n{\"Name\":\"C\"}\n",
    ),
    ("text/plain", "A\u{e4}\nB\nC\n"),
    (
        "application/json",
        "[{\"Name\":\"A\u{e4}\"},{\"Name\":\"B\"}]",
    ),
    ("application/xml", "<a/>"),
    ("text/xml", "<a/>"),
];

/// A connector, and the connection to try it with.
pub(super) struct Bench<'a> {
    connector: &'a Connector,
    /// A document that `connect` takes; none where none is known.
    pub(super) connection: Option<String>,
}

/// A new instance without a network.
pub(super) struct Probe {
    pub(super) instance: Instance,
    egress: Arc<Egress>,
}

/// An operation to be run, with its documents.
pub(super) struct Run<'a> {
    pub(super) operation: &'a str,
    pub(super) connection: Option<&'a str>,
    pub(super) config: &'a str,
    pub(super) input: Option<Message>,
}

impl<'a> Bench<'a> {
    pub(super) const fn new(connector: &'a Connector) -> Self {
        Self {
            connector,
            connection: None,
        }
    }

    /// Starts an instance.
    pub(super) async fn probe(&self) -> Result<Probe, Problem> {
        let egress = Egress::sealed();
        let started = self.connector.start(Arc::clone(&egress)).await;
        let instance = started.map_err(Problem::of(Promise::Component))?;
        Ok(Probe { instance, egress })
    }

    /// Returns the connection for an operation: none where it needs none.
    ///
    /// # Errors
    /// Why it cannot be run.
    pub(super) fn connection_for(
        &self,
        operation: &OperationInfo,
    ) -> Result<Option<&str>, &'static str> {
        match (&self.connection, operation.effect) {
            (_, Effect::Pure) => Ok(None),
            (Some(connection), _) => Ok(Some(connection.as_str())),
            (None, _) => Err(NO_DOCUMENT),
        }
    }
}

impl Probe {
    /// Says what was to be sent, which must be nothing.
    pub(super) fn sent(&self) -> Option<String> {
        let origins = self
            .egress
            .denials()
            .into_iter()
            .map(|denial| denial.origin);
        let origins: Vec<String> = origins.collect();
        (!origins.is_empty()).then(|| format!("it sent a request to {}", origins.join(", ")))
    }

    /// Runs an operation as one of this style, as far as its opening.
    pub(super) async fn open(&self, style: Style, run: Run<'_>) -> Result<(), HostError> {
        let Run {
            operation,
            connection,
            config,
            input,
        } = run;
        let instance = &self.instance;
        match style {
            Style::Call => {
                let called = instance.call(connection, operation, config, input);
                called.await.map(drop)
            }
            Style::Source => {
                let opened = instance.open_source(connection, operation, config, input);
                opened.await.map(drop)
            }
            Style::Sink => {
                let opened = instance.open_sink(connection, operation, config, None);
                opened.await.map(drop)
            }
            Style::Trigger => {
                let polled = instance.poll(connection, operation, config, None, 0);
                polled.await.map(drop)
            }
        }
    }
}

/// Returns an input that an operation may take; none where it takes none, or none that is known.
pub(super) fn input(operation: &OperationInfo) -> Option<Message> {
    let accepted = |(media_type, _): &&(&str, &str)| {
        let mut types = operation.accepts.iter();
        types.any(|accepts| essence(accepts) == *media_type || accepts == "*/*")
    };
    let known = INPUTS.iter().find(accepted);
    known.map(|(media_type, text)| Message::new(*media_type, text.as_bytes()))
}

/// Returns a media type without its parameters.
pub(super) fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// Demands that a media type is one of those that the operation lists.
pub(super) fn is_listed(media_type: &str, operation: &OperationInfo) -> Result<(), String> {
    let types = &operation.returns;
    let covers = |listed: &String| {
        let (listed, given) = (essence(listed), essence(media_type));
        let any = listed.strip_suffix("/*");
        listed == "*/*" || listed == given || any.is_some_and(|kind| given.starts_with(kind))
    };
    if !media_type.contains('/') {
        return Err(format!("`{media_type}` is not a media type"));
    }
    if types.is_empty() || types.iter().any(covers) {
        return Ok(());
    }
    Err(format!(
        "`{media_type}` is none of its `returns` ({})",
        types.join(", ")
    ))
}
