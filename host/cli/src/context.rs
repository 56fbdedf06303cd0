//! What the subcommands that run operations share: which connector, which connection, which org.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::args::{Connection, Global};
use super::config;
use super::console::Console;
use super::failure::Failure;
use super::files;
use super::target::{Target, environment};
use crate::embedded;
use mediate::contract::{ConnectorInfo, Effect, OperationInfo, Style};
use mediate::profile::HostSettings;
use mediate::runtime::{Connector, Runtime, RuntimeSettings};
use mediate::session::{Session, SessionError, find_operation, schema_of};

/// A connector and a connection, before anything is sent.
pub(super) struct CommandContext {
    connector: Connector,
    pub(super) info: Arc<ConnectorInfo>,
    target: Target,
}

impl CommandContext {
    pub(super) async fn prepare(
        global: &Global,
        args: &Connection,
        console: Console,
    ) -> Result<Self, Failure> {
        let target = Target::choose(global, args, console).await?;
        let (connector, info) = load(global, target.profile.host()).await?;
        Ok(Self {
            connector,
            info,
            target,
        })
    }

    /// Finds the operation, or tells by which verb it is run.
    pub(super) fn operation(&self, name: &str, style: Style) -> Result<&OperationInfo, Failure> {
        let operation = find_operation(&self.info, name)?;
        if operation.style != style {
            return Err(other_verb(operation));
        }
        if self.target.stands_in && operation.effect == Effect::Write {
            return Err(no_connection(name));
        }
        Ok(operation)
    }

    /// Checks the names in a config that a file gives, as those of arguments are checked.
    pub(super) fn check_config(
        &self,
        config: &Value,
        operation: &OperationInfo,
    ) -> Result<(), Failure> {
        let schema = schema_of(&format!("`{}`", operation.name), &operation.config_schema)?;
        config::check_names(config, &schema)
    }

    /// Builds the config of an operation from the arguments.
    pub(super) fn config(
        &self,
        document: Option<&str>,
        pairs: &[String],
        operation: &OperationInfo,
    ) -> Result<Value, Failure> {
        let schema = schema_of(&format!("`{}`", operation.name), &operation.config_schema)?;
        config::build(document, pairs, &schema)
    }

    pub(super) fn connection_name(&self) -> &str {
        self.target.profile.name()
    }

    /// Names the connection and its file, for errors.
    pub(super) fn connection_title(&self) -> String {
        let name = self.connection_name();
        match self.target.profile.path() {
            Some(path) => format!("`{name}` ({})", path.display()),
            None => format!("`{name}`"),
        }
    }

    /// Names the environment variables that hold the connection's secrets: commands that this one starts do not get them.
    pub(super) fn secret_variables(&self) -> Vec<String> {
        self.target.variables.clone()
    }

    /// Starts the connector; nothing is sent yet.
    pub(super) async fn session(&self) -> Result<Session, Failure> {
        Ok(self.start().await?)
    }

    /// Starts the connector, for those that start it again.
    pub(super) async fn start(&self) -> Result<Session, SessionError> {
        let Target {
            profile,
            services,
            network,
            ..
        } = &self.target;
        let session = Session::builder(&self.connector, profile);
        let session = session.services(services.clone()).network(*network);
        session.open().await
    }

    /// Makes a failure that knows the connection and what it was kept from.
    pub(super) fn failure(&self, error: SessionError, session: &Session) -> Failure {
        let connection = self.connection_title();
        Failure::Session {
            sent: Some(session.requests()),
            in_doubt: session.is_in_doubt(&error),
            denials: session.denials(),
            error: Box::new(error),
            connection,
        }
    }
}

/// Loads the connector that the arguments name, or the built-in one.
pub(super) async fn load(
    global: &Global,
    host: &HostSettings,
) -> Result<(Connector, Arc<ConnectorInfo>), Failure> {
    let mut settings = RuntimeSettings {
        cache_dir: cache_folder(),
        ..RuntimeSettings::default()
    };
    settings.call_timeout = host.call_timeout.or(settings.call_timeout);
    settings.max_compute = host.compute_timeout.unwrap_or(settings.max_compute);
    let runtime = Runtime::new(settings)?;
    let connector = match &global.connector {
        Some(path) => runtime
            .load(&files::bytes(path)?)
            .await
            .map_err(|error| about(path, &error))?,
        None => runtime.load(embedded::CONNECTOR).await?,
    };
    let info = connector.describe().await?;
    Ok((connector, info))
}

fn about(path: &std::path::Path, error: &mediate::error::HostError) -> Failure {
    Failure::usage(format!("--connector {}: {error}", path.display()))
}

/// Returns the folder for compiled components: `$XDG_CACHE_HOME/mediate`, `~/.cache/mediate`, or none.
pub(super) fn cache_folder() -> Option<PathBuf> {
    let set = |name: &str| {
        environment(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    cache.map(|cache| cache.join("mediate"))
}

/// Refuses a change without a connection: a script that lost its connection must not write into the simulated org.
pub(super) fn no_connection(operation: &str) -> Failure {
    let sandbox = crate::simulated_org::CONNECTION;
    Failure::usage(format!(
        "`{operation}` changes data, and no connection is given: name one with --connection, or write --connection {sandbox} for \
         the simulated org"
    ))
}

pub(super) fn other_verb(operation: &OperationInfo) -> Failure {
    let name = &operation.name;
    Failure::usage(match operation.style {
        Style::Call => format!("`{name}` returns one reply: run it with `mediate call {name}`"),
        Style::Source => format!("`{name}` is read in chunks: run it with `mediate read {name}`"),
        Style::Sink => {
            format!("`{name}` takes a file of records: run it with `mediate write {name}`")
        }
        Style::Trigger => {
            format!("`{name}` waits for what is new: run it with `mediate watch {name}`")
        }
    })
}
