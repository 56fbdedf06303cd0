//! Results that are written differently from what was sent still go to their rows.

use super::*;

fn load(host: Host, rewrite: fn(&str) -> String) -> Vec<Value> {
    let mut host = host;
    host.fake.0.borrow_mut().rewrites = Some(rewrite);
    host.run();
    host.outcomes()
}

fn codes(outcomes: &[Value]) -> Vec<&str> {
    let code = |outcome: &Value| match outcome["code"].as_str() {
        None => "",
        Some("REQUIRED_FIELD_MISSING") => "missing",
        Some("UNMATCHED") => "unmatched",
        Some(_) => "other",
    };
    outcomes.iter().map(code).collect()
}

#[test]
fn numbers_date_times_and_space_may_be_written_differently() {
    let input = "Name,Amount__c,Seen__c\n\
        a,10000000,2026-01-02T03:04:05Z\n\
        bad,20000000,2026-01-02T03:04:05Z\n\
        two  words,1.50,2026-01-02T05:04:05+02:00\n";
    let outcomes = load(host(input), |row| {
        row.replace("0000000,", ".0E7,")
            .replace("1.50", "1.5")
            .replace("two  words", "two words")
            .replace("03:04:05Z", "03:04:05.000Z")
            .replace("05:04:05+02:00", "03:04:05.000Z")
    });
    assert_eq!(codes(&outcomes), ["", "missing", ""]);
    assert_eq!(outcomes[0]["id"], "001000000000000000");
    assert_eq!(outcomes[2]["id"], "001000000000000002");
}

#[test]
fn key_tells_rows_apart_whatever_became_of_the_other_values() {
    let ids = host("Id,Name\n001A00000000001,a\n001A00000000002,bad\n")
        .with("operation", json!("Update"));
    let keys = host("Ext__c,Name\nE-1,a\nE-2,bad\n")
        .with("operation", json!("Upsert"))
        .with("external_id_field", json!("Ext__c"));
    for host in [ids, keys] {
        let outcomes = load(host, |row| {
            let (key, _) = row.split_once(',').unwrap();
            format!(
                "{},\"quite another\"",
                key.to_lowercase().replace("001a", "001A")
            )
        });
        assert_eq!(codes(&outcomes), ["", "missing"]);
    }
}

#[test]
fn rows_that_cannot_be_told_apart_any_more_are_unmatched() {
    let outcomes = load(host("Name\na\nb\n"), |_| "blank".into());
    assert_eq!(codes(&outcomes), ["unmatched", "unmatched"]);
    // One that is left over for one row is that row's.
    let outcomes = load(host("Name\na\nb\n"), |row| row.replace('a', "other"));
    assert_eq!(codes(&outcomes), ["", ""]);
}
