use serde_json::Value as Json;

use super::*;
use crate::org::{Clock, Org};
use sandbox_soql::Options;
use sandbox_soql::render::json::Json as JsonFormat;

/// A search over the default data: object and record of each hit.
fn run(sosl: &str) -> Result<Vec<(String, Json)>, ApiError> {
    let org = Org::builder()
        .clock(Clock::fixed(1_790_000_000_000))
        .build()
        .unwrap();
    let search = parse(sosl)?;
    let format = JsonFormat::new("62.0");
    let options = Options::new(org.admin().as_str(), org.clock().now());
    org.store().read(|connection| {
        let hits = search.run(org.schema(), connection, &options, &format)?;
        Ok(hits
            .iter()
            .flat_map(|hits| {
                hits.records.iter().map(|it| {
                    (
                        hits.object.name.clone(),
                        serde_json::from_slice(it).unwrap(),
                    )
                })
            })
            .collect())
    })
}

fn names(sosl: &str) -> Vec<String> {
    run(sosl)
        .unwrap()
        .into_iter()
        .map(|(_, it)| it["Name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn searches_find_words_in_the_fields_of_their_group() {
    assert_eq!(
        names("FIND {gene*} IN NAME FIELDS RETURNING Account(Name)"),
        ["GenePoint"]
    );
    assert_eq!(
        names("FIND {united oil} RETURNING Account(Name ORDER BY Name)"),
        ["United Oil & Gas", "United Oil & Gas, UK"]
    );
    assert_eq!(
        names("find {united AND NOT uk} returning account(name)"),
        ["United Oil & Gas"]
    );
    assert_eq!(
        names("FIND {8673450} IN PHONE FIELDS RETURNING Account(Name), Contact(Name)"),
        ["GenePoint", "Edna Frank"]
    );
    assert_eq!(
        names("FIND {genepoint.example} IN EMAIL FIELDS RETURNING Contact(Name)"),
        ["Edna Frank"]
    );
    assert!(names("FIND {genepoint.example} IN NAME FIELDS RETURNING Contact(Name)").is_empty());
    assert_eq!(
        names("FIND {umlauts} RETURNING Account(Name)"),
        ["Queue & Søn \"Nordic\""]
    );
    assert!(names("FIND {umlauts} IN NAME FIELDS RETURNING Account(Name)").is_empty());
}

#[test]
fn returning_takes_what_soql_takes() {
    let found = run(
        "FIND {oil} RETURNING Account(Name, Owner.Name WHERE BillingCountry = 'USA' AND (Rating = 'Hot' OR Name = 'x)') \
         ORDER BY Name LIMIT 5), Opportunity",
    )
    .unwrap();
    assert_eq!(found.len(), 3);
    assert_eq!(found[0].1["Owner"]["Name"], "Sandbox Admin");
    assert!(found[0].1.get("Id").is_none(), "only what was asked for");
    assert_eq!(found[1].0, "Opportunity");
    assert_eq!(found[1].1["attributes"]["type"], "Opportunity");
    assert!(found[1].1["Id"].is_string());
}

#[test]
fn without_returning_all_objects_are_searched() {
    let found = run("FIND {edge}").unwrap();
    let mut objects: Vec<_> = found.iter().map(|(object, _)| object.as_str()).collect();
    objects.dedup();
    assert!(
        objects.contains(&"Account") && objects.contains(&"Opportunity"),
        "{objects:?}"
    );
}

#[test]
fn a_limit_is_divided_evenly() {
    let found =
        run("FIND {edge OR united OR gene*} RETURNING Account(Id), Opportunity(Id) LIMIT 4")
            .unwrap();
    let accounts = found
        .iter()
        .filter(|(object, _)| object == "Account")
        .count();
    assert_eq!((accounts, found.len()), (2, 4));
    assert_eq!(
        run("FIND {edge} RETURNING Account(Id), Opportunity(Id) LIMIT 2")
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn clauses_behind_returning_are_read() {
    let all = "FIND {edge} IN ALL FIELDS RETURNING Account(Id USING ListView = MyAccounts WHERE Name != null LIMIT 1) \
               WITH DIVISION = 'Global' WITH METADATA='LABELS' WITH HIGHLIGHT WITH SNIPPET (target_length=120) \
               WITH DATA CATEGORY Geography__c AT (a__c, b__c) LIMIT 10 UPDATE TRACKING, VIEWSTAT";
    let search = parse(all).unwrap();
    assert_eq!((search.limit, search.labels), (Some(10), true));
    assert_eq!(search.returning[0].tail, "WHERE Name != null LIMIT 1");
    assert_eq!(run(all).unwrap().len(), 1);
}

#[test]
fn errors_name_the_cause() {
    let cases = [
        (
            "FIND edge",
            "MALFORMED_SEARCH",
            "No search term found. The search term must be enclosed in braces.",
        ),
        (
            "SELECT Id FROM Account",
            "MALFORMED_SEARCH",
            "\nSELECT Id FROM Account\n^\nERROR at Row:1:Column:1\nunexpected token: 'SELECT'",
        ),
        (
            "FIND {edge",
            "MALFORMED_SEARCH",
            "line 1:10 mismatched character '<EOF>' expecting '}'",
        ),
        // As restforce's issue 688 and force-rest-api's pull request 92 show.
        (
            "FIND {John|jane_gray@uoa.edu} RETURNING Contact",
            "MALFORMED_SEARCH",
            "\nFIND {John|jane_gray@uoa.edu} RETURNING Contact\n         ^\nERROR at Row:1:Column:10\n\
             line 1:10 mismatched character '|' expecting '}'",
        ),
        (
            "FIND {name} IN ALL TYPE RETURNING Account(name)",
            "MALFORMED_SEARCH",
            "\nFIND {name} IN ALL TYPE RETURNING Account(name)\n                  ^\n\
             ERROR at Row:1:Column:19\nMalformed search token: TYPE",
        ),
        (
            "FIND {\"Marie-Pier\"}",
            "MALFORMED_SEARCH",
            "line 1:12 mismatched character '-' expecting '}'",
        ),
        (
            "FIND {e}",
            "MALFORMED_SEARCH",
            "search term must be longer than one character: e",
        ),
        (
            "FIND {edge} IN TITLE FIELDS",
            "MALFORMED_SEARCH",
            "Malformed search token: TITLE",
        ),
        (
            "FIND {edge} RETURNING",
            "MALFORMED_SEARCH",
            "RETURNING needs the name",
        ),
        (
            "FIND {edge} RETURNING Account(Id",
            "MALFORMED_SEARCH",
            "closing ')'",
        ),
        (
            "FIND {edge} RETURNING Account(LIMIT 1)",
            "MALFORMED_SEARCH",
            "needs fields",
        ),
        (
            "FIND {edge} LIMIT 2001",
            "MALFORMED_SEARCH",
            "between 1 and 2000",
        ),
        ("FIND {edge} WITH NOTHING", "MALFORMED_SEARCH", "'NOTHING'"),
        (
            "FIND {edge} RETURNING Account(Id) AND MORE",
            "MALFORMED_SEARCH",
            "unexpected token: 'AND'",
        ),
        (
            "FIND {edge} RETURNING Nope(Id)",
            "INVALID_TYPE",
            "sObject type 'Nope' is not supported",
        ),
        (
            "FIND {edge} RETURNING Organization(Id)",
            "INVALID_TYPE",
            "'Organization'",
        ),
        (
            "FIND {edge} RETURNING Account(Nope)",
            "INVALID_FIELD",
            "No such column 'Nope'",
        ),
        (
            "FIND {edge} RETURNING Account(Id WHERE Name ==)",
            "MALFORMED_QUERY",
            "Row:1",
        ),
    ];
    for (sosl, code, message) in cases {
        let error = run(sosl).unwrap_err();
        assert_eq!(error.code, code, "{sosl}: {error}");
        assert!(error.message.contains(message), "{sosl}: {error}");
    }
}

#[test]
fn deleted_records_are_not_found() {
    let org = Org::builder()
        .clock(Clock::fixed(1_790_000_000_000))
        .build()
        .unwrap();
    let search = parse("FIND {\"GenePoint SLA\"} RETURNING Opportunity(Id)").unwrap();
    let count = |org: &Org| {
        let options = Options::new(org.admin().as_str(), org.clock().now());
        let format = JsonFormat::new("62.0");
        org.store().read(|connection| {
            let hits = search
                .run(org.schema(), connection, &options, &format)
                .unwrap();
            hits.iter().map(|hits| hits.records.len()).sum::<usize>()
        })
    };
    assert_eq!(count(&org), 1);
    let object = org.schema().object("Opportunity").unwrap();
    org.write(
        org.admin(),
        crate::write::WriteOptions::default(),
        |writer| {
            writer.delete(
                object,
                &sandbox_model::id::RecordId::new(&object.key_prefix, 1),
            )
        },
    )
    .unwrap();
    assert_eq!(count(&org), 0);
}
