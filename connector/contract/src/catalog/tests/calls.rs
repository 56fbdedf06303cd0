//! The table of operations that the build script writes: what is called, and with what.

use super::generator::{WIT, generated};

fn assert_calls(wit: &str, calls: &[&str]) {
    let text = generated(wit, "table.rs").unwrap();
    for call in calls {
        assert!(text.contains(call), "no `{call}` in\n{text}");
    }
}

#[test]
fn every_operation_calls_the_function_of_its_name() {
    assert_calls(
        WIT,
        &[
            r#"("trial/act", Run::Call(|org, config, input| {"#,
            "config.read::<$crate::bindings::exports::salesforce::connector::trial::Settings>()?",
            "IntoAnswer::answer($functions::trial::act(org, &config, input)?)",
            r#"("trial/get-all", Run::Source(|org, _, _| { Ok(Box::new($functions::trial::get_all(org)?)) }))"#,
            "Ok(Box::new($functions::trial::load(org, &config, journal)?))",
            r#"("trial/changes", Run::Trigger(|org, _, checkpoint, wait_ms| { $functions::trial::changes(&org, checkpoint, wait_ms) }))"#,
        ],
    );
}

#[test]
fn an_input_that_must_be_there_is_demanded() {
    let wit = WIT.replace("input: option<content>", "input: content");
    assert_calls(
        &wit,
        &["$functions::trial::act(org, &config, needed(input)?)"],
    );
}

#[test]
fn what_sends_nothing_gets_no_org() {
    let wit = WIT.replacen("@effect write", "@effect pure", 1);
    let wit = wit.replacen(
        "act: func(connection: borrow<connection>, ",
        "act: func(",
        1,
    );
    assert_calls(
        &wit,
        &[
            "Run::Pure(|config, input| {",
            "$functions::trial::act(&config, input)",
        ],
    );
}
