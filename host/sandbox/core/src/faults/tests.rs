use super::*;

fn seen<'a>(method: &'a str, path: &'a str) -> RequestView<'a> {
    RequestView {
        method,
        path,
        query: None,
        body: b"<urn:create><sObjects/>",
    }
}

fn rule(text: &str) -> Rule {
    serde_json::from_str(text).unwrap()
}

/// Which of six requests a rule applies to.
fn strikes(rule_text: &str) -> Vec<bool> {
    let faults = Faults::default();
    faults.add(rule(rule_text));
    (0..6)
        .map(|_| faults.next_fault(seen("GET", "/q")).is_some())
        .collect()
}

#[test]
fn patterns_match_as_globs_or_prefixes() {
    let cases = [
        ("/services/data", "/services/data/v62.0/query", true),
        ("/services/data/*/query", "/services/data/v62.0/query", true),
        (
            "/services/data/*/query",
            "/services/data/v62.0/query/0r8-2000",
            false,
        ),
        ("*/query/*", "/services/data/v62.0/query/0r8-2000", true),
        (
            "*Account*",
            "/services/data/v62.0/query?q=SELECT+Id+FROM+Account",
            true,
        ),
        ("/a*b*c", "/axbxxc", true),
        ("/a*b*c", "/axxc", false),
    ];
    for (pattern, text, fits) in cases {
        assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
    }
}

#[test]
fn a_rule_skips_then_applies_then_stops() {
    let twice =
        r#"{"match":{"method":"get","path":"/q","skip":1},"fault":{"kind":"reset"},"times":2}"#;
    assert_eq!(strikes(twice), [false, true, true, false, false, false]);
    let faults = Faults::default();
    faults.add(rule(twice));
    assert!(faults.next_fault(seen("POST", "/q")).is_none());
    assert_eq!(faults.list()[0].matched, 0);
}

#[test]
fn a_rule_applies_to_every_nth_request_always_or_by_body() {
    let third = r#"{"match":{"skip":1,"every":3},"fault":"reset","times":"always"}"#;
    assert_eq!(strikes(third), [false, true, false, false, true, false]);
    let always = r#"{"fault":"reset","times":"always"}"#;
    assert_eq!(strikes(always), [true; 6]);
    let create = r#"{"match":{"contains":"<urn:create>"},"fault":"reset"}"#;
    assert_eq!(strikes(create)[..2], [true, false]);
    let update = r#"{"match":{"contains":"<urn:update>"},"fault":"reset"}"#;
    assert_eq!(strikes(update), [false; 6]);
}

#[test]
fn an_invalid_rule_is_rejected() {
    for text in [
        r#"{"fault":{"kind":"melt"}}"#,
        r#"{"fault":"melt"}"#,
        r#"{"fault":{"kind":"delay"}}"#,
        r#"{"fault":"reset","times":"often"}"#,
        r#"{"faults":1}"#,
    ] {
        assert!(serde_json::from_str::<Rule>(text).is_err(), "{text}");
    }
}

#[test]
fn a_rule_is_shown_as_it_is_taken() {
    let shown = serde_json::to_value(rule(r#"{"fault":"slow-body","times":"always"}"#)).unwrap();
    assert_eq!(shown["times"], "always");
    let again: Rule = serde_json::from_value(shown).unwrap();
    assert_eq!(again.fault, named("slow-body").unwrap());
}

#[test]
fn named_faults_are_many_and_each_has_its_own_name() {
    let all = Named::all();
    assert!(all.len() >= 40, "{} named faults", all.len());
    let names: std::collections::HashSet<&str> =
        all.iter().map(|known| known.name.as_str()).collect();
    assert_eq!(names.len(), all.len());
}
