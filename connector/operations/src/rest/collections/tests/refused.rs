//! Calls that are refused as a whole, and the records that they are refused for.

use super::*;
use salesforce_client::testing::flat;

#[test]
fn a_call_that_is_refused_as_a_whole_does_not_end_the_others() {
    let refused = r#"[{"errorCode":"INVALID_FIELD","message":"No such column"}]"#;
    let refusal = || Play::json(400, refused);
    let (client, ..) = org_of_accounts([refusal(), saved(2..4), refusal(), refusal()]);
    let config = CreateConfig {
        batch_size: Some(2),
        ..create_config()
    };
    let reply = create(&client, &config, &json(&records(4))).unwrap();
    assert_eq!(
        codes(&reply),
        ["INVALID_FIELD", "INVALID_FIELD", "ok", "ok"]
    );
}

/// Answers calls as an org does that refuses a whole call for a record that it cannot take.
fn picky(bad: &[usize], calls: &[std::ops::Range<usize>]) -> Vec<Play> {
    let refused =
        r#"[{"errorCode":"INVALID_FIELD","message":"Foreign key external ID not found"}]"#;
    let answer = |call: &std::ops::Range<usize>| match bad.iter().any(|bad| call.contains(bad)) {
        true => Play::json(400, refused),
        false => saved(call.clone()),
    };
    calls.iter().map(answer).collect()
}

#[test]
fn a_record_for_which_a_call_is_refused_fails_alone() {
    let plays = picky(&[5], &[0..8, 0..4, 4..8, 4..6, 4..5, 5..6, 6..8]);
    let (client, script, _) = org_of_accounts(plays);
    let reply = create(&client, &create_config(), &json(&records(8))).unwrap();
    let expected = ["ok", "ok", "ok", "ok", "ok", "INVALID_FIELD", "ok", "ok"];
    assert_eq!(codes(&reply), expected);
    assert_eq!(script.left(), 0);
    assert!(
        !flat(&reply.metadata)
            .iter()
            .any(|(name, _)| name == "fault")
    );
}

#[test]
fn a_request_that_is_refused_whatever_its_records_is_not_asked_for_ever() {
    let refused = r#"[{"errorCode":"INVALID_FIELD","message":"No such column"}]"#;
    let (client, script, _) = org_of_accounts((0..40).map(|_| Play::json(400, refused)));
    let fault = create(&client, &create_config(), &json(&records(200))).unwrap_err();
    assert_eq!(
        (fault.kind, fault.maybe_applied),
        (FaultKind::Invalid, false)
    );
    assert!(script.sent().len() < 20, "{} requests", script.sent().len());
}

#[test]
fn a_call_that_may_have_been_acted_on_is_not_taken_apart() {
    let (client, script, _) = org_of_accounts([lost()]);
    let fault = create(&client, &create_config(), &json(&records(4))).unwrap_err();
    assert!(fault.maybe_applied);
    assert_eq!(script.sent().len(), 3);
}

#[test]
fn a_call_that_is_saved_whole_or_not_is_refused_whole() {
    let (client, script, _) = org_of_accounts(picky(&[1], std::slice::from_ref(&(0..4))));
    let config = CreateConfig {
        all_or_none: true,
        ..create_config()
    };
    create(&client, &config, &json(&records(4))).unwrap_err();
    assert_eq!(script.left(), 0);
}

#[test]
fn a_record_that_salesforce_cannot_read_does_not_take_its_call_along() {
    let unreadable = r#"[{"errorCode":"JSON_PARSER_ERROR","message":"Cannot deserialize instance of double from VALUE_STRING value x or request may be missing a required field at [line:3, column:20]"}]"#;
    let answers = json!([{"id": id(0), "success": true, "errors": []}, {"id": id(2), "success": true, "errors": []}]);
    let (client, script, _) = org_of_accounts([
        Play::json(400, unreadable),
        Play::json(200, &answers.to_string()),
    ]);
    let reply = create(&client, &create_config(), &json(&records(3))).unwrap();
    assert_eq!(codes(&reply), ["ok", "JSON_PARSER_ERROR", "ok"]);
    assert!(!bodies(&script)[3].contains("N1"));
}
