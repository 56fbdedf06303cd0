use super::*;
use crate::ast::{Argument, Comparison, Condition, FieldSet, Operand, SelectItem, Totals};
use crate::literal::Literal;

fn rejected(soql: &str) -> String {
    parse(soql).unwrap_err().message
}

/// The last line of an error and its column.
fn error_text(soql: &str) -> (usize, String) {
    let message = rejected(soql);
    let (place, error_text) = message.rsplit_once('\n').unwrap_or(("", &message));
    let column = place
        .rsplit(':')
        .next()
        .and_then(|column| column.parse().ok());
    (column.unwrap_or_default(), error_text.to_owned())
}

#[test]
fn every_clause_is_read() {
    let soql = "SELECT Id, a.Owner.Name, (SELECT Id FROM a.Contacts LIMIT 3), toLabel(Rating) label \
        FROM Account a USING SCOPE everything WHERE Name LIKE 'A%' ORDER BY Name DESC NULLS LAST, Id \
        LIMIT 10 OFFSET 5 FOR VIEW";
    let query = parse(soql).unwrap();
    assert_eq!(query.select.len(), 4);
    assert_eq!(query.from.alias.unwrap().text, "a");
    assert_eq!(query.scope.unwrap().text, "everything");
    assert!(matches!(
        query.filter,
        Some(Condition::Compare(_, Comparison::Like, _))
    ));
    assert_eq!(
        query
            .order
            .iter()
            .map(|item| (item.descending, item.nulls_last))
            .collect::<Vec<_>>(),
        [(true, true), (false, false)]
    );
    assert_eq!(
        (query.limit, query.offset.map(|(rows, _)| rows)),
        (Some(10), Some(5))
    );
    let SelectItem::Children(children) = &query.select[2] else {
        panic!()
    };
    assert_eq!(children.from.path.text(), "a.Contacts");
}

#[test]
fn grouping_and_functions_are_read() {
    let soql = "SELECT CALENDAR_YEAR(convertTimezone(CreatedDate)) y, COUNT(Id), GROUPING(Type) \
        FROM Account GROUP BY ROLLUP(CALENDAR_YEAR(convertTimezone(CreatedDate)), Type) HAVING COUNT(Id) > 1";
    let query = parse(soql).unwrap();
    assert_eq!(query.group.unwrap().totals, Totals::Rollup);
    assert!(query.having.is_some());
    let SelectItem::Value {
        operand: Operand::Function(year),
        alias,
    } = &query.select[0]
    else {
        panic!()
    };
    assert_eq!(
        (year.name.as_str(), alias.as_ref().unwrap().text.as_str()),
        ("CALENDAR_YEAR", "y")
    );
    assert!(
        matches!(&year.arguments[0], Argument::Operand(Operand::Function(inner)) if inner.name == "CONVERTTIMEZONE")
    );
}

#[test]
fn fields_and_typeof_are_read() {
    let soql = "SELECT FIELDS(CUSTOM), TYPEOF What WHEN Account THEN Name, Phone WHEN Case THEN Subject ELSE Id END FROM Task";
    let query = parse(soql).unwrap();
    assert!(matches!(
        query.select[0],
        SelectItem::Fields(FieldSet::Custom, 7)
    ));
    let SelectItem::TypeOf(type_of) = &query.select[1] else {
        panic!()
    };
    assert_eq!(
        (
            type_of.when.len(),
            type_of.when[0].1.len(),
            type_of.otherwise.len()
        ),
        (2, 2, 1)
    );
}

#[test]
fn literals_are_read() {
    let soql = "SELECT Id FROM A WHERE a IN ('x', null, -1.5, true, 2026-01-02, 2026-01-02T00:00:00Z, LAST_N_DAYS:30, USD5.5)";
    let Some(Condition::In(_, true, values)) = parse(soql).unwrap().filter else {
        panic!()
    };
    assert_eq!(values.len(), 8);
    assert_eq!(values[1].literal, Literal::Null);
    assert_eq!(values[2].literal, Literal::Number(-1.5));
    assert_eq!(values[7].literal, Literal::Currency(5.5));
}

#[test]
fn an_object_may_be_called_group() {
    let query = parse("SELECT Id FROM Group WHERE Type = 'Queue' GROUP BY Id").unwrap();
    assert_eq!(query.from.path.text(), "Group");
    assert!(query.group.is_some());
    assert!(parse("SELECT Id FROM GROUP BY Id").is_err());
}

