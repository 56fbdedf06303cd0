//! A host for mediation connectors: WebAssembly components that export `mediation:connector`.
//!
//! A connector runs without files and sockets. The host owns what it may do: the network and its limits, secrets, sessions,
//! journals and checkpoints. It knows only the generic contract, never the system behind a connector; the command `mediate`
//! is one user of this library.
//!
//! # Run an operation
//!
//! ```no_run
//! use mediate::{Profile, Runtime, RuntimeSettings, Session};
//! use serde_json::json;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = Runtime::new(RuntimeSettings::default())?;
//! let connector = runtime.load(&std::fs::read("salesforce_connector.wasm")?).await?;
//! // Secrets are named in the file, and taken from the environment: `client-secret = "${env:ACME_SECRET}"`.
//! let profile = Profile::load("acme.toml".as_ref(), &|name| std::env::var(name).ok())?;
//! let session = Session::builder(&connector, &profile).open().await?;
//! let config = json!({"soql": "SELECT Name FROM Account LIMIT 3"});
//! let reply = session.call("query/query", &config, None).await?;
//! println!("{}", String::from_utf8_lossy(&reply.body));
//! # Ok(())
//! # }
//! ```
//!
//! # Stream a source
//!
//! ```no_run
//! # use mediate::{Session, SessionError};
//! # use serde_json::json;
//! # async fn run(session: &Session) -> Result<(), SessionError> {
//! let config = json!({"soql": "SELECT Id, Name FROM Account"});
//! let mut rows = session.read("query/rows", &config, None).await?;
//! while let Some(chunk) = rows.next(64 * 1024).await? {
//!     print!("{}", String::from_utf8_lossy(&chunk));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! | feature | module | what it adds |
//! |---|---|---|
//! | `transfer` | `transfer` | loads and extracts of any size, resumed from a journal |
//! | `watch` | `watch` | triggers that are polled, with checkpoints |
//! | `check` | `check` | judges whether a component keeps the contract |
//! | `ingress` | `ingress` | an HTTP server for messages that others post |
//!
//! None is on by default. The documentation of each module has an example.

#[cfg(feature = "check")]
pub mod check;
pub mod contract;
pub mod egress;
pub mod error;
#[cfg(feature = "ingress")]
pub mod ingress;
pub mod journal_file;
pub mod masking;
mod metadata;
pub mod output;
mod owner;
pub mod profile;
pub mod runtime;
pub mod schema;
pub mod secret;
pub mod session;
pub mod terminal;
pub mod text;
#[cfg(feature = "transfer")]
pub mod transfer;
#[cfg(feature = "watch")]
pub mod watch;

pub use contract::{
    ConnectorInfo, Effect, Fault, FaultKind, Message, Metadata, OperationInfo, OutcomeSet, Style,
};
pub use egress::InProcessService;
pub use error::HostError;
pub use journal_file::JournalFile;
pub use output::PartFile;
pub use profile::{HostSettings, Profile, ProfileError};
pub use runtime::{Connector, Runtime, RuntimeSettings};
pub use session::{Session, SessionBuilder, SessionError};
#[cfg(feature = "transfer")]
pub use transfer::{Extract, Load, TransferError};
#[cfg(feature = "watch")]
pub use watch::{Watch, WatchError};
