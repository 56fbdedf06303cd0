//! `salesforce:connector/events`.

use crate::bindings::exports::mediation::connector::mediator::Batch;
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::events::{
    Guest, ParseOutboundMessageConfig, PublishConfig, SubscribeConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::events::{outbound, publish, subscribe};

impl Guest for Component {
    fn subscribe(
        connection: ConnectionConfig,
        config: SubscribeConfig,
        checkpoint: Option<String>,
        wait_ms: u32,
    ) -> Result<Batch, Fault> {
        subscribe::subscribe(&org(&connection)?, &config, checkpoint.as_deref(), wait_ms)
    }

    fn publish(
        connection: ConnectionConfig,
        config: PublishConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        publish::publish(&org(&connection)?, &config, &input)
    }

    fn parse_outbound_message(
        _: ConnectionConfig,
        config: ParseOutboundMessageConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        outbound::parse(&config, &input)
    }
}
