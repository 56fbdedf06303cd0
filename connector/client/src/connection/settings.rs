//! A connection config that has been checked.

use super::address::{self, ApiVersion, VersionChoice};
use super::organization::OrganizationId;
use crate::retry::Policy;
use crate::transport::{Headers, Timeouts};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::{
    AuthFlow, ConnectionConfig, Session, Timeouts as TimeoutConfig,
};
use salesforce_contract::limits::{LAST_SOAP_LOGIN_VERSION, SOAP_LOGIN_END};
use salesforce_formats::zone::Zone;

/// What a connection config means. It holds secrets: it has no `Debug`.
#[derive(Clone)]
pub struct Settings {
    /// Origin of the login host.
    pub login_origin: String,
    /// The API version asked for.
    pub version: VersionChoice,
    /// How to log in.
    pub auth: AuthFlow,
    /// Time limits of each request.
    pub timeouts: Timeouts,
    /// Bounds on attempts.
    pub retry: Policy,
    /// Headers for every request.
    pub headers: Headers,
    /// A session to start with.
    pub warm: Option<Session>,
    /// What the user of the connection should know.
    pub warning: Option<String>,
    /// The zone of date-times that come without an offset.
    pub zone: Option<Zone>,
    /// The share of the daily API calls that is not exceeded, in percent.
    pub api_budget: Option<u8>,
    /// The only org that may be reached.
    pub organization: Option<OrganizationId>,
}

impl Settings {
    /// Checks a config. Nothing is sent.
    pub fn from_config(config: &ConnectionConfig) -> Result<Self, Fault> {
        let (login_origin, in_url) = address::parse(&config.url)?;
        let version = VersionChoice::from_config(config.api_version.as_deref(), in_url)?;
        let headers = config.headers.clone().unwrap_or_default();
        check_headers("connection.headers", &headers)?;
        if let Some(session) = &config.session {
            address::instance_origin("connection.session.instance-url", &session.instance_url)?;
        }
        Ok(Self {
            login_origin,
            version: version_for(&config.auth, version)?,
            auth: config.auth.clone(),
            timeouts: timeouts(config.timeouts.as_ref()),
            retry: Policy::from_config(config.retry.as_ref()),
            headers: with_user_agent(headers),
            warm: config.session.clone(),
            warning: warning(&config.auth),
            zone: config
                .time_zone
                .as_deref()
                .map(Zone::from_name)
                .transpose()?,
            api_budget: config.api_budget,
            organization: config
                .organization_id
                .as_deref()
                .map(OrganizationId::parse)
                .transpose()?,
        })
    }

    /// The cache key of its sessions: whoever logs in the same way at the same place shares one.
    pub fn session_key(&self) -> String {
        let auth = serde_json::to_string(&self.auth).unwrap_or_default();
        format!("{} {:?} {auth}", self.login_origin, self.version)
    }
}

/// Salesforce's event logs and limits tell clients apart by it.
const USER_AGENT: &str = concat!("salesforce-connector/", env!("CARGO_PKG_VERSION"));

/// Adds the product and its version, unless the connection names its own.
fn with_user_agent(mut headers: Headers) -> Headers {
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("user-agent"))
    {
        headers.push(("user-agent".into(), USER_AGENT.into()));
    }
    headers
}

fn version_for(auth: &AuthFlow, version: VersionChoice) -> Result<VersionChoice, Fault> {
    match (auth, version) {
        (AuthFlow::SoapLogin(_), VersionChoice::Exactly(version))
            if version.0 > LAST_SOAP_LOGIN_VERSION =>
        {
            Err(Fault::config(format!(
                "SOAP login() does not exist in API version {version}: use an OAuth flow, or connection.api-version up to {LAST_SOAP_LOGIN_VERSION}.0"
            )))
        }
        (AuthFlow::SoapLogin(_), VersionChoice::Latest) => {
            Ok(VersionChoice::Exactly(ApiVersion(LAST_SOAP_LOGIN_VERSION)))
        }
        (_, version) => Ok(version),
    }
}

fn warning(auth: &AuthFlow) -> Option<String> {
    let text = match auth {
        AuthFlow::SoapLogin(_) => format!("Salesforce ends SOAP login() in {SOAP_LOGIN_END}: move this connection to client credentials or JWT bearer"),
        AuthFlow::Password(_) => "Salesforce is ending the OAuth user name and password flow: move this connection to client credentials or JWT bearer".into(),
        _ => return None,
    };
    Some(text)
}

fn timeouts(config: Option<&TimeoutConfig>) -> Timeouts {
    let pick = |field: fn(&TimeoutConfig) -> Option<u32>, default| {
        config.and_then(field).unwrap_or(default)
    };
    Timeouts {
        connect_ms: config.and_then(|timeouts| timeouts.connect_ms),
        first_byte_ms: pick(|timeouts| timeouts.first_byte_ms, 120_000),
        between_bytes_ms: pick(|timeouts| timeouts.between_bytes_ms, 60_000),
    }
}

/// Refuses header names and values that HTTP cannot carry, and those that the connector or the host sets itself.
pub fn check_headers(place: &str, headers: &[(String, String)]) -> Result<(), Fault> {
    const OURS: [&str; 5] = [
        "authorization",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
    ];
    for (name, value) in headers {
        let is_token = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
        if !is_token || OURS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(Fault::config(format!(
                "{place} must not set `{name}`: it is no header name, or the connector sets it itself"
            )));
        }
        if value
            .bytes()
            .any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f)
        {
            return Err(Fault::config(format!(
                "{place}: the value of `{name}` has a control character, which HTTP cannot carry"
            )));
        }
    }
    Ok(())
}
