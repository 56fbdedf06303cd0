//! The JWT bearer flow.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::json;

use super::oauth::{TOKEN, rejection};
use super::*;
use sandbox_core::org::{ADMIN_USERNAME, ConnectedApp};

/// A key made for these tests: PKCS#1 in base64.
const KEY: &str = include_str!("key.b64");
/// Its certificate, as a client would register it.
const CERTIFICATE: &str = include_str!("certificate.pem");
const LOGIN: &str = "https://login.salesforce.com";
const NOW_S: i64 = NOW / 1_000;

fn key() -> RsaKeyPair {
    let der = STANDARD.decode(KEY.split_whitespace().collect::<String>());
    RsaKeyPair::from_der(&der.unwrap()).unwrap()
}

/// The DER of SubjectPublicKeyInfo around an RSA public key.
fn public_pem(key: &RsaKeyPair) -> String {
    let wrap = |tag: u8, content: &[u8]| {
        [
            &[tag, 0x82, (content.len() >> 8) as u8, content.len() as u8],
            content,
        ]
        .concat()
    };
    let bits = wrap(0x03, &[&[0], key.public_key().as_ref()].concat());
    let algorithm = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(wrap(0x30, &[algorithm.as_slice(), &bits].concat()))
    )
}

fn sign(key: &RsaKeyPair, claims: &Json) -> String {
    let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(&json!({"alg": "RS256"})), part(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &ring::rand::SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Valid claims, changed by the case.
fn claims(otherwise: Json) -> Json {
    let mut claims =
        json!({"iss": CLIENT_ID, "sub": ADMIN_USERNAME, "aud": LOGIN, "exp": NOW_S + 180});
    let members = claims.as_object_mut().unwrap();
    members.extend(otherwise.as_object().unwrap().clone());
    claims
}

/// An org that takes JWTs of the key for its app, and for one that is not approved.
async fn client(pem: &str) -> Client {
    let shy = ConnectedApp {
        certificate: Some(pem.to_owned()),
        approved_users: Some(vec![]),
        ..ConnectedApp::new("shy", "s")
    };
    let builder = Org::builder().clock(Clock::fixed(NOW));
    Client::with_org(builder.jwt_certificate(pem).app(shy)).await
}

async fn offer(client: &Client, assertion: &str) -> TestResponse {
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    let form = format!("grant_type={grant}&assertion={assertion}");
    client.form(TOKEN, &form).await
}

#[tokio::test]
async fn assertions_are_verified_by_certificate_or_public_key() {
    for pem in [CERTIFICATE.to_owned(), public_pem(&key())] {
        let client = client(&pem).await;
        for audience in [LOGIN, "http://org.example"] {
            let good = sign(&key(), &claims(json!({"aud": audience})));
            assert_eq!(offer(&client, &good).await.status, 200, "{audience}");
        }
    }
}

#[tokio::test]
async fn invalid_assertions_have_salesforces_messages() {
    let client = client(CERTIFICATE).await;
    let part = |assertion: &str, at: usize| assertion.split('.').nth(at).unwrap().to_owned();
    let good = sign(&key(), &claims(json!({})));
    let other = sign(&key(), &claims(json!({"sub": "nobody"})));
    let forged = [part(&good, 0), part(&other, 1), part(&good, 2)].join(".");
    let cases = [
        (forged, "invalid assertion"),
        ("x.y.z".to_owned(), "invalid assertion"),
        (
            sign(&key(), &claims(json!({"aud": "https://evil.example"}))),
            "audience is invalid",
        ),
        (other, "user hasn't approved this consumer"),
        (
            sign(&key(), &claims(json!({"iss": "shy"}))),
            "user hasn't approved this consumer",
        ),
        (
            sign(&key(), &claims(json!({"iss": "who"}))),
            "client identifier invalid",
        ),
    ];
    for (assertion, message) in cases {
        assert_eq!(rejection(&offer(&client, &assertion).await).2, message);
    }
}

/// Three minutes ahead at most, with a minute for clocks that differ.
#[tokio::test]
async fn assertions_live_for_three_minutes() {
    let client = client(CERTIFICATE).await;
    let (late, long) = ("expired authorization code", "invalid assertion");
    let cases = [
        (json!(NOW_S - 61), Some(late)),
        (json!(NOW_S - 59), None),
        (json!(NOW_S + 180), None),
        (json!(NOW_S + 239), None),
        (json!(NOW_S + 241), Some(long)),
        (json!(NOW_S + 300), Some(long)),
        (json!(NOW_S + 3_600), Some(long)),
        // simple-salesforce sends digits as text, the sf command milliseconds.
        (json!((NOW_S + 180).to_string()), None),
        (json!((NOW_S + 300).to_string()), Some(long)),
        (json!("soon"), Some(long)),
        (json!(NOW + 300), None),
        (json!(NOW + 300_000), Some(long)),
    ];
    for (exp, rejected) in cases {
        let response = offer(&client, &sign(&key(), &claims(json!({"exp": exp})))).await;
        let reported = (response.status != 200).then(|| rejection(&response));
        let expected =
            rejected.map(|message| (400, "invalid_grant".to_owned(), message.to_owned()));
        assert_eq!(reported, expected, "{exp}");
    }
}

#[test]
fn a_certificate_without_an_rsa_key_is_rejected() {
    // An elliptic key: id-ecPublicKey in place of rsaEncryption.
    const ELLIPTIC: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE450hFl/z7otReVhOiYKKsJy6yLpR\nnf+jlbCaLuLp+uXRmgOzKJIQLt6T6M5T6dbBHfWxxkcleEPm7yPUmqP90g==\n-----END PUBLIC KEY-----";
    for pem in ["", "no PEM", &CERTIFICATE[..200], ELLIPTIC] {
        let rejected = Org::builder().jwt_certificate(pem).build().unwrap_err();
        let message = "the certificate of the app sandbox-client is no PEM of a certificate or RSA public key";
        assert_eq!(rejected.to_string(), message, "{pem}");
    }
}
