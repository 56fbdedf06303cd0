//! `salesforce:connector/records`.

use crate::bindings::exports::salesforce::connector::common::Outcome;
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::records::{
    CountConfig, CreateConfig, DeleteByExternalIdConfig, DeleteConfig, DeleteRelatedConfig,
    GetDeletedConfig, GetUpdatedConfig, Guest, RecentConfig, RelatedConfig,
    RetrieveByExternalIdConfig, RetrieveConfig, UpdateAndRetrieveConfig, UpdateConfig,
    UpdateRelatedConfig, UpsertConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::{records, related, replication, update};

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

    fn update_and_retrieve(
        connection: ConnectionConfig,
        config: UpdateAndRetrieveConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        update::update_and_retrieve(&org(&connection)?, &config, &input)
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

    fn get_updated(
        connection: ConnectionConfig,
        config: GetUpdatedConfig,
    ) -> Result<Message, Fault> {
        replication::get_updated(&org(&connection)?, &config)
    }

    fn get_deleted(
        connection: ConnectionConfig,
        config: GetDeletedConfig,
    ) -> Result<Message, Fault> {
        replication::get_deleted(&org(&connection)?, &config)
    }

    fn related(connection: ConnectionConfig, config: RelatedConfig) -> Result<Message, Fault> {
        related::related(&org(&connection)?, &config)
    }

    fn update_related(
        connection: ConnectionConfig,
        config: UpdateRelatedConfig,
        input: Message,
    ) -> Result<Outcome, Fault> {
        related::update_related(&org(&connection)?, &config, &input)
    }

    fn delete_related(
        connection: ConnectionConfig,
        config: DeleteRelatedConfig,
    ) -> Result<Outcome, Fault> {
        related::delete_related(&org(&connection)?, &config)
    }

    fn recent(connection: ConnectionConfig, config: RecentConfig) -> Result<Message, Fault> {
        related::recent(&org(&connection)?, &config)
    }

    fn count(connection: ConnectionConfig, config: CountConfig) -> Result<Message, Fault> {
        related::count(&org(&connection)?, &config)
    }
}
