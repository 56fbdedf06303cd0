//! Judges whether a component keeps the contract, as far as that can be tried without a remote system.
//!
//! What the runtime itself refuses, such as a chunk that is too large, is found by the same checks: the component is run here
//! as everywhere. Operations that are `pure` run with configs that their schemas give as examples, or that can be made
//! from defaults and bounds; all others are only asked to refuse what is wrong. With a connection, operations that only read,
//! take no input and need no config run too.
//!
//! ```no_run
//! use mediate::check::Check;
//! use mediate::Runtime;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = Runtime::new(Check::settings())?;
//! let component = std::fs::read("connector.wasm")?;
//! let report = Check::new(&runtime, &component).run().await;
//! assert_eq!(report.broken(), 0, "{report:#?}");
//! # Ok(())
//! # }
//! ```

mod bench;
mod calls;
mod connected;
mod faults;
mod imports;
mod promise;
mod refusals;
mod report;
mod samples;
mod schemas;
mod sessions;
mod sinks;
mod sources;
mod triggers;

use std::fmt;
use std::time::Duration;

pub use promise::Promise;
pub use report::{Finding, Line, Report, State};

use crate::contract::{ConnectorInfo, Effect, OperationInfo, Style};
use crate::egress::InProcessService;
use crate::profile::Profile;
use crate::runtime::{Connector, Runtime, RuntimeSettings};
use crate::session::Session;
use bench::Bench;
use report::{NO_CONNECTION, Problem};
use samples::Samples;

/// Computing that one call may take.
const MAX_COMPUTE: Duration = Duration::from_secs(20);
/// Time in which one call must have sent or received something, or ended.
const MAX_QUIET: Duration = Duration::from_secs(60);
/// Place of what concerns the component as a whole.
const COMPONENT: &str = "component";

/// A component to be judged.
pub struct Check<'a> {
    runtime: &'a Runtime,
    component: &'a [u8],
    connection: Option<&'a Profile>,
    services: Vec<InProcessService>,
    network: bool,
}

impl<'a> Check<'a> {
    /// Prepares to judge the bytes of a component.
    #[must_use]
    pub const fn new(runtime: &'a Runtime, component: &'a [u8]) -> Self {
        Self {
            runtime,
            component,
            connection: None,
            services: Vec::new(),
            network: true,
        }
    }

    /// Returns limits for the runtime that are closer than those of a host that works.
    #[must_use]
    pub fn settings() -> RuntimeSettings {
        RuntimeSettings {
            max_compute: MAX_COMPUTE,
            max_quiet: MAX_QUIET,
            ..RuntimeSettings::default()
        }
    }

    /// Names a connection: operations that only read are tried with it.
    #[must_use]
    pub fn connection(self, profile: &'a Profile) -> Self {
        Self {
            connection: Some(profile),
            ..self
        }
    }

    /// Sets services that answer in this process instead of the network, and whether anything else may be reached.
    #[must_use]
    pub fn services(self, services: Vec<InProcessService>, network: bool) -> Self {
        Self {
            services,
            network,
            ..self
        }
    }

    /// Tries all promises.
    pub async fn run(self) -> Report {
        let mut report = Report::new();
        if let Err(problem) = self.try_all(&mut report).await {
            report.settle(Promise::Component, COMPONENT, Err(problem));
        }
        report
    }

    async fn try_all(&self, report: &mut Report) -> Result<(), Problem> {
        let of = Problem::of(Promise::Component);
        let connector = self.runtime.load(self.component).await.map_err(of)?;
        match imports::superfluous(&connector.imports()) {
            None => report.kept(Promise::Component),
            Some(problem) => report.broken_at(Promise::Component, COMPONENT, problem),
        }
        let described = connector.describe().await;
        let info = described.map_err(Problem::of(Promise::Catalog))?;
        report.kept(Promise::Catalog);
        report.connector = Some(info.name.clone());
        report.version = Some(info.version.clone());
        report.settle(Promise::Stable, "describe", stable(&connector, &info).await);
        schemas::judge(&info, report);
        // Opened first: from here on the secrets of the connection are known, and masked in what is reported.
        let session = self.session(&connector, report).await;
        self.try_operations(&connector, &info, report).await?;
        if let Some(session) = session {
            connected::try_reads(&session, report).await;
        }
        Ok(())
    }

