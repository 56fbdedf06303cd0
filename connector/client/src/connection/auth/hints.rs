//! What to do about a refused login, where the flow itself is often set up wrongly.

use super::flow::Flow;
use salesforce_contract::bindings::{Fault, FaultKind};

/// The login hosts that all orgs share.
const SHARED: [&str; 2] = [
    "https://login.salesforce.com",
    "https://test.salesforce.com",
];

/// Whether logins of every org go there, so that it is no org's own address.
pub fn is_shared_login_host(origin: &str) -> bool {
    SHARED.contains(&origin)
}

/// What to do about a refusal of a token endpoint, in the words of OAuth (RFC 6749, 5.2) and of Salesforce (Salesforce Help, "OAuth 2.0
/// Error Codes"): the description first, for one code stands for many things.
pub fn of_refusal(flow: Flow, code: &str, description: &str) -> &'static str {
    match code {
        "invalid_client_id" => "check client-id",
        "invalid_client" => "check client-id and client-secret, and that the app allows this flow",
        "invalid_assertion" => {
            "check the private key against the app's certificate, and the audience"
        }
        "invalid_app_access" => NOT_AUTHORISED,
        "redirect_uri_mismatch" => {
            "connection.auth.authorization-code.redirect-uri must be one of the app's callback URLs, character by character"
        }
        "inactive_user" => "the user is not active",
        "inactive_org" => "the org is locked, closed or suspended",
        "unsupported_grant_type" => "the org or app does not allow this flow",
        "invalid_grant" => by_description(description).unwrap_or_else(|| by_flow(flow)),
        _ => "check connection.auth",
    }
}

const NOT_AUTHORISED: &str = "pre-authorise the user: in the policies of the app let users be admin approved, and give the app to the user's profile or permission set";

/// Descriptions of `invalid_grant`, in lower case, that say what is wrong.
const DESCRIPTIONS: [(&str, &str); 8] = [
    ("approved this consumer", NOT_AUTHORISED),
    ("not admin approved", NOT_AUTHORISED),
    (
        "no client credentials user",
        "enable the client credentials flow in the app and choose the user that it runs as",
    ),
    (
        "ip restricted",
        "the IP rules of the app or the user's profile leave this address out",
    ),
    (
        "ip not allowed",
        "the IP rules of the app or the user's profile leave this address out",
    ),
    ("inactive user", "the user is not active"),
    ("user is locked", "an administrator must unlock the user"),
    (
        "authorization code",
        "a code is good once and for 15 minutes: get another one",
    ),
];

fn by_description(description: &str) -> Option<&'static str> {
    let description = description.to_ascii_lowercase();
    let known = DESCRIPTIONS
        .iter()
        .find(|(known, _)| description.contains(known));
    known.map(|(_, hint)| *hint)
}

/// What `invalid_grant` may mean, by flow.
fn by_flow(flow: Flow) -> &'static str {
    match flow {
        Flow::ClientCredentials => {
            "check that the app allows the client credentials flow and that the user it runs as is active and may use the API"
        }
        Flow::JwtBearer => {
            "check username, that the app's certificate belongs to private-key, that the user is pre-authorised for the app, and the host's clock: the assertion's exp is three minutes from now"
        }
        Flow::RefreshToken => {
            "the refresh token was revoked or has expired, by the app's policy or because the user has granted this app more than five times: log in again and supply the new one"
        }
        Flow::AuthorizationCode => {
            "a code is good once and for 15 minutes, and the refresh token that it gave may have been revoked: log in again and supply the new code"
        }
        Flow::Password => {
            "check username, password and security token, that the org allows OAuth user name and password flows, and the user's IP rules"
        }
        Flow::SoapLogin | Flow::AccessToken => "check connection.auth",
    }
}

/// Client credentials name no user, and so no org: they work at an org's own address only (Salesforce Help, "OAuth 2.0 Client
/// Credentials Flow").
pub fn client_credentials(fault: Fault, login_origin: &str) -> Fault {
    if !is_shared_login_host(login_origin) {
        return fault;
    }
    refused(
        fault,
        "client credentials need the org's My Domain as connection.url, such as `https://acme.my.salesforce.com`",
    )
}

/// An assertion for another audience than the login host of the org is refused like a wrong key.
pub fn jwt_bearer(fault: Fault, audience: &str) -> Fault {
    refused(
        fault,
        &format!(
            "the assertion's audience was `{audience}`, and connection.auth.jwt-bearer.audience sets another one"
        ),
    )
}

fn refused(fault: Fault, hint: &str) -> Fault {
    if fault.kind != FaultKind::Unauthenticated {
        return fault;
    }
    Fault {
        message: format!("{}; {hint}", fault.message),
        ..fault
    }
}
