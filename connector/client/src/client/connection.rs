//! A connection that was checked, from which operations get their clients.

use super::Client;
use crate::connection::Settings;
use crate::context::Context;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use std::rc::Rc;

/// A checked connection.
pub struct Connection {
    context: Rc<Context>,
    settings: Rc<Settings>,
}

impl Connection {
    /// Checks a config. Nothing is sent.
    pub fn open(context: Rc<Context>, config: &ConnectionConfig) -> Result<Self, Fault> {
        let settings = Rc::new(Settings::from_config(config)?);
        Ok(Self { context, settings })
    }

    /// Makes a client for one operation.
    pub fn client(&self) -> Client {
        Client::new(Rc::clone(&self.context), Rc::clone(&self.settings))
    }
}
