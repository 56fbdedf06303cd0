//! Where operations go: the connection that the arguments name, or the simulated org.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Map;

use super::args::{Connection, Global};
use super::console::Console;
use super::failure::Failure;
use super::notice;
use crate::simulated_org::{self, OrgSettings};
use mediate::egress::InProcessService;
use mediate::profile::{ConnectionFolders, HostSettings, Profile};

/// Name of the connection when none is given.
const CONNECTION_VARIABLE: &str = "MEDIATE_CONNECTION";

/// Looks up environment variables; one that is not UTF-8 counts as not set.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Connection {
    /// Names the connection: by the arguments, else by the environment.
    pub(super) fn effective(&self) -> Option<String> {
        let set = || environment(CONNECTION_VARIABLE);
        self.connection.clone().or_else(set)
    }

    /// Refuses a name that is empty: a variable that a script failed to fill must not lead into the simulated org.
    fn named(&self) -> Result<Option<String>, Failure> {
        let named = self.effective();
        if named.as_deref().is_none_or(|name| !name.trim().is_empty()) {
            return Ok(named);
        }
        let what = match self.connection {
            Some(_) => "--connection",
            None => CONNECTION_VARIABLE,
        };
        Err(Failure::usage(format!(
            "{what} is empty: name a connection, or {} for the simulated org",
            simulated_org::CONNECTION
        )))
    }
}

/// A connection with what answers for it.
pub(super) struct Target {
    pub(super) profile: Profile,
    /// Services that answer in process.
    pub(super) services: Vec<InProcessService>,
    /// Whether anything else may be reached.
    pub(super) network: bool,
    /// Whether nobody asked for the simulated org: it stands in where no connection is given.
    pub(super) stands_in: bool,
    /// The environment variables that the connection file takes secrets from.
    pub(super) variables: Vec<String>,
}

impl Target {
    /// Chooses by `--connection`, then by the environment; the built-in connector has the simulated org besides.
    pub(super) async fn choose(
        global: &Global,
        args: &Connection,
        console: Console,
    ) -> Result<Self, Failure> {
        let named = args.named()?;
        match named.as_deref() {
            Some(simulated_org::CONNECTION) => Self::simulated(args, console, false).await,
            Some(_) if args.sandbox_data.is_some() => Err(Failure::usage(format!(
                "--sandbox-data is for the simulated org: leave it out, or give --connection {}",
                simulated_org::CONNECTION
            ))),
            Some(name) => Self::file(name),
            None if global.connector.is_none() => {
                Self::simulated(args, console, args.sandbox_data.is_none()).await
            }
            None => Ok(Self::nowhere()),
        }
    }

    fn file(name: &str) -> Result<Self, Failure> {
        let path = ConnectionFolders::standard(&environment).find(name)?;
        let variables = Rc::new(RefCell::new(Vec::new()));
        let asked = Rc::clone(&variables);
        let profile = Profile::load(&path, &move |name| {
            asked.borrow_mut().push(name.to_owned());
            environment(name)
        })?;
        Ok(Self {
            profile,
            services: Vec::new(),
            network: true,
            stands_in: false,
            variables: variables.take(),
        })
    }

    async fn simulated(
        args: &Connection,
        console: Console,
        stands_in: bool,
    ) -> Result<Self, Failure> {
        let data = args.sandbox_data.clone();
        let told = notice::simulated_org(data.as_deref(), stands_in);
        if stands_in {
            // Said even with --quiet: data of the simulated org must not pass for that of an org.
            console.plain(&told);
        } else {
            console.note(&told);
        }
        let open = move || {
            simulated_org::open(&OrgSettings {
                data: data.as_deref(),
                ..OrgSettings::default()
            })
        };
        let org = tokio::task::spawn_blocking(open)
            .await
            .map_err(|error| Failure::Other(error.to_string()))?;
        let org = org.map_err(|error| Failure::usage(format!("{error:#}")))?;
        Ok(Self {
            profile: simulated_org::profile(),
            services: vec![simulated_org::service(org)],
            network: false,
            stands_in,
            variables: Vec::new(),
        })
    }

    /// Makes an empty connection, which reaches nothing, for another connector without one.
    fn nowhere() -> Self {
        let profile = Profile::new("none", Map::new(), HostSettings::default());
        Self {
            profile,
            services: Vec::new(),
            network: false,
            stands_in: false,
            variables: Vec::new(),
        }
    }
}
