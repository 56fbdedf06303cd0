//! `salesforce:connector/collections`.

use crate::bindings::exports::salesforce::connector::collections::{
    CreateConfig, CreateTreeConfig, DeleteConfig, Guest, RetrieveConfig, UpdateConfig, UpsertConfig,
};
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::collections;

impl Guest for Component {
    fn create(
        connection: ConnectionConfig,
        config: CreateConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        collections::create(&org(&connection)?, &config, &input)
    }

    fn update(
        connection: ConnectionConfig,
        config: UpdateConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        collections::update(&org(&connection)?, &config, &input)
    }

    fn upsert(
        connection: ConnectionConfig,
        config: UpsertConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        collections::upsert(&org(&connection)?, &config, &input)
    }

    fn delete(
        connection: ConnectionConfig,
        config: DeleteConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        collections::delete(&org(&connection)?, &config, &input)
    }

    fn retrieve(
        connection: ConnectionConfig,
        config: RetrieveConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        collections::retrieve(&org(&connection)?, &config, &input)
    }

    fn create_tree(
        connection: ConnectionConfig,
        config: CreateTreeConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        collections::create_tree(&org(&connection)?, &config, &input)
    }
}
