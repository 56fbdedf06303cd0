use std::fs;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::schema::Schema;

fn environment(name: &str) -> Option<String> {
    (name == "ACME_SECRET").then(|| "s3cr3t".to_owned())
}

fn load_as(name: &str, text: &str) -> Result<Profile, ProfileError> {
    let folder = TempDir::new().expect("folder");
    fs::write(folder.path().join("key.pem"), "PEM\nLINES\n").expect("key");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("file");
    Profile::load(&path, &environment)
}

fn load(text: &str) -> Result<Profile, ProfileError> {
    load_as("acme.toml", text)
}

fn error_text(text: &str) -> String {
    let sentence = load(text).expect_err("refused").to_string();
    let (_, after_folder) = sentence.split_once("acme.toml").expect("names the file");
    after_folder.to_owned()
}

#[test]
fn a_file_is_the_document_without_the_host_table() {
    let profile = load("url = 'https://a.example'\n[auth.password]\nuser = 'u'\n[host]\nallow = ['https://b.example']").expect("loads");
    assert_eq!(profile.name(), "acme");
    assert_eq!(
        *profile.document().expose(),
        json!({"url": "https://a.example", "auth": {"password": {"user": "u"}}})
    );
    assert_eq!(profile.host().allow, ["https://b.example"]);
}

