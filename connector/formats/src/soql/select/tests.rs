//! Tests of reading the SELECT list.

use super::{Item, SelectList};

fn read(soql: &str) -> SelectList {
    SelectList::read(soql).unwrap_or_else(|| panic!("not read: {soql}"))
}

/// Writes columns as a CSV header would, children as `(Contacts)`, FIELDS() as `*`.
fn columns(soql: &str) -> String {
    let items = read(soql).items;
    let named = items.iter().map(|item| match item {
        Item::Value(path) => path.join("."),
        Item::Children(name) => format!("({name})"),
        Item::Fields => "*".to_owned(),
    });
    named.collect::<Vec<_>>().join(" ")
}

#[test]
fn columns_come_in_order_under_the_names_of_the_answer() {
    let cases = [
        ("SELECT Id FROM Account", "Id"),
        (
            "select id,name\n,\tOwner.Manager.Name from Account limit 5",
            "id name Owner.Manager.Name",
        ),
        (
            "SELECT Id, Shipment__r.Carrier__r.Name FROM Stop__c",
            "Id Shipment__r.Carrier__r.Name",
        ),
        (
            "SELECT toLabel(Status), FORMAT(Amount), convertCurrency(Amount) amt FROM Opportunity",
            "Status Amount amt",
        ),
        (
            "SELECT FORMAT(convertCurrency(Amount)), toLabel(Account.Type) FROM Opportunity",
            "Amount Account.Type",
        ),
        (
            "SELECT FORMAT(MIN(CloseDate)), format(max(CloseDate)) latest FROM Opportunity",
            "expr0 latest",
        ),
        (
            "SELECT COUNT(Id) total, SUM(Amount), StageName, AVG(Amount) FROM Opportunity GROUP BY StageName",
            "total expr0 StageName expr1",
        ),
        (
            "SELECT CALENDAR_YEAR(convertTimezone(CreatedDate)), COUNT(Id) FROM Lead GROUP BY CALENDAR_YEAR(CreatedDate)",
            "expr0 expr1",
        ),
        (
            "SELECT Account.Name, COUNT(Id) FROM Contact GROUP BY Account.Name",
            "Name expr0",
        ),
        (
            "SELECT Account.Name an FROM Contact GROUP BY Account.Name",
            "an",
        ),
        ("SELECT COUNT_DISTINCT(Account.Name) FROM Contact", "expr0"),
        (
            "SELECT GROUPING(Rating) g, Rating, COUNT(Id) FROM Lead GROUP BY ROLLUP(Rating)",
            "g Rating expr0",
        ),
        (
            "SELECT Id, (SELECT Id, Name FROM Contacts WHERE Name LIKE '%)%'), Name FROM Account",
            "Id (Contacts) Name",
        ),
        (
            "SELECT (SELECT Id, (SELECT Id FROM Assets) FROM Account.Contacts LIMIT 2) FROM Account",
            "(Contacts)",
        ),
        ("SELECT FIELDS(ALL) FROM Account LIMIT 200", "*"),
        (
            "SELECT Id, fields ( custom ), Owner.Name FROM Account",
            "Id * Owner.Name",
        ),
        (
            "SELECT a.Name, a.Owner.Name FROM Account a WHERE a.Id != null",
            "Name Owner.Name",
        ),
        (
            "SELECT Account.Name, account.Owner.Name FROM Account",
            "Name Owner.Name",
        ),
        ("SELECT Account.Name FROM Contact", "Account.Name"),
        (
            "SELECT c.Name, a.Name, o.Name FROM Contact AS c, c.Account a, a.Owner o WHERE a.Name = 'x'",
            "Name Account.Name Account.Owner.Name",
        ),
        (
            "SELECT TYPEOF What WHEN Account THEN Phone, Name WHEN Opportunity THEN Amount, Name ELSE Name, Owner.Email END, Id FROM Event",
            "What.Phone What.Name What.Amount What.Owner.Email Id",
        ),
        (
            "SELECT DISTANCE(Loc__c, GEOLOCATION(37.7,-122.4), 'mi') d, Loc__c FROM Depot__c",
            "d Loc__c",
        ),
    ];
    for (soql, expected) in cases {
        assert_eq!(columns(soql), expected, "{soql}");
    }
}

#[test]
fn counting_has_no_rows() {
    for soql in [
        "SELECT COUNT() FROM Account",
        "select count ( ) from Account where Name = 'FROM (' limit 3",
    ] {
        let list = read(soql);
        assert!(
            list.count_only && list.items.is_empty() && !list.aggregate,
            "{soql}"
        );
    }
    let list = read("SELECT COUNT(Id) FROM Account");
    assert!(!list.count_only && list.aggregate);
}

#[test]
fn limit_is_that_of_the_outermost_query() {
    assert!(read("SELECT Id FROM Account ORDER BY Name LIMIT 5").has_limit);
    assert!(!read("SELECT Id, (SELECT Id FROM Contacts LIMIT 5) FROM Account").has_limit);
    assert!(!read("SELECT Id FROM Account WHERE Name = 'LIMIT 5' AND Id IN (SELECT AccountId FROM Contact LIMIT 1)").has_limit);
}

#[test]
fn the_object_is_told_as_written() {
    assert_eq!(
        read("SELECT Id FROM ns__Shipment__c USING SCOPE mine").from,
        "ns__Shipment__c"
    );
    assert_eq!(read("SELECT Id FROM Account FOR VIEW").from, "Account");
}

#[test]
fn grouping_alone_makes_an_aggregate_query() {
    assert!(read("SELECT Name n FROM Account GROUP BY Name").aggregate);
    assert!(!read("SELECT Name, (SELECT COUNT(Id) FROM Contacts) FROM Account").aggregate);
}

#[test]
fn children_and_openness_are_told() {
    let list = read("SELECT Id, (SELECT Id FROM Contacts), (SELECT Id FROM Cases) FROM Account");
    assert_eq!(list.children().collect::<Vec<_>>(), ["Contacts", "Cases"]);
    assert!(list.is_closed());
    assert!(!read("SELECT FIELDS(STANDARD) FROM Account").is_closed());
}

#[test]
fn broken_soql_is_left_to_the_org() {
    for soql in [
        "",
        "SELECT",
        "SELECT FROM Account",
        "SELECT Id, FROM Account",
        "SELECT Id",
        "SELECT Id FROM",
        "SELECT Id Name Phone FROM Account",
        "SELECT (SELECT Id FROM Contacts FROM Account",
        "SELECT Id FROM Account WHERE Name = 'x",
        "SELECT COUNT(Id FROM Account",
        "SELECT TYPEOF What WHEN Account THEN Phone FROM Event",
        "SELECT Id FROM Account WHERE (Name = 'x'))",
        "UPDATE Account",
        "SELECT 5 FROM Account",
    ] {
        assert_eq!(SelectList::read(soql), None, "{soql}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_fail(soql in "(SELECT|FROM|TYPEOF|WHEN|END|[a-z(),.':]| ){0,40}") {
        let _ = SelectList::read(&soql);
    }
}
