//! Who is taken for whom.

use super::*;
use crate::org::Org;
use crate::write::{Draft, WriteOptions};

fn org(people: &[(&str, &str, &str)]) -> Org {
    let org = Org::builder().without_data().build().unwrap();
    for (first, last, email) in people {
        let object = org.schema().object("Contact").unwrap();
        let draft = Draft::of(
            object,
            &[
                ("FirstName", *first),
                ("LastName", *last),
                ("Email", *email),
            ],
        );
        org.write(org.admin(), WriteOptions::default(), |writer| {
            writer.insert(object, draft)
        })
        .unwrap();
    }
    org
}

fn found(org: &Org, values: &[(&str, &str)]) -> Vec<(String, f64)> {
    let object = org.schema().object("Contact").unwrap();
    let mut row = Row::empty(object);
    for (field, value) in values {
        row.set(field, Value::text(*value));
    }
    let rule = Rule::of(object).unwrap();
    let matches = org
        .store()
        .read(|connection| rule.matches(org.schema(), connection, &row))
        .unwrap();
    let shown = |found: &Match<'_>| {
        let name = found.row.get("Name").as_str().unwrap().to_owned();
        (name, found.confidence)
    };
    matches.iter().map(shown).collect()
}

#[test]
fn people_match_by_address_or_by_name_if_addresses_do_not_contradict() {
    let org = org(&[
        ("Ada", "Lovelace", "ada@x.example"),
        ("ada", "lovelace", ""),
        ("Ada", "Lovelace", "other@x.example"),
        ("Grace", "Hopper", "ADA@x.example"),
    ]);
    let values = [
        ("FirstName", "ADA"),
        ("LastName", "Lovelace"),
        ("Email", "ada@X.example"),
    ];
    assert_eq!(
        found(&org, &values),
        [
            ("Ada Lovelace".to_owned(), CERTAIN),
            ("ada lovelace".to_owned(), LIKELY),
            ("Grace Hopper".to_owned(), LIKELY)
        ]
    );
    assert!(found(&org, &[]).is_empty());
}

#[test]
fn only_accounts_contacts_and_leads_have_rules() {
    let org = org(&[]);
    let named: Vec<_> = org.schema().objects().iter().filter_map(Rule::of).collect();
    assert_eq!(named.len(), 3);
}
