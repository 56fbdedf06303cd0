use std::fs;

use serde_json::json;
use tempfile::TempDir;

use super::*;

fn schema() -> Value {
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "object": {"type": "string"},
            "fields": {"type": "array", "items": {"type": "string"}},
            "page-size": {"type": "integer", "minimum": 200, "maximum": 2000},
            "options": {"$ref": "#/$defs/options"},
            "bind": {"type": "object", "additionalProperties": true},
            "key": {"type": "string", "writeOnly": true, "enum": ["k"]},
        },
        "$defs": {"options": {"type": "object", "properties": {
            "allow-duplicates": {"type": "boolean"},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        }, "additionalProperties": false}},
    })
}

fn from(base: Option<&str>, pairs: &[&str]) -> Result<Value, String> {
    let pairs: Vec<String> = pairs.iter().map(|&pair| pair.to_owned()).collect();
    build(base, &pairs, &schema()).map_err(|failure| failure.to_string())
}

fn error_text(pairs: &[&str]) -> String {
    from(None, pairs).expect_err("refused")
}

#[test]
fn pairs_are_typed_by_the_schema() {
    let config = from(
        None,
        &[
            "object=Account",
            "page-size=500",
            "options.allow-duplicates=true",
        ],
    );
    assert_eq!(
        config,
        Ok(json!({"object": "Account", "page-size": 500, "options": {"allow-duplicates": true}}))
    );
}

#[test]
fn lists_take_commas_and_repeated_keys() {
    assert_eq!(
        from(None, &["fields=Id,Name", "fields=Site"]),
        Ok(json!({"fields": ["Id", "Name", "Site"]}))
    );
}

#[test]
fn pairs_win_over_the_config() {
    let base = r#"{"object": "Lead", "fields": ["Id"], "options": {"headers": {"a": "1"}}}"#;
    let config = from(Some(base), &["fields=Name", "options.headers.X-B.c=2"]);
    let expected = json!({"object": "Lead", "fields": ["Name"], "options": {"headers": {"a": "1", "X-B.c": "2"}}});
    assert_eq!(config, Ok(expected));
}

#[test]
fn a_value_may_hold_equal_signs() {
    assert_eq!(
        from(None, &["object=a=b:=c"]),
        Ok(json!({"object": "a=b:=c"}))
    );
}

#[test]
fn raw_json_is_taken_as_it_stands() {
    assert_eq!(
        from(None, &["bind.ids:=[1, \"2\"]", "bind.n=5"]),
        Ok(json!({"bind": {"ids": [1, "2"], "n": "5"}}))
    );
    let sentence = error_text(&["bind:={\"a\":}"]);
    assert_eq!(
        sentence,
        "`bind:={\"a\":}` cannot be used: the JSON is wrong at line 1, column 6: expected value"
    );
}

#[test]
fn files_give_values() {
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join("name.txt");
    fs::write(&path, "Acme, Inc.\n").expect("file");
    let pair = format!("object=@{}", path.display());
    assert_eq!(from(None, &[&pair]), Ok(json!({"object": "Acme, Inc."})));
    let sentence = error_text(&["object=@gone.txt"]);
    assert_eq!(sentence, "cannot read gone.txt: no such file or directory");
}

#[test]
fn unknown_keys_find_the_nearest() {
    assert_eq!(
        error_text(&["objet=x"]),
        "`objet=…` cannot be used: `objet` is not known; did you mean `object`?"
    );
    let sentence = error_text(&["options.alow-duplicates=true"]);
    assert!(
        sentence.ends_with("did you mean `allow-duplicates`?"),
        "{sentence}"
    );
    assert!(error_text(&["zzzzzz=1"]).contains("is not known; there is bind, fields"));
}

#[test]
fn wrong_types_are_told_what_is_taken() {
    let sentence = error_text(&["page-size=many"]);
    assert_eq!(
        sentence,
        "`page-size=many` cannot be used: `page-size` takes a whole number from 200 to 2000"
    );
    assert!(error_text(&["options=x"]).contains("is a group of fields"));
    assert!(error_text(&["object.name=x"]).contains("not a group of fields"));
    assert!(error_text(&["bind=x"]).contains("takes named values"));
}

#[test]
fn what_is_no_pair_is_told_the_form() {
    assert_eq!(
        error_text(&["Account"]),
        "`Account` cannot be used: write key=value, key:=JSON or key=@file"
    );
    assert!(error_text(&["=x"]).contains("write key=value"));
}

#[test]
fn a_key_given_twice_is_refused() {
    assert!(error_text(&["object=a", "object=b"]).ends_with("the key is given twice"));
}

#[test]
fn secrets_stay_out_of_errors() {
    let sentence = error_text(&["key=hunter2"]);
    assert!(!sentence.contains("hunter2"), "{sentence}");
    assert!(sentence.starts_with("`key=***`"), "{sentence}");
}

#[test]
fn bad_json_is_placed() {
    let sentence = from(Some("{\n \"a\" 1}"), &[]).expect_err("refused");
    assert_eq!(sentence, "--config, line 2, column 6: expected `:`");
    assert_eq!(
        from(Some("[1]"), &[]),
        Err("--config must hold a JSON object: {…}".into())
    );
}

#[test]
fn a_config_that_contradicts_a_pair_is_told() {
    let sentence = from(
        Some(r#"{"options": 3}"#),
        &["options.allow-duplicates=true"],
    )
    .expect_err("refused");
    assert!(
        sentence
            .contains("the value above `allow-duplicates` in --config is not a group of fields"),
        "{sentence}"
    );
}
