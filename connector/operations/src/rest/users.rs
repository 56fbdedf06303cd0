//! Users and their passwords.

use super::ask::{self, Object, Parameters};
use super::path::segment;
use super::records::read;
use salesforce_client::client::{Client, Request};
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::users::{
    InfoConfig, PasswordStatusConfig, ResetPasswordConfig, SetPasswordConfig, UserKind,
};
use salesforce_contract::message::Message;
use serde_json::Value;

/// GET sobjects/User/{id}.
pub fn info(client: &Client, config: &InfoConfig) -> Result<Message, Fault> {
    read(
        client,
        &user(config.kind, &config.id)?,
        config.fields.as_deref().unwrap_or_default(),
    )
}

/// POST sobjects/User/{id}/password.
pub fn set_password(client: &Client, config: &SetPasswordConfig) -> Result<Message, Fault> {
    let password = Object::new().put("NewPassword", config.password.as_str());
    let path = password_of(config.kind, &config.id)?;
    let password = Value::from(password).to_string();
    let call = Request {
        private: true,
        expected: Expected::Done,
        ..ask::post_call(
            client,
            &path,
            Idempotency::NonIdempotent,
            password.as_bytes(),
        )?
    };
    Ok(client.message(client.send(&call)?))
}

/// DELETE sobjects/User/{id}/password: each time makes another password, so it is never repeated.
pub fn reset_password(client: &Client, config: &ResetPasswordConfig) -> Result<Message, Fault> {
    let call = Request {
        method: Method::Delete,
        idempotency: Idempotency::NonIdempotent,
        expected: Expected::Object(&["NewPassword"]),
        ..Request::get(client.path(&password_of(config.kind, &config.id)?)?)
    };
    Ok(client.message(client.send(&call)?))
}

/// GET sobjects/User/{id}/password.
pub fn password_status(client: &Client, config: &PasswordStatusConfig) -> Result<Message, Fault> {
    let path = password_of(config.kind, &config.id)?;
    ask::get(
        client,
        &path,
        Parameters::none(),
        Expected::Object(&["isExpired"]),
    )
}

fn password_of(kind: Option<UserKind>, id: &str) -> Result<String, Fault> {
    Ok(format!("{}/password", user(kind, id)?))
}

fn user(kind: Option<UserKind>, id: &str) -> Result<String, Fault> {
    let object = match kind {
        Some(UserKind::SelfServiceUser) => "SelfServiceUser",
        Some(UserKind::User) | None => "User",
    };
    Ok(format!("sobjects/{object}/{}", segment("id", id)?))
}
