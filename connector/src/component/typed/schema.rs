//! `salesforce:connector/schema`.

use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::schema::{
    DescribeConfig, Guest, ObjectsConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::schema;

impl Guest for Component {
    fn objects(connection: ConnectionConfig, config: ObjectsConfig) -> Result<Message, Fault> {
        schema::objects(&org(&connection)?, &config)
    }

    fn describe(connection: ConnectionConfig, config: DescribeConfig) -> Result<Message, Fault> {
        schema::describe(&org(&connection)?, &config)
    }
}
