//! The session, its user, the org's time, and passwords.

use super::describe::read;
use super::envelope::Envelope;
use super::headers::Headers;
use super::id;
use super::json::ToJson;
use super::record::Types;
use super::request;
use super::xml::{Xml, unwritable};
use salesforce_client::exchange::Nature;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::connection::AuthFlow;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    HeaderOptions, PlainConfig, ReplyFormat, ResetPasswordConfig, SetPasswordConfig,
};
use salesforce_contract::bindings::{Fault, Message};

/// logout(), and forgets the session. Where none is open, there is nothing to do.
pub fn logout(org: &Org, config: &PlainConfig) -> Result<Message, Fault> {
    let has_token = matches!(org.settings().auth, AuthFlow::AccessToken(_));
    if org.open_session().is_none() && !has_token {
        return Err(Fault::config(
            "No session of this connection is open here: there is nothing to log out of",
        ));
    }
    let headers = config.headers.as_ref();
    let message = write(
        org,
        "logout",
        headers,
        config.format,
        Nature::RepeatableWrite,
        |_| {},
    )?;
    org.forget_session();
    Ok(message)
}

/// getUserInfo().
pub fn get_user_info(org: &Org, config: &PlainConfig) -> Result<Message, Fault> {
    let headers = config.headers.as_ref();
    read(org, "getUserInfo", headers, 1, config.format, |_| {})
}

/// getServerTimestamp().
pub fn get_server_timestamp(org: &Org, config: &PlainConfig) -> Result<Message, Fault> {
    let headers = config.headers.as_ref();
    read(org, "getServerTimestamp", headers, 1, config.format, |_| {})
}

/// setPassword().
pub fn set_password(org: &Org, config: &SetPasswordConfig) -> Result<Message, Fault> {
    if unwritable(&config.password).is_some() {
        return Err(Fault::config(
            "config.password has a control character, which XML cannot carry",
        ));
    }
    let user = id::of_config("user-id", &config.user_id)?;
    let headers = config.headers.as_ref();
    write(
        org,
        "setPassword",
        headers,
        config.format,
        Nature::Write,
        |xml| {
            xml.text("userId", &user);
            xml.text("password", &config.password);
        },
    )
}

/// resetPassword(): each time makes another password, so it is never repeated.
pub fn reset_password(org: &Org, config: &ResetPasswordConfig) -> Result<Message, Fault> {
    let user = id::of_config("user-id", &config.user_id)?;
    let headers = config.headers.as_ref();
    write(
        org,
        "resetPassword",
        headers,
        config.format,
        Nature::Write,
        |xml| {
            xml.text("userId", &user);
        },
    )
}

fn write(
    org: &Org,
    call: &'static str,
    headers: Option<&HeaderOptions>,
    format: Option<ReplyFormat>,
    nature: Nature,
    body: impl FnOnce(&mut Xml),
) -> Result<Message, Fault> {
    let mut envelope = Envelope::new(call, &Headers::new(headers))?;
    if call == "setPassword" {
        envelope = envelope.with_secret();
    }
    body(envelope.body());
    let types = Types::new(true);
    let to_json = ToJson { org, types: &types };
    Ok(request::answer(org, call, envelope, 1, nature, format, &to_json)?.message)
}
