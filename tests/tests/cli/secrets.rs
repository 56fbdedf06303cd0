//! What must never be seen of a connection: its secrets, whatever a peer sends back; and where they may go.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediate_tests::server::{Server, Step, answer};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::harness::{Folder, Outcome};

const SECRET: &str = "C0nsumer/S\"ecr&t <4711>";
const PASSWORD: &str = "pass w0rd+with%25signs";
const TOKEN: &str = "5Aep861TSESvWeug_refresh.token!77";
const ACCESS: &str = "00D5e000000AbCd!AQ8AQKx.hJ7_access_token_0123456789";

/// Ways to log in, each with the secrets that it sends.
fn flows() -> Vec<(&'static str, Value)> {
    let id = "client-id";
    vec![
        (
            "client-credentials",
            json!({id: "app", "client-secret": SECRET}),
        ),
        (
            "refresh-token",
            json!({id: "app", "client-secret": SECRET, "refresh-token": TOKEN}),
        ),
        (
            "password",
            json!({id: "app", "client-secret": SECRET, "username": "user@acme", "password": PASSWORD}),
        ),
        (
            "soap-login",
            json!({"username": "user@acme", "password": PASSWORD, "security-token": TOKEN}),
        ),
        ("access-token", json!({"access-token": ACCESS})),
        (
            "authorization-code",
            json!({id: "app", "code": TOKEN, "redirect-uri": "https://acme.example/back"}),
        ),
    ]
}

/// Forms in which a peer sends back what it got.
const FORMS: [fn(&[u8]) -> String; 5] = [as_html, as_json, as_percent, as_base64, as_fault];

fn text(request: &[u8]) -> String {
    String::from_utf8_lossy(request).into_owned()
}

fn as_html(request: &[u8]) -> String {
    format!("<html><title>Blocked</title>{}</html>", text(request))
}

fn as_json(request: &[u8]) -> String {
    json!([{"errorCode": "BLOCKED", "message": text(request)}]).to_string()
}

fn as_percent(request: &[u8]) -> String {
    let encoded: String = request.iter().map(|byte| format!("%{byte:02x}")).collect();
    json!({"error": "blocked", "error_description": encoded}).to_string()
}

fn as_base64(request: &[u8]) -> String {
    json!({"error": "blocked", "error_description": STANDARD.encode(request)}).to_string()
}

fn as_fault(request: &[u8]) -> String {
    let escaped = text(request).replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<?xml version=\"1.0\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
         <soapenv:Fault><faultcode>BLOCKED</faultcode><faultstring>{escaped}</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
}

/// Undoes what a form does, as far as somebody who reads the output can: the secret must be in none of these.
fn readings(output: &str) -> Vec<String> {
    let plain = output.replace("\\\"", "\"").replace("\\\\", "\\");
    let xml = plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    let percent = unpercent(&plain.replace('+', " "));
    let words =
        output.split(|letter: char| !(letter.is_ascii_alphanumeric() || "+/=".contains(letter)));
    let base64 = words
        .filter(|word| word.len() >= 16)
        .filter_map(|word| STANDARD.decode(word).ok())
        .map(|bytes| text(&bytes))
        .collect();
    vec![
        output.to_owned(),
        plain,
        xml,
        unpercent(&percent),
        percent,
        base64,
    ]
}

fn unpercent(encoded: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = encoded.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    text(&bytes)
}

#[track_caller]
fn shows_nothing(outcome: &Outcome, what: &str) {
    let output = format!("{}{}", outcome.stdout, outcome.stderr);
    for reading in readings(&output) {
        for secret in [SECRET, PASSWORD, TOKEN, ACCESS] {
            assert!(!reading.contains(secret), "{what}: {output}");
        }
    }
}

fn start(runtime: &Runtime, script: Vec<Step>) -> Server {
    runtime.block_on(Server::start(script)).unwrap()
}

fn connection(origin: &str, flow: &str, credentials: &Value) -> String {
    json!({
        "url": origin,
        "api-version": "62.0",
        "auth": {flow: credentials},
        "retry": {"max-attempts": 1},
    })
    .to_string()
}

#[test]
fn a_peer_that_sends_back_what_it_got_shows_no_secret() {
    let runtime = Runtime::new().unwrap();
    for (flow, credentials) in flows() {
        for (number, form) in FORMS.into_iter().enumerate() {
            for status in [200, 400] {
                let server = start(&runtime, vec![Step::Echo(status, form)]);
                let file = connection(&server.origin(), flow, &credentials);
                let folder = Folder::new().file("c.json", &file);
                for more in [&["-vv"][..], &["-vv", "--json-errors", "--attributes"]] {
                    let call = ["call", "connection/identity", "--connection", "c.json"];
                    let mut outcome = folder.run(&[&call[..], more].concat());
                    if status == 200 {
                        // An answer is data, and data arrives as it is.
                        outcome.stdout.clear();
                    }
                    shows_nothing(&outcome, &format!("{flow}, form {number}, {status}"));
                    assert!(server.connections() > 0, "{flow}: {outcome:?}");
                }
            }
        }
    }
}

