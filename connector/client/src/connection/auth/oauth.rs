//! OAuth 2.0 token requests: POST /services/oauth2/token.

use super::flow::Flow;
use super::{bare_session, hints, login_request};
use crate::connection::Settings;
use crate::connection::address::{instance_origin, web_url};
use crate::context::Context;
use crate::exchange::{Attempt, Exchange, Idempotency, Reply};
use crate::fault::{self, Retry};
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use salesforce_contract::bindings::{Fault, FaultKind};
use serde::Deserialize;

/// The form of a token request.
pub struct Form {
    fields: url::form_urlencoded::Serializer<'static, String>,
    idempotency: Idempotency,
}

impl Form {
    /// A form for this grant.
    pub fn new(grant_type: &str) -> Self {
        let mut fields = url::form_urlencoded::Serializer::new(String::new());
        fields.append_pair("grant_type", grant_type);
        Self {
            fields,
            idempotency: Idempotency::Safe,
        }
    }

    /// A form that turns a refresh token into a session.
    pub fn refresh(client_id: &str, client_secret: Option<&str>, refresh_token: &str) -> Self {
        Self::new("refresh_token")
            .add("client_id", client_id)
            .add_some("client_secret", client_secret)
            .add("refresh_token", refresh_token)
    }

    /// Adds a field.
    pub fn add(mut self, name: &str, value: &str) -> Self {
        self.fields.append_pair(name, value);
        self
    }

    /// Adds a field that may be absent.
    pub fn add_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.add(name, value),
            None => self,
        }
    }

    /// Says that the form is good for one request: a second one would be refused for the first one's sake.
    pub fn once(mut self) -> Self {
        self.idempotency = Idempotency::NonIdempotent;
        self
    }

    /// Sends the form to the token endpoint and reads the session from the answer.
    pub fn send(
        mut self,
        context: &Context,
        settings: &Settings,
        token_url: Option<&str>,
    ) -> Result<Session, Fault> {
        let url = match token_url {
            Some(url) => web_url("connection.auth.token-url", url)?.to_string(),
            None => format!("{}/services/oauth2/token", settings.login_origin),
        };
        let body = self.fields.finish();
        let request = login_request(settings, &url, "application/x-www-form-urlencoded", &body);
        let exchange = Exchange {
            context,
            policy: settings.retry,
            idempotency: self.idempotency,
        };
        let flow = Flow::from_config(&settings.auth);
        let session = exchange.run(
            None,
            || Ok(request.clone()),
            |reply, _| judge(&reply, &url, flow),
        )?;
        Ok(Session {
            issued_at_ms: Some(context.clock.unix_ms()),
            ..session
        })
    }
}

/// A token endpoint's answer, as far as it matters.
#[derive(Deserialize)]
struct Token {
    access_token: String,
    /// Absent in some answers to a refresh token, from proxies and simulators.
    instance_url: Option<String>,
    refresh_token: Option<String>,
    id: Option<String>,
    scope: Option<String>,
}

fn judge(reply: &Reply, url: &str, flow: Flow) -> Attempt<Session> {
    if reply.status == 200 {
        return match session(&reply.body) {
            Ok(session) => Attempt::Done(session),
            Err(fault) => Attempt::unreadable(fault),
        };
    }
    let (fault, retry) = fault::from_reply(reply.status, reply.header("location"), &reply.body);
    match by_description(&fault) {
        Some((kind, retry)) => Attempt::Failed(Fault { kind, ..fault }, retry),
        None => Attempt::Failed(refusal(fault, url, flow), retry),
    }
}

/// Descriptions of `invalid_grant` that have nothing to do with the grant. The first is another request with the same refresh token
/// under way, over in a moment: Salesforce takes one at a time (release notes of Summer '24, "Simultaneous Token Requests Are Blocked
/// During the Refresh Token Flow"). Logins are counted by the hour: no pause of a retry policy is long enough.
const DESCRIPTIONS: &[(&str, FaultKind, Retry)] = &[
    (
        "token request is already being processed",
        FaultKind::Unavailable,
        Retry::IfRepeatable,
    ),
    (
        "login rate exceeded",
        FaultKind::LimitExceeded,
        Retry::Never,
    ),
];

fn by_description(fault: &Fault) -> Option<(FaultKind, Retry)> {
    let description = fault.upstream.first()?.message.to_ascii_lowercase();
    DESCRIPTIONS
        .iter()
        .find(|(known, ..)| description.contains(known))
        .map(|(_, kind, retry)| (*kind, *retry))
}

fn session(body: &[u8]) -> Result<Session, Fault> {
    // The parse error is not passed on: it could quote a token.
    let token: Token = serde_json::from_slice(body)
        .map_err(|_| Fault::protocol("The token endpoint's answer holds no access_token: is connection.url a Salesforce login host?"))?;
    let place = "The instance_url of the token endpoint's answer";
    let instance_url = token
        .instance_url
        .map_or_else(|| Ok(String::new()), |url| instance_origin(place, &url))?;
    Ok(Session {
        refresh_token: token.refresh_token,
        identity_url: token.id,
        scope: token.scope,
        ..bare_session(token.access_token, instance_url)
    })
}

/// Says what OAuth's refusals mean for the connection. Errors that are not about the credentials keep their kind.
fn refusal(mut fault: Fault, url: &str, flow: Flow) -> Fault {
    let Some(first) = fault.upstream.first() else {
        if fault
            .status
            .is_some_and(|status| status < 500 && status != 429)
        {
            fault.kind = FaultKind::Config;
            fault.message = format!(
                "{url} does not answer like a token endpoint (HTTP {}): check connection.url",
                fault.status.unwrap_or(0)
            );
        }
        return fault;
    };
    let hint = hints::of_refusal(flow, &first.code, &first.message);
    let refused = fault
        .status
        .is_some_and(|status| (400..=403).contains(&status));
    let about_others = fault::is_listed(first) && fault.kind != FaultKind::Unauthenticated;
    if refused && !about_others {
        fault.kind = FaultKind::Unauthenticated;
        fault.message = format!("{}: {} ({hint})", first.code, first.message);
    }
    fault
}
