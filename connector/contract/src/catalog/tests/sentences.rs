//! What people read when their JSON is wrong: the place, what is wrong, how to fix it; and never a secret.

use crate::catalog::{Case, Enum, Field, Length, Presence, Record, Shape, Variant, accept};

const ANY: Length = Length {
    min: 0,
    max: u32::MAX,
};
const TEXT: Shape = Shape::Text {
    length: ANY,
    uri: false,
    secret: false,
};
const FORMAT: Enum = Enum {
    cases: &[("ndjson", "Ndjson"), ("csv-file", "CsvFile")],
};
const KEY: Record = Record {
    fields: &[Field {
        name: "private-key",
        rust: "private_key",
        shape: Shape::Text {
            length: Length { min: 3, max: 5 },
            uri: false,
            secret: true,
        },
        presence: Presence::Required,
    }],
};
const AUTH: Variant = Variant {
    cases: &[
        Case {
            name: "jwt-bearer",
            rust: "JwtBearer",
            payload: Some(Shape::Record(&KEY)),
        },
        Case {
            name: "no-login",
            rust: "NoLogin",
            payload: None,
        },
    ],
};

const fn optional(name: &'static str, rust: &'static str, shape: Shape) -> Field {
    Field {
        name,
        rust,
        shape,
        presence: Presence::Optional,
    }
}

static CONFIG: Record = Record {
    fields: &[
        Field {
            name: "soql",
            rust: "soql",
            shape: TEXT,
            presence: Presence::Required,
        },
        Field {
            name: "page-size",
            rust: "page_size",
            shape: Shape::Whole {
                min: 200,
                max: 2000,
            },
            presence: Presence::Default("2000"),
        },
        optional(
            "options",
            "options",
            Shape::List {
                items: &TEXT,
                length: Length { min: 1, max: 2 },
            },
        ),
        optional(
            "bind",
            "bind",
            Shape::Map {
                values: &Shape::Json,
                length: ANY,
            },
        ),
        optional(
            "headers",
            "headers",
            Shape::Map {
                values: &TEXT,
                length: ANY,
            },
        ),
        optional("format", "format", Shape::Enum(&FORMAT)),
        optional("auth", "auth", Shape::Variant(&AUTH)),
        optional(
            "url",
            "url",
            Shape::Text {
                length: ANY,
                uri: true,
                secret: false,
            },
        ),
        optional(
            "total",
            "total",
            Shape::Whole {
                min: 0,
                max: u64::MAX,
            },
        ),
        optional("deep", "deep", Shape::Bool),
    ],
};

fn walked(text: &str) -> Result<serde_json::Value, String> {
    accept(&Shape::Record(&CONFIG), text, "config").map_err(|error_text| error_text.sentence)
}

