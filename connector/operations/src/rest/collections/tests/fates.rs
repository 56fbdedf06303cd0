//! Whatever becomes of calls, every record has its outcome.

use super::*;
use proptest::prelude::{Just, Strategy, prop_oneof, proptest};

/// What may become of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Saved,
    Half,
    Refused,
    Lost,
    Limit,
}

fn answer(fate: Fate, size: usize) -> Play {
    let row = |at: usize| match at % 2 {
        1 if fate == Fate::Half => failed("X"),
        _ => json!({"id": id(at), "success": true, "errors": []}),
    };
    match fate {
        Fate::Saved | Fate::Half => Play::json(
            200,
            &Value::from((0..size).map(row).collect::<Vec<_>>()).to_string(),
        ),
        // One that says nothing of a record, so that it is not looked for.
        Fate::Refused => Play::json(400, r#"[{"errorCode":"DUPLICATE_VALUE","message":"no"}]"#),
        Fate::Lost => lost(),
        Fate::Limit => Play::json(
            403,
            r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]"#,
        ),
    }
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![4 => Just(Fate::Saved), 2 => Just(Fate::Half), 1 => Just(Fate::Refused), 1 => Just(Fate::Lost), 1 => Just(Fate::Limit)]
}

proptest! {
    #[test]
    fn every_record_has_one_outcome_in_its_place_whatever_becomes_of_the_calls(
        fates in proptest::collection::vec(fate(), 1..7), size in 1_u8..5, last in 1_u8..5, parallel in 1_u8..4,
    ) {
        let last = last.min(size);
        let count = (fates.len() - 1) * usize::from(size) + usize::from(last);
        let sizes = (1..=fates.len()).map(|number| if number == fates.len() { last } else { size });
        let plays = fates.iter().zip(sizes).map(|(fate, size)| answer(*fate, usize::from(size)));
        let (client, script, _) = org_for(&no_retries(), std::iter::once(salesforce_client::testing::token("T1")).chain((count > 1).then(account)).chain(plays));
        let config = CreateConfig { batch_size: Some(size), parallel: Some(parallel), ..create_config() };
        // The login and, for several records, the describe.
        let described = if count > 1 { 2 } else { 1 };
        match create(&client, &config, &json(&records(count))) {
            Ok(reply) => {
                let codes = codes(&reply);
                proptest::prop_assert_eq!(codes.len(), count);
                for (number, fate) in fates.iter().enumerate().take(script.sent().len() - described) {
                    let expected = match fate { Fate::Saved | Fate::Half => "ok", Fate::Refused => "DUPLICATE_VALUE", Fate::Lost => "UNKNOWN", Fate::Limit => "REQUEST_LIMIT_EXCEEDED" };
                    proptest::prop_assert_eq!(&codes[number * usize::from(size)], expected);
                }
            }
            Err(_) => {
                let tried = &fates[..script.sent().len() - described];
                proptest::prop_assert!(!tried.iter().any(|fate| matches!(fate, Fate::Saved | Fate::Half)));
            }
        }
    }
}
