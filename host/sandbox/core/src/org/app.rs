//! Connected apps: the clients that may ask for tokens.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;

use super::secret;

/// A connected app (external client app), as `apps.json` describes it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectedApp {
    /// Consumer key.
    pub client_id: String,
    /// Consumer secret.
    pub client_secret: String,
    /// User name that client-credentials tokens are issued for; the administrator unless given.
    pub run_as: Option<String>,
    /// PEM of the certificate or public key that JWTs are checked against; none: no JWT is accepted.
    pub certificate: Option<String>,
    /// User names that have approved the app for JWTs; all unless given.
    pub approved_users: Option<Vec<String>>,
    /// Where authorization codes may be sent; anywhere unless given.
    pub callback_urls: Option<Vec<String>>,
    /// Whether every use of a refresh token replaces it.
    #[serde(default)]
    pub rotate_refresh_tokens: bool,
    /// Scopes granted, space-separated.
    #[serde(default = "default_scope")]
    pub scope: String,
}

fn default_scope() -> String {
    "api refresh_token web id".to_owned()
}

impl fmt::Debug for ConnectedApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectedApp({})", self.client_id)
    }
}

impl ConnectedApp {
    /// Creates an app that may use every flow but JWT, which needs a certificate.
    #[must_use]
    pub fn new(client_id: &str, client_secret: &str) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            run_as: None,
            certificate: None,
            approved_users: None,
            callback_urls: None,
            rotate_refresh_tokens: false,
            scope: default_scope(),
        }
    }

    /// Returns whether this is the app's secret.
    #[must_use]
    pub fn has_secret(&self, given: &str) -> bool {
        secret::same(given, &self.client_secret)
    }

    /// Returns whether a user let the app act for it.
    #[must_use]
    pub fn is_approved_by(&self, username: &str) -> bool {
        self.approved_users
            .as_ref()
            .is_none_or(|users| users.iter().any(|user| user.eq_ignore_ascii_case(username)))
    }

    /// Returns whether codes may be sent there.
    #[must_use]
    pub fn may_redirect_to(&self, url: &str) -> bool {
        self.callback_urls
            .as_ref()
            .is_none_or(|urls| urls.iter().any(|known| known == url))
    }
}

/// An RSA public key as `ring` wants it: PKCS#1 DER.
#[derive(Debug, Clone)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    /// Reads the PEM of a certificate, of a public key (SPKI), or of an RSA public key (PKCS#1).
    #[must_use]
    pub fn from_pem(pem: &str) -> Option<Self> {
        let label = pem.split("-----BEGIN ").nth(1)?.split("-----").next()?;
        let body = pem.split("-----").nth(2)?;
        let der = BASE64
            .decode(body.split_whitespace().collect::<String>())
            .ok()?;
        let key = match label {
            "RSA PUBLIC KEY" => der,
            "PUBLIC KEY" => key_in_spki(&der)?.to_vec(),
            "CERTIFICATE" => key_in_certificate(&der)?.to_vec(),
            _ => return None,
        };
        Some(Self(key))
    }

    /// Returns whether `signature` is this key's RS256 signature of `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = ring::signature::UnparsedPublicKey::new(
            &ring::signature::RSA_PKCS1_2048_8192_SHA256,
            &self.0,
        );
        key.verify(message, signature).is_ok()
    }
}

/// DER tags met on the way to the key (X.690, RFC 5280).
const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const VERSION: u8 = 0xa0;
/// The object identifier 1.2.840.113549.1.1.1 (RFC 8017).
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { algorithm, parameters }, BIT STRING }.
fn key_in_spki(der: &[u8]) -> Option<&[u8]> {
    let (tag, spki, _) = element(der)?;
    let (_, algorithm, rest) = element(spki)?;
    let (_, algorithm, _) = element(algorithm)?;
    let (key_tag, bits, _) = element(rest)?;
    (tag == SEQUENCE && algorithm == RSA_ENCRYPTION && key_tag == BIT_STRING)
        .then(|| bits.strip_prefix(&[0]))
        .flatten()
}

/// Certificate ::= SEQUENCE { tbs SEQUENCE { [0] version?, serial, algorithm, issuer, validity, subject, spki ...
fn key_in_certificate(der: &[u8]) -> Option<&[u8]> {
    let (_, certificate, _) = element(der)?;
    let (_, mut rest, _) = element(certificate)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    for _ in ["serial", "algorithm", "issuer", "validity", "subject"] {
        rest = element(rest)?.2;
    }
    key_in_spki(rest)
}

/// Returns the first element's tag and content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (
                bytes
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
                rest,
            )
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
