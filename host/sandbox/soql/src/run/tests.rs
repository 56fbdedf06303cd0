use rusqlite::Row;
use serde_json::Value as Json;

use super::*;
use crate::error::{ErrorCode, SoqlError};
use crate::limits;
use crate::plan::Plan;
use crate::testing::{Fixture, NOW, id};

/// An org with `count` accounts, the first with `children` contacts.
fn org(count: u64, children: u64) -> Fixture {
    let fixture = Fixture::empty();
    for number in 1..=count {
        fixture.insert(
            "Account",
            number,
            vec![("Name".into(), format!("Account {number}").into())],
        );
    }
    for number in 1..=children {
        let values = vec![
            ("AccountId".into(), id("001", 1).into()),
            ("LastName".into(), format!("L{number:05}").into()),
        ];
        fixture.insert("Contact", number, values);
    }
    fixture
}

fn json(page: &Page) -> Json {
    serde_json::from_slice(&page.body).unwrap()
}

fn locator_of(json: &Json) -> &str {
    json["nextRecordsUrl"]
        .as_str()
        .unwrap()
        .strip_prefix("/services/data/v67.0/query/")
        .unwrap()
}

fn second_page(fixture: &Fixture, soql: &str) -> String {
    fixture.page(soql, 200).unwrap().next.unwrap()
}

