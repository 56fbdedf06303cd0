mod meaning;

use super::{Choice, Select, Sort, build, not_for_bulk};
use serde_json::{Value, json};

fn accounts() -> Select {
    Select {
        from: "Account".into(),
        fields: vec!["Id".into()],
        ..Select::default()
    }
}

fn filtered(filter: &Value) -> Result<String, String> {
    let select = Select {
        filter: Some(filter.to_string()),
        ..accounts()
    };
    match build(&select) {
        Ok(soql) => Ok(soql
            .strip_prefix("SELECT Id FROM Account WHERE ")
            .unwrap()
            .to_owned()),
        Err(wrong) => Err(wrong.to_string()),
    }
}

fn compared(operator: &str, value: &Value) -> Result<String, String> {
    filtered(&json!({"field": "F", "operator": operator, "value": value}))
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn all_parts_stand_in_their_places() {
    let select = Select {
        from: "Opportunity".into(),
        fields: texts(&[
            "Id",
            " Account . Owner.Name ",
            "toLabel(StageName)",
            "FORMAT(Amount) shown",
        ]),
        choices: vec![Choice {
            relationship: "What".into(),
            branches: vec![("Account".into(), texts(&["Phone", "Owner.Name"]))],
            otherwise: texts(&["Name"]),
        }],
        children: vec![Select {
            from: "OpportunityLineItems".into(),
            fields: texts(&["Id", "PricebookEntry.Name"]),
            filter: Some(json!({"field": "Quantity", "operator": ">", "value": 2.50}).to_string()),
            sort: vec![Sort {
                field: "SortOrder".into(),
                ..Sort::default()
            }],
            limit: Some(5),
            ..Select::default()
        }],
        filter: Some(
            json!({"field": "CALENDAR_YEAR(CloseDate)", "operator": "equal", "value": 2026})
                .to_string(),
        ),
        sort: vec![
            Sort {
                field: "CloseDate".into(),
                descending: true,
                nulls_last: Some(true),
            },
            Sort {
                field: "Name".into(),
                descending: false,
                nulls_last: Some(false),
            },
        ],
        limit: Some(10),
        offset: Some(20),
        ..Select::default()
    };
    assert_eq!(
        build(&select).unwrap(),
        "SELECT Id, Account.Owner.Name, toLabel(StageName), FORMAT(Amount) shown, \
         TYPEOF What WHEN Account THEN Phone, Owner.Name ELSE Name END, \
         (SELECT Id, PricebookEntry.Name FROM OpportunityLineItems WHERE Quantity > 2.5 ORDER BY SortOrder ASC LIMIT 5) \
         FROM Opportunity WHERE CALENDAR_YEAR(CloseDate) = 2026 \
         ORDER BY CloseDate DESC NULLS LAST, Name ASC NULLS FIRST LIMIT 10 OFFSET 20"
    );
    assert_eq!(
        not_for_bulk(&select),
        ["it has an OFFSET", "it has a TYPEOF", "it reads children"]
    );
}

#[test]
fn groups_are_built_and_kept_from_bulk() {
    let select = Select {
        fields: texts(&[
            "Industry",
            "COUNT(Id) n",
            "FORMAT(MIN(AnnualRevenue))",
            "GROUPING(Industry)",
        ]),
        group_by: texts(&["ROLLUP(Industry, Type)"]),
        having: Some(json!({"field": "COUNT(Id)", "operator": ">=", "value": 2}).to_string()),
        ..accounts()
    };
    assert_eq!(
        build(&select).unwrap(),
        "SELECT Industry, COUNT(Id) n, FORMAT(MIN(AnnualRevenue)), GROUPING(Industry) FROM Account \
         GROUP BY ROLLUP(Industry, Type) HAVING COUNT(Id) >= 2"
    );
    assert_eq!(not_for_bulk(&select), ["it groups rows", "it aggregates"]);
    assert!(not_for_bulk(&accounts()).is_empty());
}

#[test]
fn every_operator_has_its_sign_and_its_values() {
    let date = json!({"date": "2026-01-31"});
    for (operator, value, soql) in [
        ("equal", json!("a"), "F = 'a'"),
        ("equal", json!(null), "F = null"),
        ("not-equal", json!(true), "F != true"),
        ("notequal", json!(1), "F != 1"),
        ("<>", json!(1), "F != 1"),
        ("less-than", json!(-1.5), "F < -1.5"),
        ("lessthanequal", date.clone(), "F <= 2026-01-31"),
        (
            "greater-than",
            json!({"datetime": "2026-01-31T10:00:00+01:00"}),
            "F > 2026-01-31T10:00:00+01:00",
        ),
        (
            "greaterthanequal",
            json!({"literal": "last_n_days:30"}),
            "F >= LAST_N_DAYS:30",
        ),
        ("like", json!("A%_"), "F LIKE 'A%_'"),
        ("LIKE", json!({"like-escaped": "50%"}), r"F LIKE '50\%'"),
        ("in", json!(["a", "b,c"]), "F IN ('a','b,c')"),
        ("notin", json!([1, null]), "F NOT IN (1,null)"),
        ("includes", json!(["A;B", "C"]), "F INCLUDES ('A;B','C')"),
        ("excludes", json!(["A"]), "F EXCLUDES ('A')"),
        ("starts-with", json!("50%"), r"F LIKE '50\%%'"),
        ("ends-with", json!("_x"), r"F LIKE '%\_x'"),
        ("contains", json!("O'N"), r"F LIKE '%O\'N%'"),
    ] {
        assert_eq!(
            compared(operator, &value).as_deref(),
            Ok(soql),
            "{operator} {value}"
        );
    }
}

#[test]
fn numbers_keep_all_their_digits() {
    let select = Select {
        filter: Some(r#"{"field":"F","operator":"=","value":123456789012345678.10}"#.into()),
        ..accounts()
    };
    assert!(
        build(&select)
            .unwrap()
            .ends_with("F = 123456789012345678.10")
    );
}

#[test]
fn values_that_an_operator_does_not_take_are_told_with_their_place() {
    for (operator, value, sentence) in [
        (
            "equal",
            json!(["a"]),
            "config.filter.value is a list, and `equal` takes one value: use `in` or `not-in`",
        ),
        (
            "equal",
            json!({"like-escaped": "a"}),
            "config.filter.value is escaped for `like`, and the operator is `equal`: give the text as it is",
        ),
        (
            "less-than",
            json!(null),
            "config.filter.value must be a value that has an order: `less-than` takes nothing else",
        ),
        (
            "like",
            json!(5),
            "config.filter.value must be text: `like` takes nothing else",
        ),
        (
            "contains",
            json!({"like-escaped": "5"}),
            "config.filter.value must be text: `contains` takes nothing else",
        ),
        (
            "in",
            json!("a,b"),
            "config.filter.value must be a list: `in` takes nothing else",
        ),
        (
            "in",
            json!(["a", ["b"]]),
            "config.filter.value[1] is no value that `in` takes: give plain values",
        ),
        (
            "in",
            json!([]),
            "config.filter.value is an empty list, which SOQL cannot express: give at least one element, or leave the query out",
        ),
        (
            "includes",
            json!(["a", 5]),
            "config.filter.value[1] is no value that `includes` takes: give texts, `A;B` for both at once",
        ),
        (
            "equal",
            json!({"date": "31.01.2026"}),
            "config.filter.value is not a date: write {\"date\": \"2026-01-31\"}",
        ),
        (
            "equals",
            json!(1),
            "config.filter.operator `equals` is no operator; did you mean `equal`?",
        ),
    ] {
        assert_eq!(compared(operator, &value).unwrap_err(), sentence);
    }
}

#[test]
fn filters_that_are_none_are_told_with_their_place() {
    for (filter, words) in [
        (json!([]), "config.filter is no filter"),
        (json!({"and": []}), "config.filter.and is empty"),
        (json!({"or": {}}), "config.filter.or is no list"),
        (
            json!({"and": [{"field": "A", "operator": "="}]}),
            "config.filter.and[0] has no `value`",
        ),
        (
            json!({"not": {"or": [{"field": "A"}]}}),
            "config.filter.not.or[0] needs `operator`, a text",
        ),
        (
            json!({"field": "A", "op": "=", "value": 1}),
            "config.filter has a member `op`",
        ),
        (
            json!({"and": [], "or": []}),
            "config.filter has a member `and`",
        ),
        (
            json!({"field": "A = 1 OR B", "operator": "=", "value": 1}),
            "config.filter.field is `A = 1 OR B`, which is no name",
        ),
        (
            json!({"field": "SLEEP(A)", "operator": "=", "value": 1}),
            "config.filter.field uses `SLEEP()`",
        ),
        (
            json!({"field": "COUNT(A)", "operator": "=", "value": 1}),
            "config.filter.field uses `COUNT()`",
        ),
        (
            json!({"field": "A", "operator": "=", "query": {}}),
            "config.filter.query goes with `in` and `not-in`",
        ),
        (
            json!({"field": "A", "operator": "in", "query": {"object": "B"}}),
            "config.filter.query needs `field`",
        ),
        (
            json!({"field": "A", "operator": "in", "query": {"object": "B", "field": "Id", "filter": {"field": "C", "operator": "in", "query": {}}}}),
            "config.filter.query.filter.query lies in another query",
        ),
    ] {
        let sentence = filtered(&filter).unwrap_err();
        assert!(sentence.contains(words), "{sentence}");
    }
}

#[test]
fn an_in_may_look_into_another_query() {
    let filter = json!({"field": "Id", "operator": "not-in", "query": {
        "object": "Contact", "field": "AccountId",
        "filter": {"or": [{"field": "Email", "operator": "like", "value": "%@a.b"}, {"field": "A", "operator": "=", "value": null}]}}});
    assert_eq!(
        filtered(&filter).unwrap(),
        "Id NOT IN (SELECT AccountId FROM Contact WHERE Email LIKE '%@a.b' OR A = null)"
    );
}

#[test]
fn names_that_are_none_are_refused() {
    let refused = |select: Select| build(&select).unwrap_err().to_string();
    for field in [
        "",
        "Name; DROP",
        "Name, Id",
        "a.b.c.d.e.f.g",
        "Name FROM",
        "(SELECT Id FROM Contacts)",
        "'x'",
        "Name Alias More",
        "COUNT(",
        "FIELDS(SOME)",
        "Näme",
        "Name--",
        "toLabel()",
    ] {
        let sentence = refused(Select {
            fields: vec![field.into()],
            ..accounts()
        });
        assert!(
            sentence.starts_with("config.fields[0] "),
            "{field}: {sentence}"
        );
    }
    for object in [
        "",
        "Account, Contact",
        "Account a",
        "Account.Owner",
        "Account WHERE Id != null",
    ] {
        let sentence = refused(Select {
            from: object.into(),
            ..accounts()
        });
        assert!(sentence.starts_with("config.object "), "{sentence}");
    }
    let sort = Sort {
        field: "Name DESC".into(),
        ..Sort::default()
    };
    let sentence = refused(Select {
        sort: vec![sort],
        ..accounts()
    });
    assert!(
        sentence.starts_with("config.sort[0].field is `Name DESC`"),
        "{sentence}"
    );
}

#[test]
fn children_go_as_deep_and_as_wide_as_soql() {
    let nested = |levels: usize| {
        let mut select = accounts();
        for _ in 1..levels {
            select = Select {
                from: "Kids__r".into(),
                fields: texts(&["Id"]),
                children: vec![select],
                ..Select::default()
            };
        }
        build(&select)
    };
    assert!(nested(5).is_ok());
    assert!(
        nested(6)
            .unwrap_err()
            .to_string()
            .contains("deeper than SOQL goes")
    );
    let wide = |children: usize| {
        build(&Select {
            children: vec![accounts(); children],
            ..accounts()
        })
    };
    assert!(wide(20).is_ok());
    assert!(wide(21).unwrap_err().to_string().contains("has 21 entries"));
}

#[test]
fn a_query_that_outgrows_the_limit_is_refused() {
    let ids = vec!["001000000000001AAA"; 6_000];
    let sentence = compared("in", &json!(ids)).unwrap_err();
    assert!(sentence.contains("Salesforce takes 100000"), "{sentence}");
}

#[test]
fn sentences_never_repeat_a_value() {
    let sentence = compared("like", &json!({"date": "secret"})).unwrap_err();
    assert!(!sentence.contains("secret"), "{sentence}");
}