#[test]
fn json_files_are_read_like_toml() {
    let profile = load_as("acme.json", r#"{"n": 3, "host": {"call-timeout": 90}}"#).expect("loads");
    assert_eq!(*profile.document().expose(), json!({"n": 3}));
    assert_eq!(profile.host().call_timeout, Some(Duration::from_secs(90)));
}

#[test]
fn numbers_keep_their_digits() {
    let toml = "a = 1234567890123456.78\nb = [+0.1000000000000000055]\nc = 9_007_199_254_740_993\nd = 0x7f\n";
    let text = load(toml).expect("loads").document().expose().to_string();
    assert_eq!(
        text,
        r#"{"a":1234567890123456.78,"b":[0.1000000000000000055],"c":9007199254740993,"d":127}"#
    );
    assert!(error_text("a = inf").contains("must be a finite number"));
}

#[test]
fn references_are_resolved_anywhere_in_a_string() {
    let profile =
        load("a = 'x${env:ACME_SECRET}y'\nb = ['${file:key.pem}']\nc = '$${env:ACME_SECRET}'")
            .expect("loads");
    assert_eq!(
        *profile.document().expose(),
        json!({"a": "xs3cr3ty", "b": ["PEM\nLINES"], "c": "${env:ACME_SECRET}"})
    );
}

#[test]
fn an_unset_variable_is_named_with_its_key() {
    let sentence = error_text("[auth.x]\nclient-secret = '${env:NOPE}'");
    assert_eq!(
        sentence,
        ": `auth.x.client-secret` needs the environment variable NOPE, which is not set: set it and run again"
    );
}

#[test]
fn a_missing_file_is_named_with_its_key() {
    let sentence = error_text("key = '${file:gone.pem}'");
    assert!(
        sentence.starts_with(": `key` needs the file "),
        "{sentence}"
    );
    assert!(
        sentence.ends_with("gone.pem, which cannot be read: no such file or directory"),
        "{sentence}"
    );
}

#[test]
fn other_references_are_refused() {
    assert!(error_text("key = '${vault:x}'").contains("`key` has a reference that is not known"));
    assert!(error_text("key = '${env:X'").contains("without its `}`"));
}

#[test]
fn bad_toml_is_placed_and_never_quoted() {
    let sentence = error_text("url = 'x'\nsecret = \"hunter2\" oops\n");
    assert!(sentence.starts_with(", line 2, column "), "{sentence}");
    assert!(!sentence.contains("hunter2"), "{sentence}");
    assert_eq!(sentence.lines().count(), 1);
}

#[test]
fn bad_json_is_placed() {
    let sentence = load_as("acme.json", "{\n  \"a\": }")
        .expect_err("refused")
        .to_string();
    assert!(
        sentence.contains("line 2, column 8: expected value"),
        "{sentence}"
    );
    let sentence = load_as("acme.json", "[1]")
        .expect_err("refused")
        .to_string();
    assert!(sentence.contains("must be a JSON object"), "{sentence}");
}

#[test]
fn an_unknown_host_key_finds_the_nearest() {
    assert_eq!(
        error_text("[host]\nallowed = []"),
        ": `host.allowed` is not a setting of the host; did you mean `allow`?"
    );
    assert!(error_text("[host]\nfrobnicate = 1").contains("it knows allow, ca-file"));
}

#[test]
fn host_values_of_the_wrong_type_are_refused() {
    assert!(error_text("[host]\nallow = 'x'").contains("`host.allow` must be a list of texts"));
    assert!(
        error_text("[host]\ncall-timeout = 'soon'").contains("`host.call-timeout` must be a time")
    );
    assert!(error_text("[host]\ncall-timeout = 0").contains("`host.call-timeout` must be a time"));
    assert!(error_text("[host]\nproxy = 3").contains("`host.proxy` must be text"));
    assert!(error_text("host = 1").contains("`host` must be a table"));
}

#[test]
fn call_timeouts_have_units() {
    for (text, expected) in [
        ("'500ms'", 500),
        ("'90s'", 90_000),
        ("'10m'", 600_000),
        ("7", 7_000),
    ] {
        let profile = load(&format!("[host]\ncall-timeout = {text}")).expect(text);
        assert_eq!(
            profile.host().call_timeout,
            Some(Duration::from_millis(expected)),
            "{text}"
        );
    }
}

#[test]
fn paths_start_at_the_connection_file() {
    let profile =
        load("[host]\nca-file = 'ca.pem'\nsession-file = '/abs/session.json'").expect("loads");
    let folder = profile
        .path()
        .and_then(Path::parent)
        .expect("folder")
        .to_owned();
    assert_eq!(profile.host().ca_files, [folder.join("ca.pem")]);
    assert_eq!(
        profile.host().session_file.as_deref(),
        Some(Path::new("/abs/session.json"))
    );
}

#[test]
fn debug_shows_no_secret() {
    let profile = load("key = 'hunter2'\n[host]\nproxy = 'http://u:hunter2@p'").expect("loads");
    assert!(!format!("{profile:?}").contains("hunter2"));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let sentence = Profile::load(Path::new("gone/acme.toml"), &environment)
        .expect_err("refused")
        .to_string();
    assert_eq!(
        sentence,
        "cannot read the connection file gone/acme.toml: no such file or directory"
    );
}

#[test]
fn names_are_searched_in_order() {
    let (near, far) = (TempDir::new().expect("near"), TempDir::new().expect("far"));
    fs::write(near.path().join("acme.toml"), "").expect("file");
    fs::write(far.path().join("acme.toml"), "").expect("file");
    fs::write(far.path().join("other.json"), "{}").expect("file");
    let folders = ConnectionFolders::new(vec![near.path().to_owned(), far.path().to_owned()]);
    assert_eq!(
        folders.find("acme").expect("found"),
        near.path().join("acme.toml")
    );
    assert_eq!(
        folders.find("other").expect("found"),
        far.path().join("other.json")
    );
    assert_eq!(
        folders.find("dir/any").expect("a path"),
        Path::new("dir/any")
    );
    let sentence = folders.find("acne").expect_err("unknown").to_string();
    assert!(
        sentence.starts_with("there is no connection `acne`: no file "),
        "{sentence}"
    );
    assert!(sentence.ends_with("; did you mean `acme`?"), "{sentence}");
}

#[test]
fn the_personal_folder_follows_xdg() {
    let folders =
        ConnectionFolders::standard(&|name| (name == "XDG_CONFIG_HOME").then(|| "/x".to_owned()));
    assert_eq!(
        folders.folders,
        [
            PathBuf::from("connections"),
            PathBuf::from("/x/mediate/connections")
        ]
    );
    let folders = ConnectionFolders::standard(&|name| (name == "HOME").then(|| "/h".to_owned()));
    assert_eq!(
        folders.folders.last(),
        Some(&PathBuf::from("/h/.config/mediate/connections"))
    );
}

#[test]
fn the_published_schema_describes_every_host_key() {
    let table = schema::host_table();
    let mut described: Vec<&str> = Schema::new(&table)
        .properties()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let mut known = host::KEYS.to_vec();
    described.sort_unstable();
    known.sort_unstable();
    assert_eq!(described, known);
}

#[test]
fn the_published_schema_adds_the_host_table_to_the_connector_s() {
    let schema = schema::of_connection_files(
        "x",
        r#"{"type":"object","properties":{"url":{}},"additionalProperties":false}"#,
    );
    let schema = schema.expect("an object");
    assert!(schema.pointer("/properties/url").is_some());
    assert!(
        schema
            .pointer("/properties/host/properties/allow")
            .is_some()
    );
    assert!(schema::of_connection_files("x", "not JSON").is_none());
}
