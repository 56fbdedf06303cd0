//! `describe`, `schema`, `help`, `--version`.

use serde_json::Value;

use super::harness::Folder;

#[test]
fn describe_lists_the_operations_of_any_connector() {
    let outcome = Folder::new().echo(&["describe"]);
    let text = outcome.data();
    assert!(text.starts_with("echo 0.1.0: 11 operations\n"), "{text}");
    assert!(
        text.contains("  echo/call      Returns its input.\n"),
        "{text}"
    );
    assert!(
        text.contains("  echo/count     Gives numbered lines. (source)\n"),
        "{text}"
    );
    assert_eq!(outcome.stderr, "");
}

#[test]
fn describe_explains_one_operation() {
    let outcome = Folder::new().echo(&["describe", "echo/call"]);
    let text = outcome.data();
    assert!(text.contains("Run by  mediate call"), "{text}");
    assert!(
        text.contains("  mediate call echo/call --input FILE\n"),
        "{text}"
    );
}

#[test]
fn describe_as_json_holds_the_schemas_as_json() {
    let outcome = Folder::new().echo(&["describe", "--json"]);
    let catalog: Value = serde_json::from_str(outcome.data()).unwrap();
    assert_eq!(
        catalog["connection-schema"],
        serde_json::json!({"type": "object"})
    );
    assert_eq!(catalog["operations"].as_array().map(Vec::len), Some(11));
    let one = Folder::new().echo(&["describe", "echo/count", "--json"]);
    let operation: Value = serde_json::from_str(one.data()).unwrap();
    assert_eq!(operation["style"], "source");
}

#[test]
fn the_schema_of_connection_files_has_the_host_table() {
    let outcome = Folder::new().echo(&["schema", "connection"]);
    let schema: Value = serde_json::from_str(outcome.data()).unwrap();
    assert!(
        schema
            .pointer("/properties/host/properties/session-file")
            .is_some(),
        "{schema}"
    );
}

#[test]
fn help_and_version_go_to_stdout() {
    let folder = Folder::new();
    assert_eq!(
        folder.run(&["--version"]).data(),
        format!("mediate {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert!(folder.run(&["--help"]).data().contains("describe"));
    assert!(folder.run(&["help"]).data().contains("describe"));
    assert!(folder.run(&["help", "read"]).data().contains("--output"));
    assert!(
        folder
            .run(&["help", "exit-codes"])
            .data()
            .contains("egress-denied")
    );
    assert!(
        folder
            .run(&["help", "connections"])
            .data()
            .contains("${env:")
    );
    assert!(folder.run(&["help", "config"]).data().contains(":="));
}

#[test]
fn a_wrong_verb_finds_the_nearest() {
    let outcome = Folder::new().run(&["descrbe"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("'describe'"), "{outcome:?}");
    let outcome = Folder::new().run(&["help", "exit-code"]);
    assert_eq!(
        outcome.error(),
        "there is no help on `exit-code`; did you mean `exit-codes`?"
    );
}