#[test]
fn all_pages_together_hold_every_row_once() {
    let fixture = org(450, 0);
    let user = fixture.options.user.clone();
    let first = fixture
        .page("SELECT Id FROM Account ORDER BY Id", 200)
        .unwrap();
    assert_eq!((first.total, first.rows), (450, 200));
    let body = String::from_utf8(first.body.clone()).unwrap();
    assert!(
        body.starts_with(
            r#"{"totalSize":450,"done":false,"nextRecordsUrl":"/services/data/v67.0/query/0r8"#
        ),
        "{body}"
    );
    assert!(body.contains(r#"-200","records":[{"attributes""#));
    let second = fixture.next(&first.next.unwrap(), &user, NOW).unwrap();
    assert_eq!((second.rows, second.next.as_ref()), (250, None));
    let ids: Vec<_> = [body.into_bytes(), second.body]
        .iter()
        .flat_map(|body| {
            serde_json::from_slice::<Json>(body).unwrap()["records"]
                .as_array()
                .unwrap()
                .clone()
        })
        .map(|record| record["Id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        ids,
        (1..=450)
            .map(|number| id("001", number))
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_page_can_be_read_again_and_elsewhere() {
    let fixture = org(450, 0);
    let user = fixture.options.user.clone();
    let next = second_page(&fixture, "SELECT Id FROM Account");
    let page = fixture.next(&next, &user, NOW).unwrap();
    assert_eq!(fixture.next(&next, &user, NOW).unwrap(), page);
    let elsewhere = next.replace("-200", "-449");
    assert_eq!(fixture.next(&elsewhere, &user, NOW).unwrap().rows, 1);
}

#[test]
fn rows_made_after_the_first_page_do_not_shift_it() {
    let fixture = org(401, 0);
    let next = second_page(&fixture, "SELECT Id FROM Account ORDER BY Id");
    fixture.insert("Account", 9_999, vec![]);
    let page = fixture.next(&next, &fixture.options.user, NOW).unwrap();
    assert_eq!((page.total, page.rows), (401, 201));
    fixture
        .store
        .write(|tx| {
            tx.execute(
                "DELETE FROM \"Account\" WHERE \"Id\" = ?1",
                [id("001", 250)],
            )
        })
        .unwrap();
    let page = fixture.next(&next, &fixture.options.user, NOW).unwrap();
    assert_eq!(
        json(&page)["records"].as_array().unwrap().len(),
        200,
        "what was purged is left out"
    );
}

#[test]
fn wrong_cursors_are_rejected() {
    let fixture = org(201, 0);
    let user = fixture.options.user.clone();
    let next = second_page(&fixture, "SELECT Id FROM Account");
    let rejected = |locator: &str, user: &str, now| fixture.next(locator, user, now).unwrap_err();
    let expected = SoqlError::new(ErrorCode::InvalidQueryLocator, "invalid query locator");
    for locator in [
        "",
        "x",
        "0r8-1",
        "0r8Sb0000000000AAA-1",
        &next.replace("-200", "-201"),
        &next.replace("-200", "-x"),
    ] {
        assert_eq!(rejected(locator, &user, NOW), expected, "{locator}");
    }
    assert_eq!(
        rejected(&next, &id("005", 2), NOW),
        expected,
        "somebody else's"
    );
    assert_eq!(
        rejected(&next, &user, NOW + limits::CURSOR_LIFETIME_MS),
        expected,
        "too old"
    );
    assert!(
        fixture
            .next(&next, &user, NOW + limits::CURSOR_LIFETIME_MS - 1)
            .is_ok()
    );
}

#[test]
fn the_eleventh_cursor_closes_the_first() {
    let fixture = org(201, 0);
    let user = fixture.options.user.clone();
    let cursors: Vec<_> = (0..11)
        .map(|_| {
            fixture
                .page("SELECT Id FROM Account", 200)
                .unwrap()
                .next
                .unwrap()
        })
        .collect();
    assert!(fixture.next(&cursors[0], &user, NOW).is_err());
    assert!(fixture.next(&cursors[1], &user, NOW).is_ok());
    fixture.queries.close_all();
    assert!(fixture.next(&cursors[1], &user, NOW).is_err());
}

#[test]
fn sub_queries_have_pages_of_their_own() {
    let fixture = org(2, 450);
    let user = fixture.options.user.clone();
    let soql = "SELECT Id, (SELECT LastName FROM Contacts ORDER BY LastName DESC) FROM Account";
    let page = fixture.page(soql, 2_000).unwrap();
    assert_eq!((page.total, page.next.as_ref()), (2, None));
    let first = &json(&page)["records"][0]["Contacts"];
    assert_eq!(
        (&first["totalSize"], &first["done"]),
        (&450.into(), &false.into())
    );
    assert_eq!(
        first["records"].as_array().unwrap().len(),
        limits::CHILD_PAGE_ROWS
    );
    let rest = fixture.next(locator_of(first), &user, NOW).unwrap();
    assert_eq!(
        (rest.total, rest.rows, rest.next.as_ref()),
        (450, 251, None)
    );
    let rest = json(&rest);
    assert_eq!(rest["records"][0]["LastName"], "L00251");
    assert_eq!(rest["records"][250]["LastName"], "L00001");
    assert_eq!(json(&page)["records"][1]["Contacts"], Json::Null);
}

#[test]
fn a_page_read_again_opens_no_more_cursors() {
    let fixture = org(401, 300);
    let user = fixture.options.user.clone();
    let soql = "SELECT Id, (SELECT LastName FROM Contacts) FROM Account ORDER BY Id DESC";
    let next = fixture.page(soql, 200).unwrap().next.unwrap();
    let (first, second) = (
        fixture.next(&next, &user, NOW).unwrap(),
        fixture.next(&next, &user, NOW).unwrap(),
    );
    assert_eq!(first, second);
    let contacts = json(&first)["records"][200]["Contacts"].clone();
    assert_eq!(
        fixture
            .next(locator_of(&contacts), &user, NOW)
            .unwrap()
            .rows,
        101
    );
}

#[test]
fn aggregates_do_not_page() {
    let fixture = org(2_001, 0);
    let error = fixture
        .page("SELECT Name, COUNT(Id) FROM Account GROUP BY Name", 2_000)
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::ExceededIdLimit);
    let page = fixture
        .page(
            "SELECT Name, COUNT(Id) FROM Account GROUP BY Name LIMIT 2000",
            200,
        )
        .unwrap();
    assert_eq!((page.total, page.rows), (2_000, 2_000));
}

#[test]
fn streams_give_every_row_with_its_leaves() {
    let fixture = Fixture::new();
    let soql = "SELECT Name, Account.Owner.Name, Account.Id FROM Contact ORDER BY Name LIMIT 3";
    let plan = Plan::new(soql, &fixture.schema, &fixture.options).unwrap();
    let projection = plan.projection().unwrap();
    let leaves = projection.leaves();
    let paths: Vec<_> = leaves.iter().map(|leaf| leaf.path.join(".")).collect();
    assert_eq!(paths, ["Name", "Account.Owner.Name", "Account.Id"]);
    assert!(!projection.is_nested() && !plan.is_aggregate());
    let mut rows = Vec::new();
    let read = |row: &Row<'_>| {
        rows.push(
            leaves
                .iter()
                .map(|leaf| row.get(leaf.column).unwrap())
                .collect::<Vec<Option<String>>>(),
        );
        Ok(())
    };
    fixture.read(|c| for_each_row(c, &plan, read)).unwrap();
    let owner = |text: &str| Some(text.to_owned());
    assert_eq!(rows[0][..2], [owner("Ann Archer"), owner("Ada Admin")]);
    assert_eq!(rows[2], [owner("Cid Clark"), None, None]);
}

#[test]
fn page_sizes_stay_within_bounds() {
    assert_eq!(
        [None, Some(1), Some(500), Some(9_999)].map(page_rows),
        [2_000, 200, 500, 2_000]
    );
}
