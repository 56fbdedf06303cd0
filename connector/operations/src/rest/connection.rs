//! The connection itself: session, user, versions, limits.

use super::ask;
use salesforce_client::client::{Client, Request};
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::metadata::Replied;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::connection::{
    ConnectionReport, Revocation, RevokeConfig, Session,
};
use salesforce_contract::message::Message;
use salesforce_contract::message::bounded;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Where OAuth ends tokens (Salesforce Help, "Revoke OAuth Tokens").
const REVOKE: &str = "/services/oauth2/revoke";

/// What OAuth answers when it does not know the token, or no more: RFC 7009 has the first, Salesforce mostly says the second.
const UNKNOWN_TOKEN: [&str; 2] = ["invalid_token", "unsupported_token_type"];

/// What OpenID Connect tells of a user.
const USER: Expected = Expected::Object(&["user_id", "organization_id", "preferred_username"]);

/// Where OpenID Connect tells who the user is.
const USERINFO: &str = "/services/oauth2/userinfo";

/// The open session, or a new one, with the API version in it.
pub fn authenticate(client: &Client) -> Result<Session, Fault> {
    let version = client.version()?;
    Ok(Session {
        api_version: Some(version.to_string()),
        ..client.session()?
    })
}

/// Asks who we are and what is left of today's calls.
pub fn test(client: &Client) -> Result<Replied<ConnectionReport>, Fault> {
    let user: UserInfo = json(client, USERINFO, USER)?.value;
    let limits = json::<Limits>(client, &client.path("limits")?, Expected::OBJECT);
    let (calls, metadata) = match limits {
        Ok(limits) => (limits.value.daily_api_requests, limits.metadata),
        // A user without "View Setup and Configuration" may not see limits; the connection is good all the same.
        Err(fault) if fault.status == Some(403) => (None, Metadata::from(&fault)),
        Err(fault) => return Err(fault),
    };
    let session = client.session()?;
    let report = ConnectionReport {
        username: user.preferred_username,
        user_id: user.user_id,
        organization_id: user.organization_id,
        instance_url: session.instance_url,
        api_version: client.version()?.to_string(),
        api_calls_used: calls
            .as_ref()
            .map(|calls| bounded(calls.max.saturating_sub(calls.remaining))),
        api_calls_allowed: calls.as_ref().map(|calls| bounded(calls.max)),
        warning: session.warning,
    };
    Ok(Replied::new(report, metadata))
}

/// GET /services/oauth2/userinfo.
pub fn identity(client: &Client) -> Result<Message, Fault> {
    Ok(client.message(client.send(&Request::get(USERINFO).expecting(USER))?))
}

/// GET /services/data, which needs no session.
pub fn versions(client: &Client) -> Result<Message, Fault> {
    let warm = client.settings().warm.as_ref();
    let origin = warm.map_or(&client.settings().login_origin, |session| {
        &session.instance_url
    });
    let reply = client.send_without_session(origin.trim_end_matches('/'), &Request::versions())?;
    Ok(client.message(reply))
}

/// GET limits.
pub fn limits(client: &Client) -> Result<Message, Fault> {
    Ok(client
        .message(client.send(&Request::get(client.path("limits")?).expecting(Expected::OBJECT))?))
}

/// GET the root of the API version.
pub fn resources(client: &Client) -> Result<Message, Fault> {
    ask::get(
        client,
        "",
        ask::Parameters::none(),
        Expected::Object(&["sobjects"]),
    )
}

/// POST /services/oauth2/revoke with the open session's token, and forgets that session.
pub fn revoke(client: &Client, config: &RevokeConfig) -> Result<Revocation, Fault> {
    let Some(session) = client.open_session() else {
        return Ok(Revocation { revoked: false });
    };
    let token = if config.refresh_token {
        session.refresh_token.ok_or_else(no_refresh_token)?
    } else {
        session.access_token
    };
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("token", &token)
        .finish();
    let mut call = Request::write(
        Method::Post,
        REVOKE,
        Idempotency::Idempotent,
        "application/x-www-form-urlencoded",
        form.as_bytes(),
    );
    call.private = true;
    call.expected = Expected::Empty;
    let revoked = match client.send_without_session(&client.settings().login_origin, &call) {
        Ok(_) => true,
        // It may have been known until an attempt before this one.
        Err(fault) if knows_no_such_token(&fault) => fault.maybe_applied,
        Err(fault) => return Err(fault),
    };
    client.forget_session();
    Ok(Revocation { revoked })
}

fn knows_no_such_token(fault: &Fault) -> bool {
    fault
        .upstream
        .iter()
        .any(|error| UNKNOWN_TOKEN.contains(&error.code.as_str()))
}

fn no_refresh_token() -> Fault {
    Fault::config(
        "config.refresh-token is true, but the login flow of this connection gave no refresh token: leave it out to revoke the access token",
    )
}

fn json<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    expected: Expected,
) -> Result<Replied<T>, Fault> {
    let reply = client.send(&Request::get(path).expecting(expected))?;
    let value = serde_json::from_slice(&reply.body).map_err(|error| {
        Fault::protocol(format!(
            "The answer of {path} is not as documented: {error}"
        ))
    })?;
    Ok(Replied::new(value, &reply))
}

/// What matters of userinfo.
#[derive(Deserialize)]
struct UserInfo {
    user_id: String,
    organization_id: String,
    preferred_username: String,
}

/// What matters of limits.
#[derive(Deserialize)]
struct Limits {
    #[serde(rename = "DailyApiRequests")]
    daily_api_requests: Option<Limit>,
}

#[derive(Deserialize)]
struct Limit {
    #[serde(rename = "Max")]
    max: u64,
    #[serde(rename = "Remaining")]
    remaining: u64,
}