    /// Opens a session of the connection, where one is named. Nothing is sent yet.
    async fn session(&self, connector: &Connector, report: &mut Report) -> Option<Session> {
        let session = Session::builder(connector, self.connection?);
        let session = session
            .services(self.services.clone())
            .network(self.network);
        match session.open().await {
            Ok(session) => Some(session),
            Err(error) => {
                report.not_tried(Promise::Sessions, "session", &error.to_string());
                None
            }
        }
    }

    async fn try_operations(
        &self,
        connector: &Connector,
        info: &ConnectorInfo,
        report: &mut Report,
    ) -> Result<(), Problem> {
        let mut bench = Bench::new(connector);
        let own = self
            .connection
            .map(|profile| profile.document().expose().to_string());
        let samples = Samples::of(&info.connection_schema);
        let connected = refusals::connect(&mut bench, &samples, own, report).await;
        if let Err(problem) = connected {
            report.settle(Promise::Connect, "connect", Err(problem));
        }
        refusals::unknown(&bench, info, report).await?;
        for operation in &info.operations {
            let samples = Samples::of(&operation.config_schema);
            refusals::operation(&bench, operation, &samples, report).await?;
            if operation.effect == Effect::Pure {
                run(&bench, operation, &samples, report).await;
            } else if self.connection.is_none() || !connected::is_tried(operation) {
                leave(operation, report);
            }
        }
        if self.connection.is_none() {
            sessions::session(&bench, &info.connection_schema, report).await;
        }
        Ok(())
    }
}

async fn stable(connector: &Connector, info: &ConnectorInfo) -> Result<(), Problem> {
    let again = connector.describe_anew().await;
    let again = again.map_err(Problem::of(Promise::Stable))?;
    if again.iter().all(|other| other == info) {
        return Ok(());
    }
    let problem = "what it says differs between two calls".to_owned();
    Err(Problem::Broken(Promise::Stable, problem))
}

/// Runs an operation that needs no connection, with every config that is known.
async fn run(bench: &Bench<'_>, operation: &OperationInfo, samples: &Samples, report: &mut Report) {
    let name = &operation.name;
    if samples.right.is_empty() {
        let reason = "its schema gives no example of a config";
        return promises_of(operation.style)
            .iter()
            .for_each(|promise| report.not_tried(*promise, name, reason));
    }
    for config in samples.right.iter().map(ToString::to_string) {
        let config = config.as_str();
        match operation.style {
            Style::Call => {
                let attempt = calls::reply(bench, operation, config).await;
                if attempt.is_ok() {
                    report.kept(Promise::Connections);
                    report.kept(Promise::Silence);
                }
                report.settle(Promise::Replies, name, attempt);
            }
            Style::Source => {
                let trial = sources::Trial {
                    bench,
                    operation,
                    config,
                };
                sources::try_all(&trial, report).await;
            }
            Style::Sink => {
                let trial = sinks::Trial {
                    bench,
                    operation,
                    config,
                };
                sinks::try_all(&trial, report).await;
            }
            Style::Trigger => {
                let attempt = triggers::checkpoints(bench, operation, config).await;
                report.settle(Promise::Checkpoints, name, attempt);
            }
        }
    }
}

/// Notes that an operation is not run.
fn leave(operation: &OperationInfo, report: &mut Report) {
    for promise in promises_of(operation.style) {
        report.not_tried(*promise, &operation.name, NO_CONNECTION);
    }
}

const fn promises_of(style: Style) -> &'static [Promise] {
    match style {
        Style::Call => &[Promise::Replies],
        Style::Source => &[
            Promise::Chunks,
            Promise::Texts,
            Promise::Heads,
            Promise::Resumption,
        ],
        Style::Sink => &[Promise::Journals, Promise::Outcomes, Promise::Aborts],
        Style::Trigger => &[Promise::Checkpoints],
    }
}

impl fmt::Debug for Check<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("bytes", &self.component.len())
            .finish_non_exhaustive()
    }
}
