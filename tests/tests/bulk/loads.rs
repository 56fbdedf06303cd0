//! Loads that go well, with rows that do not.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use mediate_tests::org::{Way, open};
use mediate_tests::transfers::Transfer;
use sandbox::Org;
use serde_json::{Value, json};

/// Every so many rows one is bad.
const BAD_EVERY: usize = 100;

fn org() -> Arc<Org> {
    Arc::new(Org::builder().without_data().build().expect("an org"))
}

/// Contacts; a bad one lacks the name that it needs.
fn contacts(rows: usize) -> String {
    let mut csv = String::from("FirstName,LastName,Email,Description\n");
    for row in 0..rows {
        let last = if row % BAD_EVERY == 37 { "" } else { "Loaded" };
        let _ = writeln!(
            csv,
            "F{row},{last},f{row}@example.com,\"row {row}, \"\"quoted\"\"\nsecond line\""
        );
    }
    csv
}

async fn count(session: &mediate::session::Session, soql: &str) -> u64 {
    let reply = session
        .call("query/query", &json!({"soql": soql}), None)
        .await;
    let reply: Value = serde_json::from_slice(&reply.expect("a count").body).expect("JSON");
    reply["totalSize"].as_u64().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_has_its_outcome_in_input_order() {
    let (rows, org) = (100_000, org());
    let session = open(&org, Way::OnAPort, &json!({})).await;
    let config = json!({"object": "Contact", "operation": "insert", "job-records": 30_000});
    let transfer = Transfer::new("bulk/load", config, &contacts(rows));
    transfer.load(&session).await.expect("loaded");

    let (mut ids, mut failed) = (HashSet::new(), 0);
    for (index, line) in transfer.read("outcomes").lines().enumerate() {
        let outcome: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(outcome["row"], index + 1, "{line}");
        let bad = index % BAD_EVERY == 37;
        assert_eq!(outcome["success"], !bad, "{line}");
        if bad {
            failed += 1;
            assert_eq!(outcome["code"], "REQUIRED_FIELD_MISSING", "{line}");
            assert_eq!(outcome["fields"], json!(["LastName"]), "{line}");
        } else {
            ids.insert(outcome["id"].as_str().expect("an id").to_owned());
        }
    }
    assert_eq!(
        (ids.len(), failed),
        (rows - rows / BAD_EVERY, rows / BAD_EVERY)
    );
    let there = count(
        &session,
        "SELECT COUNT() FROM Contact WHERE LastName = 'Loaded'",
    )
    .await;
    assert_eq!(there, ids.len() as u64);
    // A row with a line break in a field is two lines.
    let bad = transfer.read("failed");
    assert!(
        bad.starts_with("FirstName,LastName,Email,Description"),
        "{}",
        &bad[..60]
    );
    assert_eq!(bad.matches("@example.com").count(), failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_does_not_fit_is_refused_before_anything_is_sent() {
    let org = org();
    let session = open(&org, Way::InProcess, &json!({})).await;
    let config = json!({"object": "Contact", "operation": "insert"});
    let transfer = Transfer::new("bulk/load", config, "LastName,Nmae\nA,B\n");
    let refused = transfer.load(&session).await.err().expect("refused");
    let sentence = refused.to_string();
    assert!(sentence.contains("Nmae"), "{sentence}");
    assert_eq!(count(&session, "SELECT COUNT() FROM Contact").await, 0);
    assert!(!transfer.has("outcomes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn upserts_updates_and_deletes_follow_each_other() {
    let org = org();
    let session = open(&org, Way::InProcess, &json!({})).await;
    let rows: String = (0..500)
        .map(|row| format!("E{row},Account {row}\n"))
        .collect();
    let upsert = json!({
        "object": "Account", "operation": "upsert", "external-id-field": "External_Id__c",
    });
    let input = format!("External_Id__c,Name\n{rows}");
    for created in [true, false] {
        let transfer = Transfer::new("bulk/load", upsert.clone(), &input);
        transfer.load(&session).await.expect("loaded");
        let outcomes = transfer.read("outcomes");
        let first: Value =
            serde_json::from_str(outcomes.lines().next().expect("one")).expect("JSON");
        assert_eq!(
            (&first["success"], &first["created"]),
            (&json!(true), &json!(created))
        );
        assert_eq!(outcomes.lines().count(), 500);
    }
    assert_eq!(count(&session, "SELECT COUNT() FROM Account").await, 500);

    let contacts: String = (0..500).map(|row| format!("C{row},E{row}\n")).collect();
    let insert = json!({"object": "Contact", "operation": "insert"});
    let input = format!("LastName,Account.External_Id__c\n{contacts}");
    let transfer = Transfer::new("bulk/load", insert, &input);
    transfer.load(&session).await.expect("loaded");
    let with_parent = "SELECT COUNT() FROM Contact WHERE Account.External_Id__c LIKE 'E%'";
    assert_eq!(count(&session, with_parent).await, 500);

    let ids: String = transfer
        .read("outcomes")
        .lines()
        .map(|line| {
            let outcome: Value = serde_json::from_str(line).expect("JSON");
            format!("{}\n", outcome["id"].as_str().expect("an id"))
        })
        .collect();
    let delete = json!({"object": "Contact", "operation": "delete"});
    let transfer = Transfer::new("bulk/load", delete, &format!("Id\n{ids}"));
    transfer.load(&session).await.expect("deleted");
    assert_eq!(count(&session, "SELECT COUNT() FROM Contact").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_renamed_and_left_out_and_failed_records_load_again_by_the_same_config() {
    let org = org();
    let session = open(&org, Way::InProcess, &json!({})).await;
    for operation in ["bulk/load", "bulk/v1-load"] {
        let mapping = json!({"Surname": "LastName", "Remarks": "", "E-mail": "Email"});
        let config = json!({"object": "Contact", "operation": "insert", "mapping": mapping});
        let mut input = String::from("Surname;Remarks;E-mail\r\n");
        for row in 0..300 {
            let name = if row % 100 == 37 { "" } else { "Mapped" };
            let _ = write!(input, "{name};\"row;{row}\";m{row}@example.com\r\n");
        }
        let first = Transfer::new(operation, config.clone(), &input);
        first.load(&session).await.expect("loaded");
        let failed = first.read("failed");
        let expected: String = [37, 137, 237]
            .map(|row| format!(";\"row;{row}\";m{row}@example.com\r\n"))
            .concat();
        assert_eq!(
            failed,
            format!("Surname;Remarks;E-mail\r\n{expected}"),
            "{operation}"
        );
        assert_eq!(first.read("outcomes").lines().count(), 300);
        let corrected = failed.replace("\n;", "\nMapped;");
        let second = Transfer::new(operation, config, &corrected);
        second.load(&session).await.expect("loaded");
        let there = "SELECT COUNT() FROM Contact WHERE LastName = 'Mapped' AND Email LIKE 'm%'";
        assert_eq!(count(&session, there).await, 300, "{operation}");
        let gone = "SELECT Id FROM Contact WHERE LastName = 'Mapped'";
        delete_all(&session, gone).await;
    }
}

async fn delete_all(session: &mediate::session::Session, soql: &str) {
    let reply = session
        .call("query/query", &json!({"soql": soql}), None)
        .await;
    let reply: Value = serde_json::from_slice(&reply.expect("rows").body).expect("JSON");
    let ids = reply["records"].as_array().expect("records").iter();
    let ids: String = ids
        .map(|row| format!("{}\n", row["Id"].as_str().expect("an id")))
        .collect();
    let config = json!({"object": "Contact", "operation": "delete"});
    let transfer = Transfer::new("bulk/load", config, &format!("Id\n{ids}"));
    transfer.load(session).await.expect("deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_with_an_address_as_json_load_back_and_a_name_that_is_only_read_is_refused() {
    let org = org();
    let session = open(&org, Way::InProcess, &json!({})).await;
    let config = json!({"object": "Account", "operation": "insert"});
    let input = "Name,BillingAddress\nA,\"{\"\"city\"\":\"\"Rome\"\",\"\"street\"\":null}\"\nB,\n";
    let transfer = Transfer::new("bulk/load", config, input);
    transfer.load(&session).await.expect("loaded");
    let there = "SELECT COUNT() FROM Account WHERE BillingCity = 'Rome'";
    assert_eq!(count(&session, there).await, 1);
    let config = json!({"object": "Contact", "operation": "insert"});
    let transfer = Transfer::new("bulk/load", config, "Name\nAnn Lee\n");
    let refused = transfer.load(&session).await.err().expect("refused");
    assert!(refused.to_string().contains("`LastName`"), "{refused}");
}
