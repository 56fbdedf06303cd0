//! `salesforce:connector/users`.

use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::users::{
    Guest, InfoConfig, PasswordStatusConfig, ResetPasswordConfig, SetPasswordConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::users;

impl Guest for Component {
    fn info(connection: ConnectionConfig, config: InfoConfig) -> Result<Message, Fault> {
        users::info(&org(&connection)?, &config)
    }

    fn set_password(
        connection: ConnectionConfig,
        config: SetPasswordConfig,
    ) -> Result<Message, Fault> {
        users::set_password(&org(&connection)?, &config)
    }

    fn reset_password(
        connection: ConnectionConfig,
        config: ResetPasswordConfig,
    ) -> Result<Message, Fault> {
        users::reset_password(&org(&connection)?, &config)
    }

    fn password_status(
        connection: ConnectionConfig,
        config: PasswordStatusConfig,
    ) -> Result<Message, Fault> {
        users::password_status(&org(&connection)?, &config)
    }
}
