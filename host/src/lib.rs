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
//! # Load with a journal
//!
//! Each step is on disk before the next is done: after a crash, open the journal file and pass its step to
//! [`Load::state`](transfer::Load::state).
//!
//! ```no_run
//! # use mediate::Session;
//! use mediate::journal_file::JournalFile;
//! use mediate::output::PartFile;
//! use mediate::transfer::{Input, Load};
//! # use serde_json::json;
//! # async fn run(session: &Session) -> Result<(), Box<dyn std::error::Error>> {
//! let config = json!({"object": "Account", "operation": "insert"});
//! let input = Input { path: "accounts.csv".into(), gzip: false };
//! let mut journal_file = JournalFile::create("accounts.journal".as_ref(), &config)?;
//! let outcomes = PartFile::create("outcomes.ndjson".as_ref(), false)?;
//! let load = Load::new(session, "bulk/load", &config, &input, &mut journal_file);
//! let loaded = load.outcomes(Some(outcomes)).run().await.map_err(|stopped| stopped.error)?;
//! if let Some(outcomes) = loaded.outcomes {
//!     outcomes.finish().await?;
//! }
//! journal_file.remove()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Watch a trigger
//!
//! ```no_run
//! # use mediate::{Connector, Profile, Session};
//! use mediate::watch::{Output, Watch};
//! # use serde_json::json;
//! # async fn run(connector: &Connector, profile: &Profile) -> Result<(), Box<dyn std::error::Error>> {
//! let config = json!({"object": "Account"});
//! let mut watch = Watch::new("triggers/updated", &config, Output::Stdout);
//! let ended = async { let _ = tokio::signal::ctrl_c().await; };
//! watch.run(|| Session::builder(connector, profile).open(), ended).await?;
//! # Ok(())
//! # }
//! ```

pub mod contract;
pub mod egress;
pub mod error;
pub mod ingress;
pub mod journal_file;
pub mod masking;
pub mod output;
mod owner;
pub mod profile;
pub mod runtime;
pub mod schema;
pub mod secret;
pub mod session;
pub mod terminal;
pub mod text;
pub mod transfer;
pub mod watch;

pub use contract::{Fault, FaultKind, Message};
pub use error::HostError;
pub use profile::{HostSettings, Profile};
pub use runtime::{Connector, Runtime, RuntimeSettings};
pub use session::{Session, SessionError};
