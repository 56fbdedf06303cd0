//! Loads against an org that tells results in another order, and columns in another spelling, than it was given.

use std::fmt::Write as _;
use std::sync::Arc;

use mediate_tests::org::{Way, open};
use mediate_tests::transfers::Transfer;
use sandbox::Org;
use sandbox::bulk::{HeaderSpelling, ResultMode, Settings};
use serde_json::{Value, json};

const ROWS: usize = 600;

/// Contacts under a header that is not spelled as the org does; some lack a name.
fn contacts() -> String {
    let mut csv = String::from("FIRSTNAME,lastname,EMAIL,Account.external_id__c\n");
    for row in 0..ROWS {
        let last = if row % 50 == 7 { "" } else { "Loaded" };
        let _ = writeln!(csv, "F{},{last},f{row}@example.com,", row % 3);
    }
    csv
}

fn modes() -> impl Iterator<Item = ResultMode> {
    let spellings = [
        HeaderSpelling::Given,
        HeaderSpelling::Declared,
        HeaderSpelling::Upper,
        HeaderSpelling::Lower,
    ];
    spellings.into_iter().flat_map(|header| {
        [false, true].map(|misspelled_empty| ResultMode {
            shuffled: true,
            header,
            misspelled_empty,
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_find_their_rows_however_results_are_told() {
    for results in modes() {
        let settings = Settings {
            results,
            ..Settings::default()
        };
        let org = Org::builder().without_data().bulk(settings).build();
        let session = open(&Arc::new(org.expect("an org")), Way::InProcess, &json!({})).await;
        let config = json!({"object": "Contact", "operation": "insert"});
        let transfer = Transfer::new("bulk/load", config, &contacts());
        transfer.load(&session).await.expect("loaded");
        let outcomes = transfer.read("outcomes");
        assert_eq!(outcomes.lines().count(), ROWS, "{results:?}");
        let mut ids = Vec::new();
        for (index, line) in outcomes.lines().enumerate() {
            let outcome: Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(outcome["row"], index + 1, "{results:?}: {line}");
            let bad = index % 50 == 7;
            assert_eq!(outcome["success"], !bad, "{results:?}: {line}");
            ids.push(outcome["id"].as_str().map(str::to_owned));
        }
        // The ids are those of their rows.
        for index in [0, 1, 299, ROWS - 1] {
            let id = ids[index].as_deref().expect("an id");
            let config = json!({"object": "Contact", "id": id});
            let reply = session.call("records/retrieve", &config, None).await;
            let record: Value =
                serde_json::from_slice(&reply.expect("a record").body).expect("JSON");
            assert_eq!(
                record["Email"],
                format!("f{index}@example.com"),
                "{results:?}"
            );
        }
    }
}
