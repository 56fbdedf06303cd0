//! The login flows: from the settings of a connection to a session.

mod flow;
mod hints;
mod jwt;
mod oauth;
mod soap_login;

use super::Settings;
use super::address::instance_origin;
use crate::context::Context;
use crate::transport::{HttpRequest, Method};
use oauth::Form;
use salesforce_contract::bindings::exports::salesforce::connector::connection::{
    AccessToken, AuthFlow, Session,
};
use salesforce_contract::bindings::{Fault, FaultKind};

/// Opens a new session. `last` is the one before, whose refresh token may be newer than the connection's.
pub fn log_in(
    context: &Context,
    settings: &Settings,
    last: Option<&Session>,
) -> Result<Session, Fault> {
    let mut session = enter(context, settings, last)?;
    keep_refresh_token(&mut session, last);
    session.warning.clone_from(&settings.warning);
    Ok(session)
}

/// Enters the org; a fault says by which flow, and at which host.
fn enter(context: &Context, settings: &Settings, last: Option<&Session>) -> Result<Session, Fault> {
    if let AuthFlow::AccessToken(flow) = &settings.auth {
        return ready_token(context, settings, flow, last);
    }
    let entered = ask(context, settings, last).and_then(|mut session| {
        keep_instance(&mut session, last, &settings.login_origin)?;
        Ok(session)
    });
    entered.map_err(|fault| flow::told(fault, settings))
}

/// Asks the login host for a session.
fn ask(context: &Context, settings: &Settings, last: Option<&Session>) -> Result<Session, Fault> {
    match &settings.auth {
        AuthFlow::ClientCredentials(flow) => Form::new("client_credentials")
            .add("client_id", &flow.client_id)
            .add("client_secret", &flow.client_secret)
            .send(context, settings, flow.token_url.as_deref())
            .map_err(|fault| hints::client_credentials(fault, &settings.login_origin)),
        AuthFlow::JwtBearer(flow) => {
            let audience = jwt::audience(flow, &settings.login_origin);
            let assertion = jwt::assertion(flow, audience, context.clock.unix_ms() / 1000)?;
            Form::new("urn:ietf:params:oauth:grant-type:jwt-bearer")
                .add("assertion", &assertion)
                .send(context, settings, flow.token_url.as_deref())
                .map_err(|fault| hints::jwt_bearer(fault, audience))
        }
        AuthFlow::RefreshToken(flow) => {
            let newest = last
                .and_then(|session| session.refresh_token.as_deref())
                .unwrap_or(&flow.refresh_token);
            Form::refresh(&flow.client_id, flow.client_secret.as_deref(), newest).send(
                context,
                settings,
                flow.token_url.as_deref(),
            )
        }
        AuthFlow::AuthorizationCode(flow) => match last
            .and_then(|session| session.refresh_token.as_deref())
        {
            // A code is good once; after that the refresh token it gave carries on.
            Some(newest) => Form::refresh(&flow.client_id, flow.client_secret.as_deref(), newest),
            None => Form::new("authorization_code")
                .add("client_id", &flow.client_id)
                .add_some("client_secret", flow.client_secret.as_deref())
                .add("code", &flow.code)
                .add("redirect_uri", &flow.redirect_uri)
                .add_some("code_verifier", flow.code_verifier.as_deref())
                .once(),
        }
        .send(context, settings, flow.token_url.as_deref()),
        AuthFlow::Password(flow) => Form::new("password")
            .add("client_id", &flow.client_id)
            .add("client_secret", &flow.client_secret)
            .add("username", &flow.username)
            .add(
                "password",
                &with_token(&flow.password, flow.security_token.as_deref()),
            )
            .send(context, settings, flow.token_url.as_deref()),
        AuthFlow::SoapLogin(flow) => soap_login::log_in(context, settings, flow),
        AuthFlow::AccessToken(flow) => ready_token(context, settings, flow, last),
    }
}

/// A ready token serves once; when the org no longer takes it there is nothing to renew it with.
fn ready_token(
    context: &Context,
    settings: &Settings,
    flow: &AccessToken,
    last: Option<&Session>,
) -> Result<Session, Fault> {
    if let Some(last) = last {
        return Err(Fault::new(
            FaultKind::Unauthenticated,
            format!(
                "{} no longer takes the access token of the connection (flow `access-token`), and an access token cannot be renewed: supply a fresh one, or use another auth flow",
                last.instance_url
            ),
        ));
    }
    let instance = flow.instance_url.as_deref();
    let instance_url = instance.map_or_else(
        || Ok(settings.login_origin.clone()),
        |url| instance_origin("connection.auth.access-token.instance-url", url),
    )?;
    Ok(Session {
        issued_at_ms: Some(context.clock.unix_ms()),
        ..bare_session(flow.access_token.clone(), instance_url)
    })
}

/// A session with only a token and an instance.
fn bare_session(access_token: String, instance_url: String) -> Session {
    Session {
        access_token,
        instance_url,
        refresh_token: None,
        identity_url: None,
        issued_at_ms: None,
        api_version: None,
        scope: None,
        warning: None,
    }
}

/// An answer without a refresh token leaves the one before in force.
fn keep_refresh_token(session: &mut Session, last: Option<&Session>) {
    if session.refresh_token.is_none() {
        session.refresh_token = last.and_then(|last| last.refresh_token.clone());
    }
}

/// An answer without an instance means the one before, or the host that answered, if that is an org's own.
fn keep_instance(
    session: &mut Session,
    last: Option<&Session>,
    login_origin: &str,
) -> Result<(), Fault> {
    if !session.instance_url.is_empty() {
        return Ok(());
    }
    session.instance_url = match last {
        Some(last) => last.instance_url.clone(),
        None if hints::is_shared_login_host(login_origin) => {
            return Err(Fault::protocol(format!(
                "the answer of {login_origin} names no instance_url: set connection.url to the org's My Domain"
            )));
        }
        None => login_origin.to_owned(),
    };
    Ok(())
}

/// Salesforce takes the security token glued to the password.
fn with_token(password: &str, security_token: Option<&str>) -> String {
    format!("{password}{}", security_token.unwrap_or_default())
}

/// A POST to a login endpoint.
fn login_request(settings: &Settings, url: &str, content_type: &str, body: &str) -> HttpRequest {
    let mut headers = settings.headers.clone();
    headers.push(("content-type".into(), content_type.into()));
    HttpRequest {
        method: Method::Post,
        url: url.into(),
        headers,
        body: body.as_bytes().into(),
        timeouts: settings.timeouts,
    }
}

#[cfg(test)]
mod tests;
