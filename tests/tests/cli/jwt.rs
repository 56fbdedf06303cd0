//! Logins by JWT at a simulated org that was given a certificate with `--jwt-certificate`.

use super::harness::{Folder, Outcome};
use super::served::Served;

/// An RSA key in base64 (PKCS#1), and its certificate.
pub const KEY: &str = include_str!("../../../host/sandbox/http/src/tests/key.b64");
pub const CERTIFICATE: &str = include_str!("../../../host/sandbox/http/src/tests/certificate.pem");
/// The certificate of another key.
const STRANGER: &str = include_str!("stranger.pem");

/// Logs in with the key at an org that was started with these arguments.
fn log_in(folder: Folder, more: &[&str]) -> Outcome {
    let served = Served::start(&folder, more);
    let pem = format!("-----BEGIN RSA PRIVATE KEY-----\n{KEY}-----END RSA PRIVATE KEY-----");
    let who = "client-id = 'sandbox-client'\nusername = 'admin@sandbox.example'";
    let url = &served.url;
    let folder = folder.file(
        "c.toml",
        &format!("url = '{url}'\n[auth.jwt-bearer]\n{who}\nprivate-key = '''\n{pem}\n'''\n"),
    );
    folder.run(&["test", "--connection", "c.toml"])
}

#[test]
fn a_certificate_given_by_flag_vouches_for_logins() {
    let folder = Folder::new().file("app.pem", CERTIFICATE);
    let outcome = log_in(folder, &["--jwt-certificate", "app.pem"]);
    let sentence = outcome.data();
    assert!(
        sentence.contains("username admin@sandbox.example"),
        "{sentence}"
    );
}

#[test]
fn without_the_certificate_of_the_key_logins_are_refused() {
    let another: &[&str] = &["--jwt-certificate", "stranger.pem"];
    for arguments in [another, &[]] {
        let folder = Folder::new().file("stranger.pem", STRANGER);
        let outcome = log_in(folder, arguments);
        assert_eq!(outcome.code, Some(3), "{outcome:?}");
        let error = outcome.error();
        assert!(error.contains("invalid assertion"), "{error}");
    }
}

#[test]
fn what_is_no_certificate_is_refused_at_the_start() {
    let folder = Folder::new().file("app.pem", "no PEM");
    let cases = [
        (
            "app.pem",
            "the certificate of the app sandbox-client is no PEM of a certificate or RSA public key",
        ),
        ("none.pem", "cannot read the certificate none.pem: "),
    ];
    for (file, words) in cases {
        let listen = ["sandbox", "--listen", "127.0.0.1:0"];
        let outcome = folder.run(&[listen.as_slice(), &["--jwt-certificate", file]].concat());
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.error().starts_with(words), "{outcome:?}");
    }
}
