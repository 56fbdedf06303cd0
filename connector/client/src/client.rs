//! One org, entered: requests with a session that is renewed when it ends, retries, faults that tell what was sent.

mod budget;
mod complete;
mod connection;
mod dry_run;
mod dry_run_requests;
mod http_request;
mod message;
mod once;
mod pinned;
pub mod request;
mod send;
mod session;
mod trace;
mod version;

pub use crate::expected::Unusable;
pub use connection::Connection;
pub use dry_run::UnsentRequest;
pub use request::Request;

use crate::connection::Settings;
use crate::context::Context;
use dry_run::DryRun;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use trace::Trace;

/// An org that can be asked.
pub struct Client {
    context: Rc<Context>,
    settings: Rc<Settings>,
    /// Whether a session was opened for this operation. A dry run shares it.
    renewed: Rc<Cell<bool>>,
    trace: Trace,
    dry_run: Option<DryRun>,
    /// The token of the session whose org was asked for, and is the one that the connection is pinned to.
    checked_token: RefCell<Option<String>>,
}

impl Client {
    /// Checks the connection. Nothing is sent.
    pub fn open(context: Rc<Context>, connection: &ConnectionConfig) -> Result<Self, Fault> {
        Ok(Connection::open(context, connection)?.client())
    }

    /// Makes a client for one operation.
    pub(crate) fn new(context: Rc<Context>, settings: Rc<Settings>) -> Self {
        let trace = Trace::new(context.clock.monotonic_ms());
        Self {
            context,
            settings,
            renewed: Rc::default(),
            trace,
            dry_run: None,
            checked_token: RefCell::default(),
        }
    }

    /// The surroundings.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The checked connection.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

#[cfg(test)]
mod tests;
