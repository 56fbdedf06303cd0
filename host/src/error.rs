//! What can go wrong between a caller and a connector, apart from Rust's own errors: one sentence each that says what,
//! where, and how to fix it.

use crate::contract::Fault;
use std::path::PathBuf;
use std::time::Duration;

/// Why the host could not do what it was asked to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The connector answered with a fault: the operation did not succeed.
    #[error("{0}")]
    Fault(Box<Fault>),
    /// The bytes are not a WebAssembly component at all, or one that this engine cannot compile.
    #[error(
        "These bytes are not a WebAssembly component ({reason}): give a component, for example a Rust library built for \
         wasm32-wasip2."
    )]
    NotAComponent {
        /// What the engine found instead.
        reason: String,
    },
    /// The component lacks the exports of `mediation:connector@0.1`, or has them in another shape.
    #[error(
        "This component is not a mediation connector: it does not export {}; a connector exports the world `connector` of \
         mediation:connector@0.1.",
        .missing.join(", ")
    )]
    NotAConnector {
        /// What is missing or different.
        missing: Vec<String>,
    },
    /// The component imports what this host does not offer, for example sockets.
    #[error(
        "This component needs something that the host does not offer ({reason}); connectors get WASI 0.2 http, io, clocks, \
         random and cli, and no sockets."
    )]
    MissingImport {
        /// What the linker said.
        reason: String,
    },
    /// The connector crashed (a WebAssembly trap); its instance is gone.
    #[error(
        "The connector crashed during {during} ({reason}): start another instance, and report it."
    )]
    Trap {
        /// What the instance was doing, for example ``call `echo/trap` ``.
        during: String,
        /// The trap.
        reason: String,
    },
    /// The connector asked for more memory, tables or instances than the host grants; its instance is gone.
    #[error(
        "The connector exceeded {limit} during {during}: ask for less at a time, or raise the limit."
    )]
    ResourceLimit {
        /// What the instance was doing.
        during: String,
        /// Which limit, and its value.
        limit: String,
    },
    /// The connector violated its contract; what it gave is not used.
    #[error(
        "The connector violated its contract during {during}: {problem}; use another version of it, and report it."
    )]
    ContractBroken {
        /// What the instance was doing.
        during: String,
        /// What it gave, and what the contract promises.
        problem: String,
    },
    /// A call took longer than the host allows; its instance is gone.
    #[error(
        "The host's limit of {} for one call passed during {during}: ask for less at a time, or raise the limit.",
        seconds(*.limit)
    )]
    DeadlineExceeded {
        /// What the instance was doing.
        during: String,
        /// The limit that passed.
        limit: Duration,
    },
    /// The instance ended earlier: by a trap, a time-out, or a call that was aborted half-way.
    #[error("This instance of the connector has ended ({reason}): start another one.")]
    InstanceEnded {
        /// Why it ended.
        reason: String,
    },
    /// All instances that the runtime may hold at a time are in use.
    #[error(
        "All instances that this host may hold are in use ({reason}): end one, or raise the limit of instances."
    )]
    TooManyInstances {
        /// The engine's account of which pool is empty.
        reason: String,
    },
    /// A setting of the host cannot be used.
    #[error("{message}")]
    Settings {
        /// Which, why, and how to fix it.
        message: String,
    },
    /// A file or directory could not be read or written.
    #[error("Could not {doing} {}: {source}.", .path.display())]
    Io {
        /// What was being done, for example `read the CA file`.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The WebAssembly engine or the HTTP client could not be set up.
    #[error("Could not {doing}: {source}.")]
    Engine {
        /// What was being done.
        doing: &'static str,
        /// The reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl HostError {
    /// Returns the connector's fault, if that is what this is.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    pub(crate) fn broken(during: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::ContractBroken {
            during: during.into(),
            problem: problem.into(),
        }
    }

    pub(crate) fn settings(message: impl Into<String>) -> Self {
        Self::Settings {
            message: message.into(),
        }
    }
}

impl From<Fault> for HostError {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

pub(crate) fn seconds(limit: Duration) -> String {
    if limit.subsec_millis() == 0 {
        format!("{} s", limit.as_secs())
    } else {
        format!("{} ms", limit.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_export_is_named() {
        let error = HostError::NotAConnector {
            missing: vec!["mediation:connector/catalog@0.1.0".into()],
        };
        assert!(
            error
                .to_string()
                .contains("does not export mediation:connector/catalog@0.1.0")
        );
    }

    #[test]
    fn limits_are_told_in_the_unit_that_fits() {
        assert_eq!(seconds(Duration::from_secs(30)), "30 s");
        assert_eq!(seconds(Duration::from_millis(250)), "250 ms");
    }
}
