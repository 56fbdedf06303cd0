//! JWT bearer assertions (RFC 7523), signed with RS256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Refusal;
use crate::org::{ConnectedApp, PublicKey};

/// Audiences that name Salesforce itself rather than this org (Salesforce help, "OAuth 2.0 JWT Bearer Flow").
const AUDIENCES: &[&str] = &[
    "https://login.salesforce.com",
    "https://test.salesforce.com",
];
/// How much the clocks of client and org may differ, in seconds.
const SKEW_S: i64 = 60;

/// What an assertion claims.
#[derive(Deserialize)]
pub(super) struct Claims {
    /// Consumer key.
    pub iss: String,
    sub: Option<String>,
    /// An older name of `sub`.
    prn: Option<String>,
    aud: Audience,
    exp: f64,
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

    /// The user name that the token is to speak for.
    pub(super) fn user(&self) -> Option<&str> {
        self.sub.as_deref().or(self.prn.as_deref())
    }

    /// Checks signature, audience and time. What has expired is called an expired authorization code. Salesforce asks for an `exp` a few minutes ahead but takes any in the future:
    /// its own command line sends one that lies centuries ahead.
    pub(super) fn verify(
        &self,
        app: &ConnectedApp,
        assertion: &str,
        base: &str,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let (signed, signature) = assertion.rsplit_once('.').ok_or(Refusal::ASSERTION)?;
        let header: Header = signed
            .split('.')
            .next()
            .and_then(decode)
            .ok_or(Refusal::ASSERTION)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature.trim_end_matches('='))
            .map_err(|_| Refusal::ASSERTION)?;
        let key = app
            .certificate
            .as_deref()
            .and_then(PublicKey::from_pem)
            .ok_or(Refusal::ASSERTION)?;
        if header.alg != "RS256" || !key.verifies(signed.as_bytes(), &signature) {
            return Err(Refusal::ASSERTION);
        }
        if !self.is_for(base) {
            return Err(Refusal::AUDIENCE);
        }
        if self.exp < (now_ms / 1_000 - SKEW_S) as f64 {
            return Err(Refusal::EXPIRED_CODE);
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
