//! Tests of bind variables.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

use super::super::lex::{Kind, tokens};
use super::{BindError, bind, bind_in_zone};
use crate::zone::Zone;

fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values
        .iter()
        .map(|(name, json)| ((*name).to_owned(), (*json).to_owned()))
        .collect()
}

fn bound(soql: &str, values: &[(&str, &str)]) -> String {
    bind(soql, &pairs(values)).unwrap()
}

fn refusal(soql: &str, values: &[(&str, &str)]) -> String {
    bind(soql, &pairs(values)).unwrap_err().to_string()
}

#[test]
fn values_become_typed_literals() {
    let cases = [
        (r#""Acme""#, "'Acme'"),
        (r#""O'Neil \\ Söhne""#, r"'O\'Neil \\ Söhne'"),
        (
            r#""a\nb\r\t\b\f\u0000\u001f\u007f""#,
            r"'a\nb\r\t\b\f\u0000\u001f\u007f'",
        ),
        (r#""50%_""#, "'50%_'"),
        (r#"{"like-escaped":"50%_\\"}"#, r"'50\%\_\\'"),
        ("12345678901234567890.10", "12345678901234567890.10"),
        ("-0.5", "-0.5"),
        ("true", "true"),
        ("null", "null"),
        (r#"{"date":"2026-01-31"}"#, "2026-01-31"),
        (
            r#"{"datetime":"2026-01-31T10:00:00.000+0000"}"#,
            "2026-01-31T10:00:00.000Z",
        ),
        (r#"{"time":"10:00"}"#, "10:00:00Z"),
        (r#"{"time":"23:59:59.999Z"}"#, "23:59:59.999Z"),
        (
            r#"{"currency":"usd1234567890123456.78"}"#,
            "USD1234567890123456.78",
        ),
        (r#"{"currency":"EUR5"}"#, "EUR5"),
        (r#"{"literal":"last_n_days:30"}"#, "LAST_N_DAYS:30"),
        (r#" [ "a", "b'c" ] "#, r"('a','b\'c')"),
        (r#"[1,null,{"date":"2026-01-31"}]"#, "(1,null,2026-01-31)"),
    ];
    for (json, literal) in cases {
        assert_eq!(
            bound("WHERE A = :x AND B", &[("x", json)]),
            format!("WHERE A = {literal} AND B")
        );
    }
}

#[test]
fn binds_are_found_wherever_a_value_may_stand() {
    let one = [("n", "1")];
    for (soql, expected) in [
        ("LIMIT :n", "LIMIT 1"),
        ("LIMIT:n OFFSET : n", "LIMIT 1 OFFSET 1"),
        ("A=:n", "A=1"),
        ("A IN (:n,:n)", "A IN (1,1)"),
        ("A IN:n", "A IN 1"),
        ("A > LAST_N_DAYS:n", "A > LAST_N_DAYS:1"),
        ("A > n_days_ago: n)", "A > n_days_ago:1)"),
        ("A=':n' AND B=:n", "A=':n' AND B=1"),
        (r"A='\':n' AND B=:n", r"A='\':n' AND B=1"),
        (
            "A>2026-01-31T10:00:00Z AND B=:n",
            "A>2026-01-31T10:00:00Z AND B=1",
        ),
        (
            "A=LAST_N_DAYS:30 AND B=\n:n\n",
            "A=LAST_N_DAYS:30 AND B=\n1\n",
        ),
    ] {
        assert_eq!(bound(soql, &one), expected);
    }
    assert_eq!(bound("A = :acc.Id.", &[("acc.Id", "1")]), "A = 1.");
    assert_eq!(
        bound("A=2026-01-31T10:00:00Z AND B=NEXT_N_WEEKS:2", &[]),
        "A=2026-01-31T10:00:00Z AND B=NEXT_N_WEEKS:2"
    );
}

#[test]
fn a_bound_text_is_not_searched_for_binds() {
    assert_eq!(
        bound("A=:a AND B=:b", &[("a", r#"":b""#), ("b", "2")]),
        "A=':b' AND B=2"
    );
}

#[test]
fn every_refusal_names_the_bind_and_the_remedy() {
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case<'_>; 16] = [
        (
            "A = :nmae",
            &[("name", "1")],
            "the SOQL uses :nmae at character 5, but no value has that name: did you mean :name?",
        ),
        (
            "é = :b",
            &[],
            "the SOQL uses :b at character 5, but no value has that name: add it to `bind`",
        ),
        (
            "A = 1",
            &[("b", "1")],
            "`bind` has a value `b`, but the SOQL does not use :b: use it or take it out",
        ),
        (
            "A = ':b'",
            &[("b", "1")],
            "`bind` has a value `b`, but the SOQL does not use :b: use it or take it out",
        ),
        (
            "A = :b",
            &[("b", "1"), ("b", "2")],
            "`bind` has two values `b`: keep one",
        ),
        (
            "A = 'x",
            &[],
            "the SOQL has a string that begins at character 5 and never ends: close it with a single quote",
        ),
        (
            "A = :b",
            &[("b", "Acme")],
            "the value of bind `b` is not JSON: write text in double quotes, for example \"Acme\"",
        ),
        (
            "A = :b",
            &[("b", "1 OR 1")],
            "the value of bind `b` is not JSON: write text in double quotes, for example \"Acme\"",
        ),
        (
            "A IN :b",
            &[("b", "[]")],
            "the value of bind `b` is an empty list, which SOQL cannot express: give at least one element, or leave the query out",
        ),
        (
            "A IN :b",
            &[("b", "[[1]]")],
            "the value of bind `b` holds a list inside a list: give one flat list",
        ),
        (
            "A = :b",
            &[("b", "1e5")],
            "the value of bind `b` is a number with an exponent: write all its digits",
        ),
        (
            "A = :b",
            &[("b", r#"{"date":"2026-02-30"}"#)],
            "the value of bind `b` is not a date: write {\"date\": \"2026-01-31\"}",
        ),
        (
            "A = :b",
            &[("b", r#"{"datetime":"2026-01-31T10:00:00"}"#)],
            "the value of bind `b` is not a date-time with an offset: write {\"datetime\": \"2026-01-31T10:00:00Z\"}",
        ),
        (
            "A = :b",
            &[("b", r#"{"literal":"TODAY OR Id != null"}"#)],
            "the value of bind `b` is not a date literal of SOQL: write {\"literal\": \"TODAY\"} or {\"literal\": \"LAST_N_DAYS:30\"}",
        ),
        (
            "A LIKE :b",
            &[("b", r#"{"like-escaped":5}"#)],
            "the value of bind `b` needs text to escape: write {\"like-escaped\": \"50%\"}",
        ),
        (
            "A > LAST_N_DAYS:b",
            &[("b", "-3")],
            "the value of bind `b` must be a whole number from 0 here, as in LAST_N_DAYS:30",
        ),
    ];
    for (soql, values, sentence) in cases {
        assert_eq!(refusal(soql, values), sentence);
    }
    for object in [
        r"{}",
        r#"{"date":"2026-01-31","datetime":"x"}"#,
        r#"{"Date":"2026-01-31"}"#,
    ] {
        assert!(refusal("A = :b", &[("b", object)]).contains("stands for no literal"));
    }
}

#[test]
fn a_query_that_outgrows_the_limit_is_refused() {
    let ids = serde_json::to_string(&vec!["001000000000001AAA"; 6_000]).unwrap();
    let error = bind(
        "SELECT Id FROM Account WHERE Id IN :ids",
        &pairs(&[("ids", &ids)]),
    )
    .unwrap_err();
    assert!(matches!(error, BindError::TooLong { chars } if chars > 100_000));
}

#[test]
fn errors_never_repeat_the_value() {
    let sentence = refusal("A = :b", &[("b", r#"{"date":"4111-secret"}"#)]);
    assert!(!sentence.contains("secret"));
}

/// Undoes SOQL's escapes, independently of the writer.
pub fn unquoted(literal: &str) -> String {
    let inner = literal
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .unwrap();
    let mut chars = inner.chars();
    let mut out = String::new();
    while let Some(char) = chars.next() {
        assert_ne!(char, '\'', "a bare quote inside the literal");
        if char != '\\' {
            out.push(char);
            continue;
        }
        out.push(match chars.next().unwrap() {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let hex: String = chars.by_ref().take(4).collect();
                char::from_u32(u32::from_str_radix(&hex, 16).unwrap()).unwrap()
            }
            plain @ ('\\' | '\'' | '%' | '_' | '"') => plain,
            other => panic!("SOQL knows no escape \\{other}"),
        });
    }
    out
}

pub fn nasty_text() -> impl Strategy<Value = String> {
    let nasty = prop_oneof![
        any::<char>(),
        Just('\''),
        Just('\\'),
        Just('%'),
        Just('_'),
        Just(':'),
        Just('"'),
        Just('\n'),
        Just('\u{0}'),
        Just('\u{2028}'),
        Just(')'),
    ];
    proptest::collection::vec(nasty, 0..40).prop_map(|chars| chars.into_iter().collect())
}

#[test]
fn times_without_offset_are_those_of_the_zone_unless_the_clocks_changed() {
    let berlin = Zone::from_name("Europe/Berlin").unwrap();
    let written = |time: &str| {
        let value = format!(r#"{{"datetime":"{time}"}}"#);
        bind_in_zone("A = :b", &[("b".into(), value)], Some(&berlin))
    };
    assert_eq!(
        written("2026-07-01T12:00:00").unwrap(),
        "A = 2026-07-01T12:00:00+02:00"
    );
    for (time, reason) in [
        ("2026-03-29T02:30:00", "the change of clocks"),
        ("2026-10-25T02:30:00", "the change of clocks"),
        ("2026-02-30T10:00:00", "not a date-time"),
    ] {
        let refused = written(time).unwrap_err().to_string();
        assert!(refused.contains(reason), "{time}: {refused}");
    }
}

proptest! {
    #[test]
    fn a_bound_string_is_exactly_one_literal_with_the_same_text(text in nasty_text(), like in any::<bool>()) {
        let json = serde_json::to_string(&text).unwrap();
        let json = if like { format!(r#"{{"like-escaped":{json}}}"#) } else { json };
        let soql = bound("SELECT Id FROM Account WHERE Name LIKE :x AND Type = 'y'", &[("x", &json)]);
        let found = tokens(&soql).unwrap();
        let kinds: Vec<_> = found.iter().map(|token| token.kind).collect();
        use Kind::{Symbol, Text, Word};
        assert_eq!(kinds, [Word, Word, Word, Word, Word, Word, Word, Text, Word, Word, Symbol, Text]);
        assert_eq!(unquoted(found[7].text), text);
    }

    #[test]
    fn a_bound_list_keeps_one_literal_for_each_element(texts in proptest::collection::vec(nasty_text(), 1..6)) {
        let soql = bound("WHERE Name IN :x", &[("x", &serde_json::to_string(&texts).unwrap())]);
        let read: Vec<_> = tokens(&soql).unwrap().iter().filter(|token| token.kind == Kind::Text).map(|token| unquoted(token.text)).collect();
        assert_eq!(read, texts);
    }

    #[test]
    fn any_soql_without_binds_stays_as_it_is_or_is_refused(soql in nasty_text()) {
        if let Ok(same) = bind(&soql, &[]) {
            assert_eq!(same, soql);
        }
    }
}
