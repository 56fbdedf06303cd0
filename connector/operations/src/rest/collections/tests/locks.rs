//! Rows that somebody else was saving.

use super::*;

#[test]
fn only_rows_that_met_a_lock_are_sent_again_and_not_for_ever() {
    let locked = || failed("UNABLE_TO_LOCK_ROW");
    let first = json!([locked(), {"id": id(1), "success": true, "errors": []}, locked()]);
    let second = json!([{"id": id(0), "success": true, "errors": []}, locked()]);
    let third = || Play::json(200, &json!([locked()]).to_string());
    let answers = [
        Play::json(200, &first.to_string()),
        Play::json(200, &second.to_string()),
    ];
    let (client, script, clock) =
        org_of_accounts(answers.into_iter().chain([third(), third(), third()]));
    let reply = create(&client, &create_config(), &json(&records(3))).unwrap();
    assert_eq!(codes(&reply), ["ok", "ok", "UNABLE_TO_LOCK_ROW"]);
    assert!(bodies(&script)[3].contains("N0") && !bodies(&script)[3].contains("N1"));
    assert_eq!((script.left(), clock.slept().len()), (0, 4));
}

#[test]
fn a_call_that_met_a_lock_and_is_saved_whole_or_not_is_sent_again_whole() {
    let first = json!([
        failed("UNABLE_TO_LOCK_ROW"),
        failed("ALL_OR_NONE_OPERATION_ROLLED_BACK")
    ]);
    let (client, ..) = org_of_accounts([Play::json(200, &first.to_string()), saved(0..2)]);
    let config = CreateConfig {
        all_or_none: true,
        ..create_config()
    };
    let reply = create(&client, &config, &json(&records(2))).unwrap();
    assert_eq!(codes(&reply), ["ok", "ok"]);
}
