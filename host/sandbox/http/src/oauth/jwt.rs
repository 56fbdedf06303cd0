//! JWT bearer assertions (RFC 7523), signed with RS256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::OAuthError;
use sandbox_core::org::{ConnectedApp, PublicKey};

/// Audiences that name Salesforce itself rather than this org (Salesforce help, "OAuth 2.0 JWT Bearer Flow").
const AUDIENCES: &[&str] = &[
    "https://login.salesforce.com",
    "https://test.salesforce.com",
];
/// How much the clocks of client and org may differ, in seconds.
const SKEW_S: f64 = 60.0;
/// How far ahead an assertion may expire, in seconds (Salesforce help, "OAuth 2.0 JWT Bearer Flow": within 3 minutes).
const MAX_LIFETIME_S: f64 = 180.0;
/// From here on an `exp` counts milliseconds: as seconds it would be three thousand years ahead. Salesforce's own command line
/// (@salesforce/core, `AuthInfo`) sends `Date.now() + 300`, and is taken.
const FIRST_IN_MS: f64 = 1e11;

/// What an assertion claims.
#[derive(Deserialize)]
pub(super) struct Claims {
    /// Consumer key.
    pub iss: String,
    sub: Option<String>,
    /// An older name of `sub`.
    prn: Option<String>,
    aud: Audience,
    exp: Expiry,
}

/// When an assertion expires: a number, or its digits as text, as simple-salesforce sends it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Expiry {
    Number(f64),
    Text(String),
}

impl Expiry {
    /// Returns seconds since 1970.
    fn seconds(&self) -> Option<f64> {
        let value = match self {
            Self::Number(value) => *value,
            Self::Text(digits) => digits.parse::<i64>().ok()? as f64,
        };
        Some(if value < FIRST_IN_MS {
            value
        } else {
            value / 1_000.0
        })
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

impl Claims {
    /// Reads the claims without believing them.
    pub(super) fn unverified(assertion: &str) -> Option<Self> {
        decode(assertion.split('.').nth(1)?)
    }

    /// User name that the token is issued for.
    pub(super) fn user(&self) -> Option<&str> {
        self.sub.as_deref().or(self.prn.as_deref())
    }

    /// Checks signature, audience and time. What has expired is called an expired authorization code; what would live too long
    /// is no valid assertion.
    pub(super) fn verify(
        &self,
        app: &ConnectedApp,
        assertion: &str,
        base: &str,
        now_ms: i64,
    ) -> Result<(), OAuthError> {
        let (signed, signature) = assertion.rsplit_once('.').ok_or(OAuthError::ASSERTION)?;
        let header: Header = signed
            .split('.')
            .next()
            .and_then(decode)
            .ok_or(OAuthError::ASSERTION)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature.trim_end_matches('='))
            .map_err(|_| OAuthError::ASSERTION)?;
        let key = app
            .certificate
            .as_deref()
            .and_then(PublicKey::from_pem)
            .ok_or(OAuthError::ASSERTION)?;
        if header.alg != "RS256" || !key.verifies(signed.as_bytes(), &signature) {
            return Err(OAuthError::ASSERTION);
        }
        if !self.is_for(base) {
            return Err(OAuthError::AUDIENCE);
        }
        self.is_in_time(now_ms)
    }

    fn is_in_time(&self, now_ms: i64) -> Result<(), OAuthError> {
        let ahead = self.exp.seconds().ok_or(OAuthError::ASSERTION)? - now_ms as f64 / 1_000.0;
        if ahead < -SKEW_S {
            return Err(OAuthError::EXPIRED_CODE);
        }
        if ahead > MAX_LIFETIME_S + SKEW_S {
            return Err(OAuthError::ASSERTION);
        }
        Ok(())
    }

    fn is_for(&self, base: &str) -> bool {
        let good = |audience: &str| {
            let audience = audience
                .trim_end_matches("/services/oauth2/token")
                .trim_end_matches('/');
            audience == base || AUDIENCES.contains(&audience)
        };
        match &self.aud {
            Audience::One(audience) => good(audience),
            Audience::Many(audiences) => audiences.iter().any(|audience| good(audience)),
        }
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?).ok()
}