/// The error about a config that is right but for these members.
fn error_text(members: &str) -> String {
    walked(&format!(r#"{{"soql": "x", {members}}}"#)).unwrap_err()
}

#[test]
fn bad_json_is_told_by_line_and_column() {
    assert_eq!(
        walked("{\n  \"soql\": }").unwrap_err(),
        "config is not JSON: expected value at line 2, column 11"
    );
    assert_eq!(
        walked(" ").unwrap_err(),
        "config is empty: give a JSON object, at least `{}`"
    );
    assert!(
        walked("{} {}")
            .unwrap_err()
            .starts_with("config is not JSON: trailing characters")
    );
}

#[test]
fn an_unknown_field_is_told_with_its_neighbour_or_all_known_ones() {
    assert_eq!(
        error_text(r#""optons": []"#),
        "config.optons is not known; did you mean `options`?"
    );
    assert_eq!(
        error_text(r#""pageSize": 5"#),
        "config.pageSize is not known; did you mean `page-size`?"
    );
    let far = error_text(r#""weather": 5"#);
    assert!(
        far.starts_with("config.weather is not known; known are `soql`, `page-size`, "),
        "{far}"
    );
    assert_eq!(
        error_text("\"we\\nird\": 5").split_once(" is").unwrap().0,
        "config[\"we\\nird\"]"
    );
}

#[test]
fn a_missing_field_is_told_with_what_it_takes() {
    assert_eq!(
        walked("{}").unwrap_err(),
        "config.soql is missing: give text"
    );
    assert_eq!(
        error_text(r#""auth": {"jwt-bearer": {}}"#),
        "config.auth.jwt-bearer.private-key is missing: give text of 3 to 5 characters"
    );
}

#[test]
fn a_name_given_twice_is_refused() {
    assert_eq!(
        error_text(r#""soql": "y""#),
        "config.soql is given twice: keep one"
    );
    assert_eq!(
        error_text(r#""headers": {"A b": "1", "A b": "2"}"#),
        "config.headers[\"A b\"] is given twice: keep one"
    );
}

#[test]
fn a_wrong_type_is_told_with_the_right_one() {
    assert_eq!(
        error_text(r#""page-size": "many""#),
        "config.page-size must be a whole number from 200 to 2000, not \"many\""
    );
    assert_eq!(
        error_text(r#""page-size": null"#),
        "config.page-size must be a whole number from 200 to 2000, not null: leave it out instead"
    );
    assert_eq!(
        error_text(r#""deep": 1"#),
        "config.deep must be true or false, not 1"
    );
    assert_eq!(
        error_text(r#""headers": {"x": 5}"#),
        "config.headers.x must be text, not a number"
    );
    assert_eq!(
        error_text(r#""options": ["a", {}]"#),
        "config.options[1] must be text, not an object"
    );
    assert_eq!(
        walked("[]").unwrap_err(),
        "config must be an object, not a list"
    );
}

#[test]
fn bounds_are_told() {
    assert_eq!(
        error_text(r#""page-size": 199"#),
        "config.page-size must be a whole number from 200 to 2000, not 199"
    );
    assert_eq!(
        error_text(r#""page-size": 200.5"#),
        "config.page-size must be a whole number from 200 to 2000, not 200.5"
    );
    assert_eq!(
        error_text(r#""total": -1"#),
        "config.total must be a whole number, at least 0, not -1"
    );
    assert_eq!(
        error_text(r#""total": 1e400"#),
        "config.total must be a whole number, at least 0, not 1e400"
    );
    assert_eq!(
        error_text(r#""options": []"#),
        "config.options must be a list of 1 to 2 items, not 0 items"
    );
}

#[test]
fn a_wrong_case_is_told_with_its_neighbour() {
    assert_eq!(
        error_text(r#""format": "csvfile""#),
        "config.format must be one of `ndjson`, `csv-file`, not \"csvfile\"; did you mean `csv-file`?"
    );
}

#[test]
fn a_variant_takes_exactly_one_case() {
    assert_eq!(
        error_text(r#""auth": {}"#),
        "config.auth must be one of `jwt-bearer`, `no-login`, not none"
    );
    assert_eq!(
        error_text(r#""auth": {"jwt-bearer": {}, "no-login": {}}"#),
        "config.auth must be one of `jwt-bearer`, `no-login`, not 2 properties"
    );
    assert_eq!(
        error_text(r#""auth": {"jwt": {}}"#),
        "config.auth.jwt is not known; known are `jwt-bearer`, `no-login`"
    );
    assert_eq!(
        error_text(r#""auth": "jwt-bearer""#),
        "config.auth needs settings: give {\"jwt-bearer\": {...}}"
    );
    assert_eq!(
        error_text(r#""auth": {"no-login": {}}"#),
        "config.auth.no-login has no settings: give \"no-login\" instead of the object"
    );
}

#[test]
fn an_address_that_is_none_is_told() {
    let wanted = "config.url must be an absolute URI such as `https://host/path`, not text";
    for address in [
        "acme.my.salesforce.com",
        "https://a b",
        "https://",
        "https://host:99999",
        "https://a/%zz",
        " https://a",
    ] {
        assert_eq!(
            error_text(&format!(r#""url": "{address}""#)),
            wanted,
            "{address}"
        );
    }
    assert!(
        walked(r#"{"soql": "", "url": "https://acme.my.salesforce.com/services/Soap/u/62.0"}"#)
            .is_ok()
    );
}

#[test]
fn secrets_are_never_repeated() {
    let secret = "hunter2-hunter2";
    for members in [
        format!(r#""auth": {{"jwt-bearer": {{"private-key": "{secret}"}}}}"#),
        format!(r#""auth": {{"jwt-bearer": {{"private-key": ["{secret}"]}}}}"#),
        format!(r#""auth": {{"jwt-bearer": "{secret}"}}"#),
        format!(r#""auth": "{secret}""#),
        format!(r#""auth": {{"key": "{secret}"}}"#),
        format!(r#""url": "https://user:{secret}@ho st""#),
    ] {
        let sentence = error_text(&members);
        assert!(!sentence.contains("hunter2"), "{sentence}");
    }
    assert_eq!(
        error_text(r#""auth": {"jwt-bearer": {"private-key": "hunter2"}}"#),
        "config.auth.jwt-bearer.private-key must be text of 3 to 5 characters, not 7 characters"
    );
}

#[test]
fn json_is_kept_to_the_letter() {
    let value = walked(r#"{"soql": "x", "bind": {"z": 123456789012345678901234567890.10, "a": {"b" : 1}, "n": null}}"#).unwrap();
    let expected = serde_json::json!([
        ["z", "123456789012345678901234567890.10"],
        ["a", "{\"b\" : 1}"],
        ["n", "null"]
    ]);
    assert_eq!(value["bind"], expected);
}

#[test]
fn json_that_nobody_could_read_later_is_refused() {
    let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
    let sentence = error_text(&format!(r#""bind": {{"x": {deep}}}"#));
    assert_eq!(
        sentence,
        "config.bind.x is JSON that cannot be used: recursion limit exceeded"
    );
    let half = error_text(r#""headers": {"x": "\ud800"}"#);
    assert_eq!(
        half,
        "config.headers.x has an escape that is no character: fix the `\\u`"
    );
}

#[test]
fn defaults_are_filled_and_whole_numbers_may_be_written_with_a_point() {
    assert_eq!(
        walked(r#"{"soql": "x"}"#).unwrap(),
        serde_json::json!({"soql": "x", "page_size": 2000})
    );
    assert_eq!(
        walked(r#"{"soql": "x", "page-size": 2e2, "total": 18446744073709551615}"#).unwrap()["page_size"],
        200
    );
    assert!(error_text(r#""total": 18446744073709551616"#).contains("must be a whole number"));
}

#[test]
fn a_long_foreign_name_is_cut() {
    let sentence = error_text(&format!(r#""{}": 1"#, "x".repeat(10_000)));
    assert!(sentence.chars().count() < 300, "{sentence}");
}

#[test]
fn a_complaint_names_document_and_place() {
    let error_text = accept(
        &Shape::Record(&CONFIG),
        r#"{"soql": "x", "options": ["a", 1]}"#,
        "config",
    )
    .unwrap_err();
    assert_eq!(
        (error_text.what.as_str(), error_text.path.as_str()),
        ("config", "config.options[1]")
    );
    assert_eq!(error_text.to_string(), error_text.sentence);
}