#[test]
fn an_examined_connection_shows_no_secret() {
    let runtime = Runtime::new().unwrap();
    for (flow, credentials) in flows() {
        let server = start(&runtime, vec![Step::Echo(400, as_json)]);
        let file = connection(&server.origin(), flow, &credentials);
        let folder = Folder::new().file("c.json", &file);
        let outcome = folder.run(&["test", "--connection", "c.json"]);
        shows_nothing(&outcome, flow);
        assert!(server.connections() > 0, "{flow}: {outcome:?}");
    }
}

#[test]
fn what_is_echoed_is_masked_and_the_rest_is_told() {
    let runtime = Runtime::new().unwrap();
    let server = start(&runtime, vec![Step::Echo(400, as_json)]);
    let file = connection(
        &server.origin(),
        "access-token",
        &json!({"access-token": ACCESS}),
    );
    let folder = Folder::new().file("c.json", &file);
    let call = [
        "call",
        "connection/identity",
        "--connection",
        "c.json",
        "--json-errors",
    ];
    let outcome = folder.run(&call);
    assert!(outcome.stderr.contains("earer ***"), "{outcome:?}");
    assert!(outcome.stderr.contains("BLOCKED"), "{outcome:?}");
}

#[test]
fn a_reference_in_a_header_is_a_secret() {
    let runtime = Runtime::new().unwrap();
    let server = start(&runtime, vec![Step::Echo(400, as_json)]);
    let mut file: Value = serde_json::from_str(&connection(
        &server.origin(),
        "access-token",
        &json!({"access-token": ACCESS}),
    ))
    .unwrap();
    file["headers"] = json!({"X-Gateway-Key": "${env:GATEWAY_KEY}"});
    let folder = Folder::new()
        .file("c.json", &file.to_string())
        .variable("GATEWAY_KEY", "k3y-of-the-gateway");
    let outcome = folder.run(&[
        "call",
        "connection/identity",
        "--connection",
        "c.json",
        "-vv",
    ]);
    assert!(
        outcome.stderr.to_lowercase().contains("x-gateway-key: ***"),
        "{outcome:?}"
    );
    assert!(
        !outcome.stderr.contains("k3y-of-the-gateway"),
        "{outcome:?}"
    );
}

fn login(instance: &str) -> Vec<Step> {
    let body = json!({"access_token": ACCESS, "instance_url": instance, "id": "https://login.example/id/0/1",
        "token_type": "Bearer", "issued_at": "1"});
    vec![Step::Request, Step::Write(answer(200, &body.to_string()))]
}

#[test]
fn a_token_goes_to_no_host_that_only_the_login_names() {
    let runtime = Runtime::new().unwrap();
    let elsewhere = start(&runtime, vec![Step::Echo(400, as_json)]);
    for instance in [elsewhere.origin(), "https://evil.example".into()] {
        let server = start(&runtime, login(&instance));
        let credentials = json!({"client-id": "app", "client-secret": SECRET});
        let file = connection(&server.origin(), "client-credentials", &credentials);
        let folder = Folder::new().file("c.json", &file);
        let outcome = folder.run(&["call", "connection/identity", "--connection", "c.json"]);
        assert_eq!(outcome.code, Some(7), "{outcome:?}");
        let remedy = format!("allow = [\"{instance}\"]");
        assert!(outcome.stderr.contains(&remedy), "{outcome:?}");
        shows_nothing(&outcome, &instance);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_line_of_the_connection_file_lets_a_token_go_further() {
    let runtime = Runtime::new().unwrap();
    let elsewhere = start(&runtime, vec![Step::Echo(400, as_json)]);
    let server = start(&runtime, login(&elsewhere.origin()));
    let credentials = json!({"client-id": "app", "client-secret": SECRET});
    let mut file: Value = serde_json::from_str(&connection(
        &server.origin(),
        "client-credentials",
        &credentials,
    ))
    .unwrap();
    file["host"] = json!({"allow": [elsewhere.origin()]});
    let folder = Folder::new().file("c.json", &file.to_string());
    folder.run(&["call", "connection/identity", "--connection", "c.json"]);
    assert!(elsewhere.connections() > 0);
}

#[test]
fn a_session_file_that_others_can_write_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let text = "url = 'https://acme.example'\n[auth.client-credentials]\nclient-id = 'a'\nclient-secret = 'b'\n\
                [host]\nsession-file = 's.json'\n";
    let folder = Folder::new().file("c.toml", text).file("s.json", "{}");
    let mode = std::fs::Permissions::from_mode(0o666);
    std::fs::set_permissions(folder.path("s.json"), mode).unwrap();
    let outcome = folder.run(&["call", "connection/identity", "--connection", "c.toml"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.error().contains("cannot use the session file"),
        "{outcome:?}"
    );
}
