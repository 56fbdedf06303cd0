//! The generic interface alone, for hosts that need no typed functions: the same operations behind bindings of their own, whose values
//! are made of those of the contract.

#[allow(missing_docs, unsafe_code, clippy::all, reason = "generated code")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit/deps/mediation-connector",
        world: "connector",
        pub_export_macro: true,
        default_bindings_module: "crate::component::untyped::bindings",
    });
}

use bindings::exports::mediation::connector::mediator::{Batch, Head, OutcomeSet, Progress};
use bindings::exports::mediation::connector::types::{
    ApiUsage, Body, Content, Fault, FaultKind, Message, Metadata, Resumption, UpstreamFault,
};
use salesforce_contract::bindings as contract;
use salesforce_contract::bindings::exports::mediation::connector::{mediator, types};
use salesforce_contract::message;

impl From<Content> for message::Message {
    fn from(it: Content) -> Self {
        let body = match it.body {
            Body::Text(text) => types::Body::Text(text),
            Body::Binary(bytes) => types::Body::Binary(bytes),
        };
        let media_type = it.media_type;
        types::Content { media_type, body }.into()
    }
}

impl From<message::Message> for Message {
    fn from(it: message::Message) -> Self {
        let types::Message {
            media_type,
            body,
            metadata,
        } = it.into();
        Self {
            media_type,
            body: match body {
                types::Body::Text(text) => Body::Text(text),
                types::Body::Binary(bytes) => Body::Binary(bytes),
            },
            metadata: metadata.into(),
        }
    }
}

impl From<message::Head> for Head {
    fn from(it: message::Head) -> Self {
        Self {
            media_type: it.media_type,
            metadata: it.metadata.into(),
        }
    }
}

impl From<message::Batch> for Batch {
    fn from(it: message::Batch) -> Self {
        Self {
            messages: it.messages.into_iter().map(Into::into).collect(),
            checkpoint: it.checkpoint,
            more: it.more,
        }
    }
}

impl From<contract::Metadata> for Metadata {
    fn from(it: contract::Metadata) -> Self {
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

impl From<mediator::Progress> for Progress {
    fn from(it: mediator::Progress) -> Self {
        Self {
            done: it.done,
            processed: it.processed,
            failed: it.failed,
            total: it.total,
            note: it.note,
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

impl From<contract::Fault> for Fault {
    fn from(it: contract::Fault) -> Self {
        Self {
            kind: it.kind.into(),
            message: it.message,
            status: it.status,
            upstream: it.upstream.into_iter().map(Into::into).collect(),
            retry_after_ms: it.retry_after_ms,
            maybe_applied: it.maybe_applied,
            attempts: it.attempts,
            elapsed_ms: it.elapsed_ms,
        }
    }
}

impl From<contract::UpstreamFault> for UpstreamFault {
    fn from(it: contract::UpstreamFault) -> Self {
        Self {
            code: it.code,
            message: it.message,
            fields: it.fields,
        }
    }
}

impl From<contract::FaultKind> for FaultKind {
    fn from(it: contract::FaultKind) -> Self {
        use contract::FaultKind as Kind;
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
