//! `salesforce:connector/soap`.

use crate::bindings::exports::mediation::connector::mediator::Source;
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::soap::{
    ConvertLeadConfig, CreateConfig, DescribeObjectConfig, DescribeObjectsConfig,
    FindDuplicatesByIdsConfig, FindDuplicatesConfig, Guest, IdsConfig, MergeConfig, PlainConfig,
    QueryConfig, QueryMoreConfig, QueryRowsConfig, ReplicationConfig, ResetPasswordConfig,
    RetrieveConfig, SearchConfig, SendEmailConfig, SendEmailMessageConfig, SetPasswordConfig,
    UpsertConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::generic::OpenSource;
use crate::component::{Component, org};
use crate::soap;
use std::rc::Rc;

impl Guest for Component {
    fn logout(connection: ConnectionConfig, config: PlainConfig) -> Result<Message, Fault> {
        soap::users::logout(&org(&connection)?, &config)
    }

    fn query(connection: ConnectionConfig, config: QueryConfig) -> Result<Message, Fault> {
        soap::query::query(&org(&connection)?, &config)
    }

    fn query_all(connection: ConnectionConfig, config: QueryConfig) -> Result<Message, Fault> {
        soap::query::query_all(&org(&connection)?, &config)
    }

    fn query_more(connection: ConnectionConfig, config: QueryMoreConfig) -> Result<Message, Fault> {
        soap::query::query_more(&org(&connection)?, &config)
    }

    fn query_rows(connection: ConnectionConfig, config: QueryRowsConfig) -> Result<Source, Fault> {
        Ok(OpenSource::handle(Box::new(soap::rows::Rows::open(
            Rc::new(org(&connection)?),
            &config,
        )?)))
    }

    fn create(
        connection: ConnectionConfig,
        config: CreateConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        soap::save::create(&org(&connection)?, &config, &input)
    }

    fn update(
        connection: ConnectionConfig,
        config: CreateConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        soap::save::update(&org(&connection)?, &config, &input)
    }

    fn upsert(
        connection: ConnectionConfig,
        config: UpsertConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        soap::save::upsert(&org(&connection)?, &config, &input)
    }

    fn delete(
        connection: ConnectionConfig,
        config: IdsConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        soap::ids::delete(&org(&connection)?, &config, &input)
    }

    fn undelete(
        connection: ConnectionConfig,
        config: IdsConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        soap::ids::undelete(&org(&connection)?, &config, &input)
    }

    fn empty_recycle_bin(
        connection: ConnectionConfig,
        config: IdsConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        soap::ids::empty_recycle_bin(&org(&connection)?, &config, &input)
    }

    fn retrieve(
        connection: ConnectionConfig,
        config: RetrieveConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        soap::retrieve::retrieve(&org(&connection)?, &config, &input)
    }

    fn search(connection: ConnectionConfig, config: SearchConfig) -> Result<Message, Fault> {
        soap::search::search(&org(&connection)?, &config)
    }

    fn describe_global(
        connection: ConnectionConfig,
        config: PlainConfig,
    ) -> Result<Message, Fault> {
        soap::describe::describe_global(&org(&connection)?, &config)
    }

    fn describe_object(
        connection: ConnectionConfig,
        config: DescribeObjectConfig,
    ) -> Result<Message, Fault> {
        soap::describe::describe_object(&org(&connection)?, &config)
    }

    fn describe_objects(
        connection: ConnectionConfig,
        config: DescribeObjectsConfig,
    ) -> Result<Message, Fault> {
        soap::describe::describe_objects(&org(&connection)?, &config)
    }

    fn get_deleted(
        connection: ConnectionConfig,
        config: ReplicationConfig,
    ) -> Result<Message, Fault> {
        soap::replication::get_deleted(&org(&connection)?, &config)
    }

    fn get_updated(
        connection: ConnectionConfig,
        config: ReplicationConfig,
    ) -> Result<Message, Fault> {
        soap::replication::get_updated(&org(&connection)?, &config)
    }

    fn get_user_info(connection: ConnectionConfig, config: PlainConfig) -> Result<Message, Fault> {
        soap::users::get_user_info(&org(&connection)?, &config)
    }

    fn get_server_timestamp(
        connection: ConnectionConfig,
        config: PlainConfig,
    ) -> Result<Message, Fault> {
        soap::users::get_server_timestamp(&org(&connection)?, &config)
    }

    fn set_password(
        connection: ConnectionConfig,
        config: SetPasswordConfig,
    ) -> Result<Message, Fault> {
        soap::users::set_password(&org(&connection)?, &config)
    }

    fn reset_password(
        connection: ConnectionConfig,
        config: ResetPasswordConfig,
    ) -> Result<Message, Fault> {
        soap::users::reset_password(&org(&connection)?, &config)
    }

    fn send_email(connection: ConnectionConfig, config: SendEmailConfig) -> Result<Message, Fault> {
        soap::email::send_email(&org(&connection)?, &config)
    }

    fn send_email_message(
        connection: ConnectionConfig,
        config: SendEmailMessageConfig,
    ) -> Result<Message, Fault> {
        soap::email::send_email_message(&org(&connection)?, &config)
    }

    fn find_duplicates(
        connection: ConnectionConfig,
        config: FindDuplicatesConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        soap::duplicates::find_duplicates(&org(&connection)?, &config, &input)
    }

    fn find_duplicates_by_ids(
        connection: ConnectionConfig,
        config: FindDuplicatesByIdsConfig,
    ) -> Result<Message, Fault> {
        soap::duplicates::find_duplicates_by_ids(&org(&connection)?, &config)
    }

    fn merge(
        connection: ConnectionConfig,
        config: MergeConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        soap::merge::merge(&org(&connection)?, &config, &input)
    }

    fn convert_lead(
        connection: ConnectionConfig,
        config: ConvertLeadConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        soap::convert_lead::convert_lead(&org(&connection)?, &config, &input)
    }
}
