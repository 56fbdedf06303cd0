//! `salesforce:connector/raw`.

use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::raw::{Guest, RequestConfig};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::raw;

impl Guest for Component {
    fn request(
        connection: ConnectionConfig,
        config: RequestConfig,
        input: Option<Message>,
    ) -> Result<Message, Fault> {
        raw::request(&org(&connection)?, &config, input.as_ref())
    }
}
