//! Typed replies: records, lists and maps of them, nothing, and documents of the remote system's.

use super::generator::{WIT, generated};

const PATH: &str = "$crate::bindings::exports::salesforce::connector::trial::Vehicle";

/// The sample with this result of `act`.
fn replying(result: &str) -> String {
    WIT.replace(
        "result<vehicle, fault>",
        &format!("result<{result}, fault>"),
    )
}

fn assert_generates(wit: &str, file: &str, expected: &[&str]) {
    let text = generated(wit, file).unwrap();
    for part in expected {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

/// The schema of the first reply: the catalog says where it stands among the texts.
fn reply_schema(wit: &str, catalog: &str) -> String {
    let reply = catalog.split("reply: Some(Document {").nth(1).unwrap();
    let place = reply.split("schema: Text { start: ").nth(1).unwrap();
    let place = place.split(" }").next().unwrap();
    let (start, end) = place.split_once(", end: ").unwrap();
    let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
    generated(wit, "texts.deflate").unwrap()[start..end].to_owned()
}

#[test]
fn lists_of_records_are_replies() {
    let wit = replying("list<vehicle>");
    let ok = format!("Result<Vec<{PATH}>, ");
    assert_generates(&wit, "typed.rs", &[&ok, r#"reply("trial/act""#]);
    let listed = format!(r#"("trial/act", $function::<Vec<{PATH}>>)"#);
    assert_generates(&wit, "table.rs", &["IntoAnswer::answer(", &listed]);
    assert_generates(
        &wit,
        "catalog.rs",
        &[
            "reply: Some(Document { shape: Shape::List { items: &Shape::Record(&RECORD_TRIAL_VEHICLE)",
            r#"returns: &["application/json"]"#,
        ],
    );
}

#[test]
fn maps_of_records_are_replies() {
    let wit = replying("list<tuple<string, vehicle>>");
    let ok = format!("Result<Vec<(String, {PATH})>, ");
    assert_generates(&wit, "typed.rs", &[&ok]);
    assert_generates(
        &wit,
        "catalog.rs",
        &[
            "reply: Some(Document { shape: Shape::Map { values: &Shape::Record(&RECORD_TRIAL_VEHICLE)",
        ],
    );
}

#[test]
fn nothing_is_a_reply_without_media_type() {
    let wit = replying("_");
    assert_generates(&wit, "typed.rs", &["Result<(), ", r#"reply("trial/act""#]);
    assert_generates(&wit, "table.rs", &["IntoAnswer::answer("]);
    assert!(
        !generated(&wit, "table.rs")
            .unwrap()
            .contains("$function::<")
    );
    assert_generates(&wit, "catalog.rs", &["returns: &[], reply: None"]);
    let declared = wit.replace(
        "@accepts text/plain, text/csv",
        "@accepts text/csv\n  /// @returns text/csv",
    );
    let said = generated(&declared, "catalog.rs").unwrap_err();
    assert!(said.contains("has no reply"), "{said}");
}

#[test]
fn documents_of_the_remote_system_have_its_names_and_stay_open() {
    let wit = WIT
        .replace(
            "  /// @example {\"wheels\": 2}\n  record vehicle",
            "  /// @upstream\n  record vehicle",
        )
        .replace(
            "/// Counts wheels.",
            "/// Counts wheels.\n    /// @member Wheels__c",
        );
    let text = generated(&wit, "catalog.rs").unwrap();
    assert!(
        text.contains(r#"Field { name: "Wheels__c", rust: "wheels""#),
        "{text}"
    );
    let schema = reply_schema(&wit, &text);
    assert!(schema.contains("Wheels__c"), "{schema}");
    assert!(!schema.contains("additionalProperties"), "{schema}");
}

#[test]
fn a_secret_reply_keeps_its_shape_and_tells_nothing() {
    let wit = WIT.replacen("@effect write", "@effect write\n  /// @secret", 1);
    let text = generated(&wit, "catalog.rs").unwrap();
    let shape = "reply: Some(Document { shape: Shape::Record(&RECORD_TRIAL_VEHICLE)";
    assert!(text.contains(shape), "{text}");
    assert_eq!(
        reply_schema(&wit, &text),
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","writeOnly":true}"#
    );
}
