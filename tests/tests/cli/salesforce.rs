//! The built-in connector and the simulated org, through the command.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::harness::{Folder, end};
use super::served::Served;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn without_a_connection_the_simulated_org_answers() {
    let outcome = Folder::new().run(&["read", "query/rows", "soql=SELECT Id, Name FROM Account"]);
    let rows: Vec<Value> = outcome.data().lines().map(json).collect();
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row["Name"].is_string()),
        "{rows:?}"
    );
    assert!(
        outcome
            .stderr
            .starts_with("no connection given: this runs in the simulated org"),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stderr
            .contains(&format!("read {} rows, ", rows.len())),
        "{outcome:?}"
    );
}

#[test]
fn queries_that_go_out_are_told_in_detail_with_their_values() {
    let read = [
        "read",
        "query/rows",
        "soql=SELECT Id FROM Account WHERE Name = :name",
        r#"bind:={"name": "O'Neil"}"#,
    ];
    let told = r#"parameter="q" value="SELECT Id FROM Account WHERE Name = 'O\\'Neil'""#;
    for (loud, tells) in [("-v", false), ("-vv", true)] {
        let outcome = Folder::new().run(&[&read[..], &[loud]].concat());
        assert!(outcome.stderr.contains("/query"), "{outcome:?}");
        assert_eq!(outcome.stderr.contains(told), tells, "{outcome:?}");
    }
}