#[test]
fn reserved_words_cannot_be_names() {
    assert_eq!(
        parse("SELECT Id FROM Account ORDER BY Name")
            .unwrap()
            .order
            .len(),
        1
    );
    assert!(
        parse("SELECT Id FROM Account OFFSET 5")
            .unwrap()
            .offset
            .is_some()
    );
    assert!(
        parse("SELECT Id FROM Account LIMIT 1")
            .unwrap()
            .from
            .alias
            .is_none()
    );
}

#[test]
fn syntax_errors_have_a_location() {
    let cases = [
        ("SELECT Id FORM Account", 15, "unexpected token: 'Account'"),
        ("SELECT Id, FROM Account", 11, "unexpected token: 'FROM'"),
        ("SELECT FROM Account", 7, "unexpected token: 'FROM'"),
        ("SELEC Id FROM Account", 1, "unexpected token: 'SELEC'"),
        ("SELECT Id FROM", 14, "unexpected token: '<EOF>'"),
        (
            "SELECT Id FROM Account WHERE",
            28,
            "unexpected token: '<EOF>'",
        ),
        (
            "SELECT Id FROM Account WHERE Name = 'O'Brien'",
            0,
            "line 1:45 mismatched character '<EOF>' expecting '''",
        ),
        (
            "SELECT Id FROM Account WHERE Name = 'O'Brien",
            39,
            "unexpected token: 'Brien'",
        ),
        (
            "SELECT Id FROM Account WHERE (Name = 'a'",
            40,
            "expecting a right parentheses, found '<EOF>'",
        ),
        (
            "SELECT Id FROM Account WHERE a = 1 AND b = 2 OR c = 3",
            45,
            "unexpected token: 'OR'",
        ),
        (
            "SELECT Id FROM Account WHERE a = 1 OR b = 2 AND c = 3",
            44,
            "unexpected token: 'AND'",
        ),
        (
            "SELECT Id FROM Account WHERE Name IS NULL",
            34,
            "unexpected token: 'IS'",
        ),
        (
            "SELECT Id FROM Account LIMIT x",
            29,
            "unexpected token: 'x'",
        ),
        (
            "SELECT Id FROM Account LIMIT 1 LIMIT 2",
            31,
            "unexpected token: 'LIMIT'",
        ),
        (
            "SELECT Id FROM Account; SELECT Id FROM Contact",
            22,
            "unexpected token: ';'",
        ),
        (
            "SELECT Id FROM Account WHERE Name = :name",
            37,
            "Bind variables only allowed in Apex code",
        ),
        (
            "SELECT Id FROM Account WHERE Name IN :names",
            38,
            "Bind variables only allowed in Apex code",
        ),
        (
            "SELECT Id FROM Account WHERE Name = Site",
            37,
            "Bind variables only allowed in Apex code",
        ),
        (
            "SELECT Id FROM Account ALL ROWS",
            24,
            "ALL ROWS not allowed in this context",
        ),
        (
            "SELECT Id FROM Account WITH SECURITY_ENFORCED",
            24,
            "SECURITY_ENFORCED not allowed in this context",
        ),
        (
            "SELECT Id FROM Account WHERE d = 2026-02-30",
            34,
            "Invalid date: 2026-02-30",
        ),
        (
            "SELECT Id -- all\nFROM Account",
            10,
            "unexpected token: '-'",
        ),
    ];
    for (soql, column, message) in cases {
        assert_eq!(error_text(soql), (column, message.to_owned()), "{soql}");
    }
}

#[test]
fn unknown_escapes_are_rejected() {
    let message = rejected(r"SELECT Id FROM Account WHERE Name = 'a\d'");
    assert_eq!(
        message,
        r"Invalid string literal 'a\d'. Illegal character sequence '\d' in string literal."
    );
}

#[test]
fn sizes_are_bounded() {
    let long = format!(
        "SELECT Id FROM Account WHERE Name IN ({})",
        "'a',".repeat(30_000)
    );
    assert_eq!(
        rejected(&long),
        "SOQL statements can not be longer than 100000 characters"
    );
    let deep = format!(
        "SELECT Id FROM Account WHERE {}Name = 'a'{}",
        "(".repeat(5_000),
        ")".repeat(5_000)
    );
    assert_eq!(
        parse(&deep).unwrap_err().code,
        ErrorCode::QueryTooComplicated
    );
    let wide = format!(
        "SELECT Id FROM Account WHERE Name = '{}'",
        "a".repeat(4_001)
    );
    assert!(rejected(&wide).ends_with("maximum length of a string literal is 4000 characters"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(soql in "[ -~äß\n]{0,80}") {
        drop(parse(&soql));
        drop(parse(&format!("SELECT Id FROM Account WHERE {soql}")));
    }
}
