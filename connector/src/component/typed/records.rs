//! `salesforce:connector/records`.

use crate::bindings::exports::salesforce::connector::common::Outcome;
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::records::{
    CreateConfig, DeleteByExternalIdConfig, DeleteConfig, Guest, RetrieveByExternalIdConfig,
    RetrieveConfig, UpdateConfig, UpsertConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::records;

impl Guest for Component {
    fn create(
        connection: ConnectionConfig,
        config: CreateConfig,
        input: Message,
    ) -> Result<Outcome, Fault> {
        records::create(&org(&connection)?, &config, &input)
    }

    fn retrieve(connection: ConnectionConfig, config: RetrieveConfig) -> Result<Message, Fault> {
        records::retrieve(&org(&connection)?, &config)
    }

    fn update(
        connection: ConnectionConfig,
        config: UpdateConfig,
        input: Message,
    ) -> Result<Outcome, Fault> {
        records::update(&org(&connection)?, &config, &input)
    }

    fn upsert(
        connection: ConnectionConfig,
        config: UpsertConfig,
        input: Message,
    ) -> Result<Outcome, Fault> {
        records::upsert(&org(&connection)?, &config, &input)
    }

    fn delete_record(connection: ConnectionConfig, config: DeleteConfig) -> Result<Outcome, Fault> {
        records::delete_record(&org(&connection)?, &config)
    }

    fn retrieve_by_external_id(
        connection: ConnectionConfig,
        config: RetrieveByExternalIdConfig,
    ) -> Result<Message, Fault> {
        records::retrieve_by_external_id(&org(&connection)?, &config)
    }

    fn delete_by_external_id(
        connection: ConnectionConfig,
        config: DeleteByExternalIdConfig,
    ) -> Result<Outcome, Fault> {
        records::delete_by_external_id(&org(&connection)?, &config)
    }
}