#[test]
fn changes_ask_for_a_connection() {
    let folder = Folder::new()
        .file("in.json", r#"{"Name": "Acme"}"#)
        .file("in.csv", "Name\nAcme\n");
    let create = [
        "call",
        "records/create",
        "object=Account",
        "--input",
        "in.json",
        "-q",
    ];
    let load = [
        "write",
        "bulk/load",
        "object=Account",
        "operation=insert",
        "--input",
        "in.csv",
        "-q",
    ];
    for arguments in [&create[..], &load] {
        let outcome = folder.run(arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(
            outcome.error().contains("--connection @sandbox"),
            "{outcome:?}"
        );
        let outcome = folder.run(&[arguments, &["--connection", "@sandbox"]].concat());
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (Some(0), ""),
            "{outcome:?}"
        );
    }
    let read = [
        "call",
        "query/query",
        "soql=SELECT Id FROM Account LIMIT 1",
        "-q",
    ];
    let outcome = folder.run(&read);
    outcome.data();
    assert!(
        outcome.stderr.starts_with("no connection given: "),
        "{outcome:?}"
    );
    let folder = folder.variable("MEDIATE_CONNECTION", "");
    for arguments in [&create[..], &load, &read] {
        let outcome = folder.run(arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(
            outcome.error().starts_with("MEDIATE_CONNECTION is empty"),
            "{outcome:?}"
        );
    }
}

#[test]
fn data_of_the_simulated_org_can_be_kept() {
    let folder = Folder::new().file("new.json", r#"{"Name": "Acme"}"#);
    let kept = ["--sandbox-data", "org"];
    let create = [
        "call",
        "records/create",
        "object=Account",
        "--input",
        "new.json",
    ];
    let created = json(folder.run(&[&create[..], &kept[..]].concat()).data());
    let id = format!("id={}", created["id"].as_str().unwrap());
    let retrieve = [
        "call",
        "records/retrieve",
        "object=Account",
        &id,
        "fields=Name",
    ];
    let record = json(folder.run(&[&retrieve[..], &kept[..]].concat()).data());
    assert_eq!(record["Name"], "Acme");
}

#[test]
fn a_good_connection_is_one_sentence() {
    let outcome = Folder::new().run(&["test"]);
    let sentence = outcome.data();
    assert!(
        sentence.starts_with("the connection `@sandbox` is good: "),
        "{sentence}"
    );
    assert!(
        sentence.contains("username admin@sandbox.example"),
        "{sentence}"
    );
    assert_eq!(sentence.lines().count(), 1);
}

#[test]
fn an_org_on_a_port_is_reached_through_a_connection_file() {
    let folder = Folder::new();
    let served = Served::start(&folder, &["--rows", "Account=2500"]);
    let folder = folder.file(
        "connections/local.toml",
        &served.connection("sandbox-secret"),
    );
    let arguments = [
        "read",
        "query/rows",
        "soql=SELECT Id FROM Account",
        "format=csv",
        "--connection",
        "local",
    ];
    let outcome = folder.run(&arguments);
    assert!(outcome.data().lines().count() > 2500, "{}", outcome.stderr);
}

#[test]
fn a_wrong_secret_is_refused_without_showing_it() {
    let folder = Folder::new();
    let served = Served::start(&folder, &[]);
    let folder = folder.file("c.toml", &served.connection("hunter2"));
    let outcome = folder.run(&["test", "--connection", "c.toml", "-vv"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("the credentials of the connection `c` (c.toml)"),
        "{outcome:?}"
    );
}

#[test]
fn a_host_that_cannot_be_reached_is_unavailable() {
    let text = "url = 'http://127.0.0.1:9'\nauth = { access-token = { access-token = 'x' } }\n[retry]\nmax-attempts = 1\n";
    let outcome = Folder::new().file("c.toml", text).run(&[
        "call",
        "connection/identity",
        "--connection",
        "c.toml",
    ]);
    assert_eq!(outcome.code, Some(6), "{outcome:?}");
}

#[test]
fn plain_http_beyond_this_machine_is_refused() {
    let text = "url = 'http://acme.example'\nauth = { access-token = { access-token = 'x' } }\n";
    let outcome = Folder::new()
        .file("c.toml", text)
        .run(&["test", "--connection", "c.toml"]);
    assert_eq!(outcome.code, Some(7), "{outcome:?}");
    let expected = "the connection names http://acme.example, but plain http is for loopback only: write https";
    assert_eq!(outcome.error(), expected);
}

#[test]
fn a_connection_with_an_unknown_field_is_refused_by_the_connector() {
    let text = "url = 'https://acme.example'\napi-verson = '62.0'\nauth = { access-token = { access-token = 'x' } }\n";
    let outcome = Folder::new()
        .file("c.toml", text)
        .run(&["test", "--connection", "c.toml"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.error().contains("api-version"), "{outcome:?}");
}

#[test]
fn bad_soql_is_refused_with_the_org_s_words_and_leaves_no_file() {
    let folder = Folder::new();
    let outcome = folder.run(&[
        "read",
        "query/rows",
        "soql=SELEKT Id FROM Account",
        "--output",
        "rows.ndjson",
    ]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(outcome.stderr.contains("MALFORMED_QUERY"), "{outcome:?}");
    assert!(!folder.path("rows.ndjson").exists() && !folder.path("rows.ndjson.part").exists());
}

#[test]
fn a_missing_record_field_is_told_with_the_org_s_code() {
    let folder = Folder::new().file("new.json", "{}");
    let outcome = folder.run(&[
        "call",
        "records/create",
        "object=Account",
        "--input",
        "new.json",
        "--connection",
        "@sandbox",
    ]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(
        outcome.stderr.contains("REQUIRED_FIELD_MISSING"),
        "{outcome:?}"
    );
    let outcome = folder.run(&[
        "call",
        "records/create",
        "objct=Account",
        "--input",
        "new.json",
        "--connection",
        "@sandbox",
    ]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(
        outcome.error().ends_with("did you mean `object`?"),
        "{outcome:?}"
    );
}

#[test]
fn secrets_of_a_session_are_shown_only_on_demand() {
    let folder = Folder::new();
    let hidden = json(folder.run(&["call", "connection/authenticate"]).data());
    assert_eq!(hidden["access-token"], "***");
    let shown = json(
        folder
            .run(&["call", "connection/authenticate", "--show-secrets"])
            .data(),
    );
    assert!(
        shown["access-token"]
            .as_str()
            .is_some_and(|token| token.starts_with("00D")),
        "{shown}"
    );
}

#[test]
fn the_log_holds_no_secrets() {
    let outcome = Folder::new().run(&["call", "connection/identity", "-vv"]);
    outcome.data();
    assert!(
        outcome.stderr.contains("sandbox.localhost"),
        "the log is there: {outcome:?}"
    );
    assert!(!outcome.stderr.contains("sandbox-secret"), "{outcome:?}");
    assert!(
        !outcome.stderr.contains("!A"),
        "no access token: {outcome:?}"
    );
}

#[test]
fn every_operation_is_explained() {
    let folder = Folder::new();
    let catalog = json(folder.run(&["describe", "--json"]).data());
    let operations = catalog["operations"].as_array().unwrap();
    assert!(operations.len() >= 15, "{}", operations.len());
    for operation in operations {
        let name = operation["name"].as_str().unwrap();
        let outcome = folder.run(&["describe", name]);
        assert!(outcome.data().contains(&format!(" {name}")), "{outcome:?}");
    }
}

#[test]
fn an_address_in_use_is_told() {
    let folder = Folder::new();
    let served = Served::start(&folder, &[]);
    let address = served.url.trim_start_matches("http://").to_owned();
    let outcome = folder.run(&["sandbox", "--listen", &address]);
    assert_eq!(
        outcome.error(),
        format!("cannot listen on {address}: address already in use")
    );
}

#[cfg(unix)]
#[test]
fn a_served_org_ends_with_the_signal_that_asks_it_to() {
    let folder = Folder::new();
    let mut child = folder.command(&["sandbox", "--listen", "127.0.0.1:0"]);
    let mut child = child
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut url)
        .unwrap();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    let outcome = end(child);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("sandbox-client"), "{outcome:?}");
}

#[test]
fn the_endings_of_files_choose_their_forms() {
    let contacts = "{\"LastName\": \"Berg\"}\n{\"LastName\": \"Lang\", \"Email\": \"none\"}\n";
    let folder = Folder::new().file("contacts.ndjson", contacts);
    let write = [
        "write",
        "bulk/load",
        "object=Contact",
        "operation=insert",
        "--connection",
        "@sandbox",
    ];
    let files = ["--input", "contacts.ndjson", "--outcomes", "outcomes.csv"];
    let outcome = folder.run(&[&write[..], &files[..]].concat());
    assert_eq!(outcome.code, Some(9), "{outcome:?}");
    let outcomes = folder.read("outcomes.csv");
    let lines: Vec<&str> = outcomes.lines().collect();
    assert_eq!(lines.len(), 3, "{outcomes}");
    assert!(lines[0].starts_with("row,id,success"), "{outcomes}");
    assert!(lines[2].contains("INVALID_EMAIL_ADDRESS"), "{outcomes}");
    let soql = "soql=SELECT Name FROM Account ORDER BY Name LIMIT 1";
    let read = folder.run(&["read", "query/rows", soql, "--output", "accounts.csv"]);
    assert_eq!(read.code, Some(0), "{read:?}");
    assert!(folder.read("accounts.csv").starts_with("Name"));
}
