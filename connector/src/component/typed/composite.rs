//! `salesforce:connector/composite`.

use crate::bindings::exports::salesforce::connector::composite::{CompositeConfig, Guest};
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::composite;

impl Guest for Component {
    fn request(
        connection: ConnectionConfig,
        config: CompositeConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        composite::request(&org(&connection)?, &config, &input)
    }

    fn batch(
        connection: ConnectionConfig,
        config: CompositeConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        composite::batch(&org(&connection)?, &config, &input)
    }

    fn graph(
        connection: ConnectionConfig,
        config: CompositeConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        composite::graph(&org(&connection)?, &config, &input)
    }

    fn list(connection: ConnectionConfig) -> Result<Message, Fault> {
        composite::list(&org(&connection)?)
    }
}
