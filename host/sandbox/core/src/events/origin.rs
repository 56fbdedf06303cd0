//! Which API a change came through: a change event's `changeOrigin`.

use std::fmt;

/// Longest client id kept, in bytes.
const MAX_BYTES: usize = 40;

/// One of Salesforce's APIs, as change events name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// The REST API.
    Rest,
    /// The SOAP API.
    Soap,
    /// Bulk API and Bulk API 2.0.
    Bulk,
}

impl Api {
    const fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Soap => "soap",
            Self::Bulk => "bulkapi",
        }
    }
}

/// The id that a client gave itself in `Sforce-Call-Options` or SOAP's `CallOptions`, cut to 40 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientName {
    bytes: [u8; MAX_BYTES],
    length: usize,
}

impl Default for ClientName {
    fn default() -> Self {
        Self::NONE
    }
}

impl ClientName {
    /// A client that did not say who it is.
    pub const NONE: Self = Self {
        bytes: [0; MAX_BYTES],
        length: 0,
    };

    /// Creates the client called so.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let end = name.floor_char_boundary(MAX_BYTES);
        let name = name.as_bytes().get(..end).unwrap_or_default();
        let mut bytes = [0; MAX_BYTES];
        for (place, byte) in bytes.iter_mut().zip(name) {
            *place = *byte;
        }
        Self {
            bytes,
            length: name.len(),
        }
    }

    /// Creates the client that `Sforce-Call-Options: client=Astro, defaultNamespace=x` names.
    #[must_use]
    pub fn from_call_options(header: &str) -> Self {
        let client = header.split(',').find_map(|option| {
            let (name, value) = option.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("client")
                .then_some(value.trim())
        });
        client.map_or(Self::NONE, Self::new)
    }

    fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for ClientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Where a change comes from; the default is the org itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Origin(Option<(Api, u16, ClientName)>);

impl Origin {
    /// The org itself.
    pub const NONE: Self = Self(None);

    /// Creates a call of `api` in `version` (`62` for 62.0) by a client.
    #[must_use]
    pub const fn new(api: Api, version: u16, client: ClientName) -> Self {
        Self(Some((api, version, client)))
    }

    /// Returns the same call, by this client, if it names itself.
    #[must_use]
    pub fn of_client(self, name: ClientName) -> Self {
        match self.0 {
            Some((api, version, _)) if name != ClientName::NONE => Self::new(api, version, name),
            _ => self,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((api, version, client)) = &self.0 else {
            return Ok(());
        };
        write!(f, "com/salesforce/api/{}/{version}.0", api.name())?;
        match client.as_str() {
            "" => Ok(()),
            name => write!(f, ";client={name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_names_api_version_and_client() {
        let client = ClientName::from_call_options("defaultNamespace=x, client=Astro");
        let origin = Origin::new(Api::Rest, 62, client);
        assert_eq!(
            origin.to_string(),
            "com/salesforce/api/rest/62.0;client=Astro"
        );
        let bulk = Origin::new(Api::Bulk, 62, ClientName::NONE);
        assert_eq!(bulk.to_string(), "com/salesforce/api/bulkapi/62.0");
        assert_eq!(Origin::NONE.to_string(), "");
    }

    #[test]
    fn a_long_client_id_is_cut_between_characters() {
        let name = "é".repeat(30);
        assert_eq!(ClientName::new(&name).as_str(), "é".repeat(20));
    }
}
