//! The ways to log in, by the names that the config gives them, and what is told of a login that did not succeed.

use crate::connection::Settings;
use salesforce_contract::bindings::exports::salesforce::connector::connection::AuthFlow;
use salesforce_contract::bindings::{Fault, FaultKind};
use std::fmt;

/// A way to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// OAuth 2.0 client credentials.
    ClientCredentials,
    /// OAuth 2.0 JWT bearer.
    JwtBearer,
    /// OAuth 2.0 refresh token.
    RefreshToken,
    /// OAuth 2.0 authorization code, and the refresh token that it gave.
    AuthorizationCode,
    /// OAuth 2.0 user name and password.
    Password,
    /// SOAP `login()`.
    SoapLogin,
    /// A token that the caller holds.
    AccessToken,
}

impl Flow {
    /// The way that a connection chooses.
    pub fn from_config(auth: &AuthFlow) -> Self {
        match auth {
            AuthFlow::ClientCredentials(_) => Self::ClientCredentials,
            AuthFlow::JwtBearer(_) => Self::JwtBearer,
            AuthFlow::RefreshToken(_) => Self::RefreshToken,
            AuthFlow::AuthorizationCode(_) => Self::AuthorizationCode,
            AuthFlow::Password(_) => Self::Password,
            AuthFlow::SoapLogin(_) => Self::SoapLogin,
            AuthFlow::AccessToken(_) => Self::AccessToken,
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientCredentials => "client-credentials",
            Self::JwtBearer => "jwt-bearer",
            Self::RefreshToken => "refresh-token",
            Self::AuthorizationCode => "authorization-code",
            Self::Password => "password",
            Self::SoapLogin => "soap-login",
            Self::AccessToken => "access-token",
        })
    }
}

/// The fault of a login, with the way and the host that was asked. What is wrong with the config is found before any host is.
pub fn told(fault: Fault, settings: &Settings) -> Fault {
    if fault.kind == FaultKind::Config && fault.attempts == 0 {
        return fault;
    }
    let end = match fault.kind {
        FaultKind::Unauthenticated => "was refused",
        _ => "failed",
    };
    let (flow, host) = (Flow::from_config(&settings.auth), host(settings));
    Fault {
        message: format!("The login by `{flow}` at {host} {end}: {}", fault.message),
        ..fault
    }
}

/// The origin of the token endpoint, or of the login host.
fn host(settings: &Settings) -> String {
    let token_url = match &settings.auth {
        AuthFlow::ClientCredentials(flow) => flow.token_url.as_deref(),
        AuthFlow::JwtBearer(flow) => flow.token_url.as_deref(),
        AuthFlow::RefreshToken(flow) => flow.token_url.as_deref(),
        AuthFlow::AuthorizationCode(flow) => flow.token_url.as_deref(),
        AuthFlow::Password(flow) => flow.token_url.as_deref(),
        AuthFlow::SoapLogin(_) | AuthFlow::AccessToken(_) => None,
    };
    let parsed = token_url.and_then(|url| url::Url::parse(url).ok());
    parsed.map_or_else(
        || settings.login_origin.clone(),
        |url| url.origin().ascii_serialization(),
    )
}
