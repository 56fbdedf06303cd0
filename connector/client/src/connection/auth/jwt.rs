//! The assertion of the JWT bearer flow (RFC 7523), signed with RS256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding, Signer};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::JwtBearer;
use salesforce_contract::limits::MAX_JWT_LIFE_SECONDS;
use serde_json::json;

/// The login hosts that assertions for production and for sandboxes are addressed to.
const PRODUCTION: &str = "https://login.salesforce.com";
const SANDBOX: &str = "https://test.salesforce.com";

/// A signed assertion that is good for three minutes from `now_seconds`.
pub fn assertion(flow: &JwtBearer, audience: &str, now_seconds: u64) -> Result<String, Fault> {
    let key = private_key(&flow.private_key)?;
    let claims = json!({
        "iss": flow.client_id,
        "sub": flow.username,
        "aud": audience,
        "exp": now_seconds + MAX_JWT_LIFE_SECONDS,
    });
    let signed = format!(
        "{}.{}",
        part(r#"{"alg":"RS256"}"#),
        part(&claims.to_string())
    );
    let signature = SigningKey::<Sha256>::new(key).sign(signed.as_bytes());
    Ok(format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(signature.to_bytes())
    ))
}

fn part(json: &str) -> String {
    URL_SAFE_NO_PAD.encode(json)
}

fn private_key(pem: &str) -> Result<RsaPrivateKey, Fault> {
    let pem = pem.trim();
    let key = RsaPrivateKey::from_pkcs8_pem(pem)
        .ok()
        .or_else(|| RsaPrivateKey::from_pkcs1_pem(pem).ok());
    key.ok_or_else(|| {
        Fault::config("connection.auth.jwt-bearer.private-key is no unencrypted RSA private key in PEM form (`BEGIN PRIVATE KEY` or `BEGIN RSA PRIVATE KEY`)")
    })
}

/// Whom an assertion is addressed to: the connection's choice, or the login host of the org. Salesforce wants its login hosts, even
/// when the assertion is sent to a My Domain.
pub fn audience<'a>(flow: &'a JwtBearer, login_origin: &'a str) -> &'a str {
    flow.audience
        .as_deref()
        .unwrap_or_else(|| login_host(login_origin))
}

fn login_host(login_origin: &str) -> &str {
    let host = login_origin.trim_start_matches("https://");
    let Some(domain) = host.strip_suffix(".salesforce.com") else {
        return login_origin;
    };
    if is_sandbox(domain) {
        SANDBOX
    } else {
        PRODUCTION
    }
}

/// Whether the part of a host before `.salesforce.com` names a sandbox or a scratch org (Salesforce Help, "My Domain URL Formats": with
/// and without enhanced domains, and by instance).
fn is_sandbox(domain: &str) -> bool {
    domain == "test"
        || domain.ends_with(".sandbox.my")
        || domain.ends_with(".scratch.my")
        || domain
            .split('.')
            .next()
            .is_some_and(|name| name.contains("--"))
        || domain.split('.').any(is_sandbox_instance)
}

/// `cs` and a number: an instance that hosts sandboxes.
fn is_sandbox_instance(label: &str) -> bool {
    label
        .strip_prefix("cs")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key made for this test.
    const KEY: &str = include_str!("key.pem");

    /// Salesforce Help, "OAuth 2.0 JWT Bearer Flow": `exp` within 3 minutes.
    #[test]
    fn an_assertion_claims_three_minutes() {
        let flow = JwtBearer {
            client_id: "key".into(),
            username: "u@acme.com".into(),
            private_key: KEY.into(),
            audience: None,
            token_url: None,
        };
        let assertion = assertion(&flow, PRODUCTION, 1_790_000_000).unwrap();
        let claims = assertion.split('.').nth(1).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&claims).unwrap(),
            json!({"iss": "key", "sub": "u@acme.com", "aud": PRODUCTION, "exp": 1_790_000_180})
        );
    }

    #[test]
    fn assertions_are_addressed_to_the_login_hosts() {
        const LOGIN: &str = "https://login.salesforce.com";
        const TEST: &str = "https://test.salesforce.com";
        let cases = [
            ("https://login.salesforce.com", LOGIN),
            ("https://acme.my.salesforce.com", LOGIN),
            ("https://acme-dev-ed.develop.my.salesforce.com", LOGIN),
            ("https://na42.salesforce.com", LOGIN),
            ("https://test.salesforce.com", TEST),
            ("https://acme--dev.sandbox.my.salesforce.com", TEST),
            ("https://acme--dev.my.salesforce.com", TEST),
            ("https://acme--dev.cs12.my.salesforce.com", TEST),
            (
                "https://nosoftware-platform-1234.scratch.my.salesforce.com",
                TEST,
            ),
            (
                "https://power-site-1234-dev-ed.cs70.my.salesforce.com",
                TEST,
            ),
            ("https://cs101.salesforce.com", TEST),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://login.acme.example", "https://login.acme.example"),
        ];
        for (origin, expected) in cases {
            assert_eq!(login_host(origin), expected, "{origin}");
        }
    }
}
