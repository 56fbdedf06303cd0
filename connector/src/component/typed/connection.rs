//! `salesforce:connector/connection`.

use crate::bindings::exports::salesforce::connector::connection::{
    ConnectionConfig, ConnectionReport, Guest, Revocation, RevokeConfig, Session,
};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::connection;

impl Guest for Component {
    fn authenticate(connection: ConnectionConfig) -> Result<Session, Fault> {
        connection::authenticate(&org(&connection)?)
    }

    fn test(connection: ConnectionConfig) -> Result<ConnectionReport, Fault> {
        connection::test(&org(&connection)?)
    }

    fn identity(connection: ConnectionConfig) -> Result<Message, Fault> {
        connection::identity(&org(&connection)?)
    }

    fn versions(connection: ConnectionConfig) -> Result<Message, Fault> {
        connection::versions(&org(&connection)?)
    }

    fn limits(connection: ConnectionConfig) -> Result<Message, Fault> {
        connection::limits(&org(&connection)?)
    }

    fn resources(connection: ConnectionConfig) -> Result<Message, Fault> {
        connection::resources(&org(&connection)?)
    }

    fn revoke(connection: ConnectionConfig, config: RevokeConfig) -> Result<Revocation, Fault> {
        connection::revoke(&org(&connection)?, &config)
    }
}
