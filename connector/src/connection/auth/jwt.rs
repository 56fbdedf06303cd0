//! The assertion of the JWT bearer flow (RFC 7523), signed with RS256.

use crate::bindings::Fault;
use crate::bindings::exports::salesforce::connector::connection::JwtBearer;
use crate::limits::MAX_JWT_LIFE_SECONDS;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding, Signer};
use serde_json::json;

/// The login hosts that assertions for production and for sandboxes are addressed to.
const PRODUCTION: &str = "https://login.salesforce.com";
const SANDBOX: &str = "https://test.salesforce.com";

/// A signed assertion that is good for three minutes from `now_seconds`.
pub fn assertion(flow: &JwtBearer, login_origin: &str, now_seconds: u64) -> Result<String, Fault> {
    let key = private_key(&flow.private_key)?;
    let claims = json!({
        "iss": flow.client_id,
        "sub": flow.username,
        "aud": flow.audience.as_deref().unwrap_or_else(|| audience(login_origin)),
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

/// Salesforce wants assertions addressed to its login hosts, even when they are sent to a My Domain.
fn audience(login_origin: &str) -> &str {
    let host = login_origin.trim_start_matches("https://");
    if host == "test.salesforce.com" || host.ends_with(".sandbox.my.salesforce.com") {
        SANDBOX
    } else if host == "login.salesforce.com" || host.ends_with(".my.salesforce.com") {
        PRODUCTION
    } else {
        login_origin
    }
}

#[cfg(test)]
mod tests {
    use super::audience;

    #[test]
    fn assertions_are_addressed_to_the_login_hosts() {
        let cases = [
            (
                "https://login.salesforce.com",
                "https://login.salesforce.com",
            ),
            (
                "https://acme.my.salesforce.com",
                "https://login.salesforce.com",
            ),
            (
                "https://acme--dev.sandbox.my.salesforce.com",
                "https://test.salesforce.com",
            ),
            ("https://test.salesforce.com", "https://test.salesforce.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://login.acme.example", "https://login.acme.example"),
        ];
        for (origin, expected) in cases {
            assert_eq!(audience(origin), expected);
        }
    }
}
