//! Which queries a PushTopic may have.

use crate::org::{Clock, Org};
use sandbox_model::api_error::ApiError;
use sandbox_soql::Options;

use super::query::TopicQuery;

fn read(soql: &str) -> Result<TopicQuery, ApiError> {
    let org = Org::builder().clock(Clock::fixed(0)).without_data();
    let org = org.build().unwrap();
    TopicQuery::checked(soql, org.schema(), &Options::new(org.admin().as_str(), 0))
}

#[test]
fn names_get_the_form_of_the_schema() {
    let topic = read(
        "select ID, a.name from account a where industry = 'Energy' and (fax = null or a.rating = 'Hot')",
    );
    let topic = topic.unwrap();
    assert_eq!(topic.object, "Account");
    assert_eq!(topic.selected, ["Id", "Name"]);
    assert_eq!(topic.filtered, ["Industry", "Fax", "Rating"]);
}

#[test]
fn unsupported_queries_have_salesforces_messages() {
    let cases = [
        (
            "SELECT Id, Name FROM Account WHERE Id IN (SELECT AccountId FROM Contact)",
            "semi/anti join sub-selects are not supported",
        ),
        (
            "SELECT Id, AVG(AnnualRevenue) FROM Account",
            "Aggregate queries are not supported",
        ),
        (
            "SELECT Id, COUNT(Name) FROM Account",
            "Aggregate queries are not supported",
        ),
        (
            "SELECT Id, Name FROM Contact LIMIT 10",
            "'LIMIT' is not allowed",
        ),
        (
            "SELECT Id, Contact.Account.Name FROM Contact",
            "relationships are not supported",
        ),
        (
            "SELECT Id, Account.Name FROM Contact",
            "relationships are not supported",
        ),
        (
            "SELECT Id, (SELECT Id FROM Contacts) FROM Account",
            "relationships are not supported",
        ),
        (
            "SELECT Id, Name FROM Account ORDER BY Name",
            "'ORDER BY' clause is not allowed",
        ),
        (
            "SELECT AccountId FROM Contact GROUP BY AccountId",
            "Aggregate queries are not supported",
        ),
        (
            "SELECT Id FROM Account WHERE NOT Name = 'Salesforce.com'",
            "'NOT' is not supported",
        ),
        (
            "SELECT Id, Name FROM Account OFFSET 5",
            "'OFFSET' clause is not allowed",
        ),
        ("SELECT Id, Alias FROM User", "'User' is not supported"),
    ];
    for (soql, message) in cases {
        let error = read(soql).unwrap_err();
        assert_eq!(
            (error.code, error.message.as_str()),
            ("INVALID_FIELD", message),
            "{soql}"
        );
        assert_eq!(error.fields, Some(vec!["Query".into()]), "{soql}");
    }
}

#[test]
fn soql_errors_are_returned_unchanged() {
    for (soql, code) in [
        ("SELECT Id, Nope FROM Account", "INVALID_FIELD"),
        ("SELECT Id, Name FROM Nope", "INVALID_TYPE"),
        ("SELECT Id, Name FRM Account", "MALFORMED_QUERY"),
        (
            "SELECT Id, Name FROM Account WHERE Description = 'x'",
            "INVALID_FIELD",
        ),
    ] {
        assert_eq!(read(soql).unwrap_err().code, code, "{soql}");
    }
}

#[test]
fn a_query_has_to_select_the_id() {
    assert_eq!(
        read("SELECT Name FROM Account").unwrap_err().code,
        "INVALID_FIELD"
    );
    assert!(read("SELECT Id, Name FROM Shipment__c WHERE Name NOT IN ('a', 'b')").is_ok());
}
