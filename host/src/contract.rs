//! The contract `mediation:connector@0.1` as plain Rust values: what goes into a connector and what comes out.
//!
//! These types mirror the WIT of `wit/deps/mediation-connector` one to one. They carry no trace of WebAssembly, so
//! that a program that embeds this host, and the command line, depend on nothing but plain data. In JSON, names are in
//! kebab-case, as in the WIT.

use serde::{Deserialize, Serialize};
use std::fmt;

pub use crate::metadata::{ApiUsage, Metadata, Resumption};

/// A body with its media type and the facts that came with it. An input has no facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Message {
    /// The media type of the body, for example `application/json`.
    pub media_type: String,
    /// The bytes, those of a text included; empty where the remote system sent none.
    pub body: Vec<u8>,
    /// Facts about the exchange.
    pub metadata: Metadata,
}

impl Message {
    /// Makes a message without metadata.
    pub fn new(media_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            media_type: media_type.into(),
            body: body.into(),
            metadata: Metadata::default(),
        }
    }
}

/// The media type of a source, and the facts known so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Head {
    /// The media type of all chunks together.
    pub media_type: String,
    /// Facts known so far.
    pub metadata: Metadata,
}

/// Sets of outcomes of a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeSet {
    /// One outcome for each record of the input, in input order.
    All,
    /// The records that were not saved.
    Failed,
    /// The records that were saved.
    Succeeded,
    /// The records that the remote system has not processed.
    Unprocessed,
}

/// What the caller does next after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The connection or operation config is wrong: change it.
    Config,
    /// Credentials were not accepted: supply others.
    Unauthenticated,
    /// The user lacks a permission: ask an administrator.
    Forbidden,
    /// The record, object or path does not exist.
    NotFound,
    /// The record changed, is locked, is a duplicate or already exists.
    Conflict,
    /// The request was understood and refused.
    Invalid,
    /// A quota is used up: wait, or ask for more.
    LimitExceeded,
    /// The remote system or the network cannot answer now: try later.
    Unavailable,
    /// A time limit of the connection passed.
    Timeout,
    /// The host's policy keeps this address out of reach.
    EgressDenied,
    /// The checkpoint to resume from is gone: choose where to start again.
    CheckpointLost,
    /// The answer broke the protocol's rules.
    Protocol,
    /// The connector or the remote system does not offer this.
    Unsupported,
    /// None of the other kinds fits.
    Other,
}

impl FaultKind {
    /// Returns the kind's name in the contract, for example `not-found`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::LimitExceeded => "limit-exceeded",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::EgressDenied => "egress-denied",
            Self::CheckpointLost => "checkpoint-lost",
            Self::Protocol => "protocol",
            Self::Unsupported => "unsupported",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One error of the remote system, in its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct UpstreamFault {
    /// The remote system's code.
    pub code: String,
    /// The remote system's sentence.
    pub message: String,
    /// The fields that the error is about; empty when there are none.
    pub fields: Vec<String>,
}

/// Why an operation did not succeed, and what the caller can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fault {
    /// What the caller does next.
    pub kind: FaultKind,
    /// One sentence for people; never holds a secret.
    pub message: String,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The remote system's own errors.
    pub upstream: Vec<UpstreamFault>,
    /// Milliseconds to wait before trying again; none when trying again does not help.
    pub retry_after_ms: Option<u64>,
    /// Whether the remote system may already have acted on the request.
    pub maybe_applied: bool,
    /// How many requests were tried for this answer; 0 when nothing was sent.
    pub attempts: u32,
    /// Milliseconds from the first attempt to the last.
    pub elapsed_ms: u64,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// How an operation is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// One request, one reply.
    Call,
    /// Bytes that come out in chunks.
    Source,
    /// Bytes that go in, in chunks.
    Sink,
    /// Polled again and again.
    Trigger,
}

/// What an operation does to the remote system, and so whether it is safe to run twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing is sent: neither a session nor the network is needed.
    Pure,
    /// Only reads: another run changes nothing.
    Read,
    /// Changes the remote system.
    Write,
}

/// One operation of a connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct OperationInfo {
    /// The name, `group/name`.
    pub name: String,
    /// What it does, in one sentence.
    pub summary: String,
    /// Markdown: the remote API behind it, limits, errors.
    pub description: String,
    /// How it is run.
    pub style: Style,
    /// What it does to the remote system.
    pub effect: Effect,
    /// JSON Schema (2020-12) of the config.
    pub config_schema: String,
    /// Media types taken as input; empty when there is no input.
    pub accepts: Vec<String>,
    /// Media types that the reply can take.
    pub returns: Vec<String>,
    /// JSON Schema of a JSON reply, where its shape is known beforehand.
    pub reply_schema: Option<String>,
}

impl OperationInfo {
    /// Returns the part of the name before the slash.
    #[must_use]
    pub fn group(&self) -> &str {
        self.name.split_once('/').map_or("", |(group, _)| group)
    }
}

/// A connector and all its operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ConnectorInfo {
    /// The connector's name.
    pub name: String,
    /// The connector's own version.
    pub version: String,
    /// JSON Schema (2020-12) of the connection. Strings with `format: uri` name origins to reach, `writeOnly: true`
    /// marks secrets, the property `session` takes what `session` returns.
    pub connection_schema: String,
    /// The operations.
    pub operations: Vec<OperationInfo>,
}

impl ConnectorInfo {
    /// Returns the operation of that name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&OperationInfo> {
        self.operations
            .iter()
            .find(|operation| operation.name == name)
    }
}

/// How far a sink has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Progress {
    /// Whether the remote system has finished.
    pub done: bool,
    /// Records processed, the failed ones included.
    pub processed: u64,
    /// Records that failed.
    pub failed: u64,
    /// All records, once that is known.
    pub total: Option<u64>,
    /// What is going on, in a few words.
    pub note: String,
}

/// What a trigger found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Batch {
    /// The findings, oldest first.
    pub messages: Vec<Message>,
    /// The checkpoint to resume from, once these messages have been handled.
    pub checkpoint: String,
    /// Whether more is waiting: poll again without delay.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_kinds_have_the_same_name_in_json_and_in_print() {
        for kind in [
            FaultKind::Config,
            FaultKind::NotFound,
            FaultKind::LimitExceeded,
            FaultKind::CheckpointLost,
        ] {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
    }
}
