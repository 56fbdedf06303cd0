//! What a message is: which records, which of their fields, and where it goes.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_soql::{Options, Plan};

/// Version of the API that a message is of unless it says otherwise.
const API_VERSION: u16 = 62;
/// Pause after the first attempt that failed, unless the message configures another. Salesforce documents only that pauses grow
/// exponentially.
const FIRST_PAUSE_MS: i64 = 60_000;

/// When a record's change causes a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// It is created.
    Created,
    /// It is changed.
    Updated,
}

/// An outbound message and the workflow rule that sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutboundMessage {
    /// Its name: letters, digits and underscores.
    pub name: String,
    /// API name of the object.
    pub object: String,
    /// Fields it contains besides the id.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Where it is posted: `http://…`.
    pub url: String,
    /// Whether it carries a session id of the user.
    #[serde(default)]
    pub include_session_id: bool,
    /// User name of the user whose session it carries; the administrator unless given.
    pub user: Option<String>,
    /// The changes that cause it; both unless given.
    #[serde(default = "both")]
    pub on: Vec<Trigger>,
    /// Condition in SOQL that a record has to meet after the change.
    pub criteria: Option<String>,
    /// Version of the API, `62` for 62.0: it is in the URLs of the message.
    #[serde(default = "api_version")]
    pub api_version: u16,
    /// Milliseconds on the org's clock from the first attempt that failed to the next one; later pauses double, up to two
    /// hours.
    #[serde(default = "first_pause")]
    pub first_pause_ms: i64,
}

fn both() -> Vec<Trigger> {
    vec![Trigger::Created, Trigger::Updated]
}

const fn api_version() -> u16 {
    API_VERSION
}

const fn first_pause() -> i64 {
    FIRST_PAUSE_MS
}

impl OutboundMessage {
    /// Creates a message of an object's records to a URL, on every create and update.
    #[must_use]
    pub fn new(name: &str, object: &str, fields: &[&str], url: &str) -> Self {
        Self {
            name: name.to_owned(),
            object: object.to_owned(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            url: url.to_owned(),
            include_session_id: false,
            user: None,
            on: both(),
            criteria: None,
            api_version: API_VERSION,
            first_pause_ms: FIRST_PAUSE_MS,
        }
    }

    /// Returns the message with names in the form that the schema has, fields in the order of the alphabet.
    pub fn checked(&self, org: &Org) -> Result<Self, ApiError> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if self.name.is_empty() || !self.name.chars().all(is_name) {
            return Err(rejected("name: it takes letters, digits and underscores"));
        }
        if self.on.is_empty() {
            return Err(rejected("on: name created, updated or both"));
        }
        if self.first_pause_ms <= 0 {
            return Err(rejected("firstPauseMs: it has to be more than 0"));
        }
        let object = org.schema.object(&self.object);
        let object =
            object.ok_or_else(|| rejected(&format!("object: there is no {}", self.object)))?;
        check_url(&self.url)?;
        self.check_criteria(org, object)?;
        self.user_of(org)?;
        let mut fields = self
            .fields
            .iter()
            .map(|name| field(object, name).map(|field| field.name.clone()))
            .collect::<Result<Vec<_>, _>>()?;
        fields.sort();
        fields.dedup();
        fields.retain(|name| name != "Id");
        Ok(Self {
            object: object.name.clone(),
            fields,
            ..self.clone()
        })
    }

    fn check_criteria(&self, org: &Org, object: &Object) -> Result<(), ApiError> {
        let Some(criteria) = &self.criteria else {
            return Ok(());
        };
        let soql = format!("SELECT Id FROM {} WHERE ({criteria})", object.name);
        let options = Options::new(org.admin.as_str(), org.clock.now());
        Plan::new(&soql, &org.schema, &options)
            .map(drop)
            .map_err(|error| rejected(&format!("criteria: {error}")))
    }

    /// Returns the user whose session it carries.
    pub fn user_of(&self, org: &Org) -> Result<sandbox_model::id::RecordId, ApiError> {
        let Some(name) = &self.user else {
            return Ok(org.admin.clone());
        };
        let user = org.logins.user(name);
        user.ok_or_else(|| rejected(&format!("user: there is no {name}")))
    }
}

fn check_url(text: &str) -> Result<(), ApiError> {
    let usable = Url::parse(text).is_ok_and(|url| url.scheme() == "http" && url.has_host());
    if usable {
        return Ok(());
    }
    Err(rejected(
        "url: it has to begin with http://, as the sandbox sends in the clear only",
    ))
}

fn field<'o>(object: &'o Object, name: &str) -> Result<&'o Field, ApiError> {
    let found = object.field(name);
    let found = found.filter(|it| !it.is_compound() && it.field_type != FieldType::Base64);
    found.ok_or_else(|| {
        rejected(&format!(
            "fields: {name} is no field of {} that a message can show",
            object.name
        ))
    })
}

fn rejected(message: &str) -> ApiError {
    ApiError::new("INVALID_OUTBOUND_MESSAGE", message)
}
