//! The session, its user, the org's time, and passwords.

use super::describe::read;
use super::envelope::Envelope;
use super::headers::Headers;
use super::id;
use super::record::Types;
use super::request;
use super::xml::{Xml, unwritable};
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::AuthFlow;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    HeaderOptions, PlainConfig, ReplyFormat, ResetPasswordConfig, SetPasswordConfig,
};
use salesforce_contract::message::Message;

/// logout(), and forgets the session. Where none is open, there is nothing to do.
pub fn logout(client: &Client, config: &PlainConfig) -> Result<Message, Fault> {
    let has_token = matches!(client.settings().auth, AuthFlow::AccessToken(_));
    if client.open_session().is_none() && !has_token {
        return Err(Fault::config(
            "No session of this connection is open here: there is nothing to log out of",
        ));
    }
    let headers = config.headers.as_ref();
    let message = write(
        client,
        "logout",
        headers,
        config.format,
        Idempotency::Idempotent,
        |_| {},
    )?;
    client.forget_session();
    Ok(message)
}

/// getUserInfo().
pub fn get_user_info(client: &Client, config: &PlainConfig) -> Result<Message, Fault> {
    let headers = config.headers.as_ref();
    read(client, "getUserInfo", headers, 1, config.format, |_| {})
}

/// getServerTimestamp().
pub fn get_server_timestamp(client: &Client, config: &PlainConfig) -> Result<Message, Fault> {
    let headers = config.headers.as_ref();
    read(
        client,
        "getServerTimestamp",
        headers,
        1,
        config.format,
        |_| {},
    )
}

/// setPassword().
pub fn set_password(client: &Client, config: &SetPasswordConfig) -> Result<Message, Fault> {
    if unwritable(&config.password).is_some() {
        return Err(Fault::config(
            "config.password has a control character, which XML cannot carry",
        ));
    }
    let user = id::of_config("user-id", &config.user_id)?;
    let headers = config.headers.as_ref();
    write(
        client,
        "setPassword",
        headers,
        config.format,
        Idempotency::NonIdempotent,
        |xml| {
            xml.text("userId", &user);
            xml.text("password", &config.password);
        },
    )
}

/// resetPassword(): each time makes another password, so it is never repeated.
pub fn reset_password(client: &Client, config: &ResetPasswordConfig) -> Result<Message, Fault> {
    let user = id::of_config("user-id", &config.user_id)?;
    let headers = config.headers.as_ref();
    write(
        client,
        "resetPassword",
        headers,
        config.format,
        Idempotency::NonIdempotent,
        |xml| {
            xml.text("userId", &user);
        },
    )
}

fn write(
    client: &Client,
    call: &'static str,
    headers: Option<&HeaderOptions>,
    format: Option<ReplyFormat>,
    idempotency: Idempotency,
    body: impl FnOnce(&mut Xml),
) -> Result<Message, Fault> {
    let mut envelope = Envelope::new(call, &Headers::new(headers))?;
    if call == "setPassword" {
        envelope = envelope.with_secret();
    }
    body(envelope.body());
    let types = Types::new(true);
    Ok(request::answer(client, call, envelope, 1, idempotency, format, &types)?.message)
}
