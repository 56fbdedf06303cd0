//! One outcome per record, in input order.

use std::fmt::Write as _;

use mediate_tests::org::{Way, open};
use serde_json::json;

use super::{call, json as parsed, org};

const ROWS: usize = 5_000;
/// Every so many rows one is bad.
const BAD_EVERY: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_of_a_csv_are_told_and_the_others_are_there() {
    let session = open(&org(), Way::OnAPort, &json!({})).await;
    let mut csv = String::from("LastName,Email\n");
    for row in 0..ROWS {
        let last = if row % BAD_EVERY == 7 {
            String::new()
        } else {
            format!("Row {row}")
        };
        let _ = writeln!(csv, "{last},row{row}@example.com");
    }
    let config = json!({"object": "Contact"});
    let reply = call(&session, "collections/create", &config, "text/csv", &csv).await;
    assert_eq!(reply.metadata.attribute("failed").as_deref(), Some("50"));
    let outcomes = parsed(&reply);
    let outcomes = outcomes.as_array().expect("a list");
    assert_eq!(outcomes.len(), ROWS);
    for (index, outcome) in outcomes.iter().enumerate() {
        let bad = index % BAD_EVERY == 7;
        assert_eq!(outcome["index"], index, "{outcome}");
        assert_eq!(outcome["success"], !bad, "{outcome}");
        if bad {
            let error = &outcome["errors"][0];
            assert_eq!(error["code"], "REQUIRED_FIELD_MISSING", "{outcome}");
            assert_eq!(error["fields"], json!(["LastName"]), "{outcome}");
        }
    }
    let count = json!({"soql": "SELECT COUNT() FROM Contact"});
    let there = parsed(&call(&session, "query/query", &count, "", "").await);
    assert_eq!(there["totalSize"], ROWS - ROWS / BAD_EVERY);
}
