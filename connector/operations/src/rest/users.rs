//! Users and their passwords.

use super::ask::{self, Object, Parameters};
use super::path::segment;
use super::records::read;
use salesforce_client::exchange::Nature;
use salesforce_client::expected::Expected;
use salesforce_client::org::{Call, Org};
use salesforce_client::transport::Method;
use salesforce_contract::bindings::exports::salesforce::connector::users::{
    InfoConfig, PasswordStatusConfig, ResetPasswordConfig, SetPasswordConfig, UserKind,
};
use salesforce_contract::bindings::{Fault, Message};
use serde_json::Value;

/// GET sobjects/User/{id}.
pub fn info(org: &Org, config: &InfoConfig) -> Result<Message, Fault> {
    read(org, &user(config.kind, &config.id)?, &config.fields)
}

/// POST sobjects/User/{id}/password.
pub fn set_password(org: &Org, config: &SetPasswordConfig) -> Result<Message, Fault> {
    let password = Object::new().put("NewPassword", config.password.as_str());
    let path = password_of(config.kind, &config.id)?;
    let password = Value::from(password).to_string();
    let call = Call {
        private: true,
        expected: Expected::Done,
        ..ask::post_call(org, &path, Nature::Write, password.as_bytes())?
    };
    Ok(org.message(org.send(&call)?))
}

/// DELETE sobjects/User/{id}/password: each time makes another password, so it is never repeated.
pub fn reset_password(org: &Org, config: &ResetPasswordConfig) -> Result<Message, Fault> {
    let call = Call {
        method: Method::Delete,
        nature: Nature::Write,
        expected: Expected::Object(&["NewPassword"]),
        ..Call::get(org.path(&password_of(config.kind, &config.id)?)?)
    };
    Ok(org.message(org.send(&call)?))
}

/// GET sobjects/User/{id}/password.
pub fn password_status(org: &Org, config: &PasswordStatusConfig) -> Result<Message, Fault> {
    let path = password_of(config.kind, &config.id)?;
    ask::get(
        org,
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
