//! The API version in use, and those that an org offers.

use super::Client;
use crate::connection::{ApiVersion, VersionChoice};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;

impl Client {
    /// The API version in use; `latest` asks the org once per session.
    pub fn version(&self) -> Result<ApiVersion, Fault> {
        if let VersionChoice::Exactly(version) = self.settings.version {
            return Ok(version);
        }
        let session = self.session()?;
        if let Some(version) = session.api_version.as_deref().and_then(ApiVersion::parse) {
            return Ok(version);
        }
        let newest = self.newest_version(&session.instance_url)?;
        self.context.sessions.keep(
            &self.settings,
            Session {
                api_version: Some(newest.to_string()),
                ..session
            },
        );
        Ok(newest)
    }

    fn newest_version(&self, origin: &str) -> Result<ApiVersion, Fault> {
        let newest = self.listed_versions(origin)?.into_iter().max();
        newest
            .ok_or_else(|| Fault::protocol(format!("{origin}/services/data lists no API version")))
    }

    /// The API versions that the org offers.
    pub fn offered_versions(&self) -> Result<Vec<ApiVersion>, Fault> {
        self.listed_versions(&self.session()?.instance_url)
    }

    fn listed_versions(&self, origin: &str) -> Result<Vec<ApiVersion>, Fault> {
        let reply = self.ask_versions(origin)?;
        let listed: Vec<Listed> = serde_json::from_slice(&reply.body).map_err(|error| {
            Fault::protocol(format!(
                "{origin}/services/data does not list API versions: {error}"
            ))
        })?;
        let versions = listed.iter();
        Ok(versions
            .filter_map(|listed| ApiVersion::parse(&listed.version))
            .collect())
    }

    /// The path of a versioned resource.
    pub fn path(&self, rest: &str) -> Result<String, Fault> {
        Ok(format!("/services/data/v{}/{rest}", self.version()?))
    }
}

/// One entry of GET /services/data.
#[derive(serde::Deserialize)]
struct Listed {
    version: String,
}
