//! The generic world as wasmtime sees it, and its values as this host's plain ones.

/// Generated; the contract's own words are in `wit/deps/mediation-connector`.
mod generated {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "connector",
        exports: { default: async },
        require_store_data_send: true,
    });
}

pub(super) use generated::exports::mediation::connector::{catalog, mediator, types};
pub(super) use generated::{Connector, ConnectorPre};

use std::borrow::Cow;

use crate::contract::{
    ApiUsage, Batch, ConnectorInfo, Effect, Fault, FaultKind, Head, Message, Metadata,
    OperationInfo, OutcomeSet, Progress, Resumption, Style, UpstreamFault,
};
use crate::masking::masker;
use crate::terminal::{MAX_JSON_TEXT, cut};

/// Number of errors of the remote system that are kept of one fault: as many as records go with the largest request of
/// one call.
const MAX_UPSTREAM: usize = 1_000;

/// Takes over the words of a connector for people: without the secrets that a peer may have echoed, and bounded.
fn heard(text: String) -> String {
    let mut text = match cut(&text, MAX_JSON_TEXT) {
        Cow::Borrowed(_) => text,
        Cow::Owned(cut) => cut,
    };
    masker().mask_text(&mut text);
    text
}

impl From<types::Message> for Message {
    fn from(it: types::Message) -> Self {
        Self {
            media_type: it.media_type,
            body: match it.body {
                types::Body::Text(text) => text.into_bytes(),
                types::Body::Binary(bytes) => bytes,
            },
            metadata: it.metadata.into(),
        }
    }
}

impl From<Message> for types::Content {
    fn from(it: Message) -> Self {
        Self {
            media_type: it.media_type,
            body: types::Body::Binary(it.body),
        }
    }
}

impl From<types::Metadata> for Metadata {
    fn from(it: types::Metadata) -> Self {
        Self {
            status: it.status,
            headers: it.headers,
            usage: it.usage.map(|usage| ApiUsage {
                used: usage.used,
                allowed: usage.allowed,
            }),
            session_renewed: it.session_renewed,
            records: it.records,
            failed: it.failed,
            total: it.total,
            total_bytes: it.total_bytes,
            resumption: it.resumption.map(|resumption| Resumption {
                config: resumption.config,
                bytes: resumption.bytes,
            }),
            extras: it.extras,
        }
    }
}

impl From<mediator::Head> for Head {
    fn from(it: mediator::Head) -> Self {
        Self {
            media_type: it.media_type,
            metadata: it.metadata.into(),
        }
    }
}

impl From<OutcomeSet> for mediator::OutcomeSet {
    fn from(it: OutcomeSet) -> Self {
        match it {
            OutcomeSet::All => Self::All,
            OutcomeSet::Failed => Self::Failed,
            OutcomeSet::Succeeded => Self::Succeeded,
            OutcomeSet::Unprocessed => Self::Unprocessed,
        }
    }
}

impl From<types::FaultKind> for FaultKind {
    fn from(it: types::FaultKind) -> Self {
        use types::FaultKind as Kind;
        match it {
            Kind::Config => Self::Config,
            Kind::Unauthenticated => Self::Unauthenticated,
            Kind::Forbidden => Self::Forbidden,
            Kind::NotFound => Self::NotFound,
            Kind::Conflict => Self::Conflict,
            Kind::Invalid => Self::Invalid,
            Kind::LimitExceeded => Self::LimitExceeded,
            Kind::Unavailable => Self::Unavailable,
            Kind::Timeout => Self::Timeout,
            Kind::EgressDenied => Self::EgressDenied,
            Kind::CheckpointLost => Self::CheckpointLost,
            Kind::Protocol => Self::Protocol,
            Kind::Unsupported => Self::Unsupported,
            Kind::Other => Self::Other,
        }
    }
}

impl From<types::UpstreamFault> for UpstreamFault {
    fn from(it: types::UpstreamFault) -> Self {
        Self {
            code: heard(it.code),
            message: heard(it.message),
            fields: it.fields.into_iter().map(heard).collect(),
        }
    }
}

impl From<types::Fault> for Fault {
    fn from(it: types::Fault) -> Self {
        Self {
            kind: it.kind.into(),
            message: heard(it.message),
            status: it.status,
            upstream: it
                .upstream
                .into_iter()
                .take(MAX_UPSTREAM)
                .map(Into::into)
                .collect(),
            retry_after_ms: it.retry_after_ms.map(u64::from),
            maybe_applied: it.maybe_applied,
            attempts: it.attempts,
            elapsed_ms: it.elapsed_ms.into(),
        }
    }
}

impl From<mediator::Progress> for Progress {
    fn from(it: mediator::Progress) -> Self {
        Self {
            done: it.done,
            processed: it.processed.into(),
            failed: it.failed.into(),
            total: it.total.map(u64::from),
            note: heard(it.note),
        }
    }
}

impl From<mediator::Batch> for Batch {
    fn from(it: mediator::Batch) -> Self {
        Self {
            messages: it.messages.into_iter().map(Into::into).collect(),
            checkpoint: it.checkpoint,
            more: it.more,
        }
    }
}

impl From<catalog::Style> for Style {
    fn from(it: catalog::Style) -> Self {
        match it {
            catalog::Style::Call => Self::Call,
            catalog::Style::Source => Self::Source,
            catalog::Style::Sink => Self::Sink,
            catalog::Style::Trigger => Self::Trigger,
        }
    }
}

impl From<catalog::Effect> for Effect {
    fn from(it: catalog::Effect) -> Self {
        match it {
            catalog::Effect::Pure => Self::Pure,
            catalog::Effect::Read => Self::Read,
            catalog::Effect::Write => Self::Write,
        }
    }
}

impl From<catalog::OperationInfo> for OperationInfo {
    fn from(it: catalog::OperationInfo) -> Self {
        Self {
            name: it.name,
            summary: it.summary,
            description: it.description,
            style: it.style.into(),
            effect: it.effect.into(),
            config_schema: it.config_schema,
            accepts: it.accepts,
            returns: it.returns,
            reply_schema: it.reply_schema,
        }
    }
}

impl From<catalog::ConnectorInfo> for ConnectorInfo {
    fn from(it: catalog::ConnectorInfo) -> Self {
        Self {
            name: it.name,
            version: it.version,
            connection_schema: it.connection_schema,
            operations: it.operations.into_iter().map(Into::into).collect(),
        }
    }
}
