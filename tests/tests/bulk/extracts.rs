//! Extracts.

use std::collections::HashSet;
use std::sync::Arc;

use mediate_tests::org::{Way, open};
use mediate_tests::transfers::Transfer;
use sandbox::Org;
use serde_json::{Value, json};

const ROWS: u64 = 30_000;

#[tokio::test(flavor = "multi_thread")]
async fn all_rows_come_out_once_in_each_form() {
    let org = Org::builder().without_data().rows("Account", ROWS).build();
    let org = Arc::new(org.expect("an org"));
    let session = open(&org, Way::OnAPort, &json!({})).await;
    let soql = "SELECT Id, Name, AnnualRevenue, CreatedDate FROM Account";
    let config = json!({"soql": soql, "page-records": 7_000, "format": "csv"});
    let transfer = Transfer::new("bulk/extract", config, "");
    transfer.extract(&session).await.expect("extracted");
    let csv = transfer.read("output");
    let ids: HashSet<&str> = csv
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    assert_eq!(ids.len() as u64, ROWS);
    assert_eq!(csv.lines().count() as u64, ROWS + 1, "one header");

    let config = json!({"soql": soql, "page-records": 7_000, "format": "ndjson"});
    let transfer = Transfer::new("bulk/extract", config, "");
    transfer.extract(&session).await.expect("extracted");
    let output = transfer.read("output");
    let mut ids = HashSet::new();
    for line in output.lines() {
        let row: Value = serde_json::from_str(line).expect("JSON");
        assert!(
            row["AnnualRevenue"].is_number() || row["AnnualRevenue"].is_null(),
            "{line}"
        );
        ids.insert(row["Id"].as_str().expect("an id").to_owned());
    }
    assert_eq!(ids.len() as u64, ROWS);
}
