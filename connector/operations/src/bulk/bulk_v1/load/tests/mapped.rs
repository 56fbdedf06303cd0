//! Columns that are renamed, left out, or split: records that were not saved come back from the input.

use super::*;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;

/// The records that were not saved, read as a host does: the input is written again as long as the journal wants it.
fn all_failed(host: &mut Host, mut load: Load) -> Vec<String> {
    let mut text = String::new();
    for _ in 0..4 {
        text += &read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
        host.journal = Some(load.journal());
        if load.journal().contains("\"again\":false") {
            return lines(&text);
        }
        load = host.run();
    }
    panic!("records are wanted again and again");
}

fn rows_of(count: usize) -> String {
    let mut input = String::from("Company;Remarks;Active__c\n");
    for number in 0..count {
        let (name, flag) = match number % 5 {
            1 => ("bad", "yes"),
            3 => ("unfit", "maybe"),
            _ => ("good", "no"),
        };
        input += &format!("{name};\"r;{number}\";{flag}\n");
    }
    input
}

fn mapped(input: &str) -> Host {
    host(input).with("mapping", json!([["Company", "Name"], ["Remarks", ""]]))
}

#[test]
fn batches_hold_what_the_mapping_leaves_and_failed_records_what_was_given() {
    for errors in [false, true] {
        let mut host = mapped(&rows_of(11)).with("error_columns", json!(errors));
        let load = host.run();
        let loaded = host.fake.0.borrow().bulk_v1.loaded();
        assert!(
            loaded
                .iter()
                .all(|row| ["good,false", "bad,true"].contains(&row.as_str()))
        );
        let mut failed = all_failed(&mut host, load);
        let extra = if errors { "sf__Id;sf__Error;" } else { "" };
        assert_eq!(
            failed.remove(0),
            format!("{extra}Company;Remarks;Active__c")
        );
        let given: Vec<String> = lines(&host.input)[1..]
            .iter()
            .filter(|row| !row.contains("good"))
            .cloned()
            .collect();
        failed.sort_by_key(|row| given.iter().position(|given| row.ends_with(given.as_str())));
        assert_eq!(failed.len(), given.len());
        for (row, given) in failed.iter().zip(&given) {
            if errors {
                let code = if given.contains("bad") {
                    "REQUIRED_FIELD_MISSING:"
                } else {
                    "NOT_SENT:"
                };
                assert!(
                    row.contains(code) && row.ends_with(&format!(";{given}")),
                    "{row}"
                );
            } else {
                assert_eq!(row, given);
            }
        }
        assert_eq!(host.outcomes().len(), 11);
    }
}

#[test]
fn host_that_dies_at_any_moment_gets_every_record_back_once() {
    for calls in 0..12 {
        let mut host = mapped(&rows_of(11));
        host.live(calls, true).unwrap();
        let load = host.run();
        let failed = all_failed(&mut host, load);
        assert_eq!(failed.len(), 1 + 4, "{calls}: {failed:?}");
        assert_eq!(host.outcomes().len(), 11);
    }
}

#[test]
fn batch_ends_before_too_much_of_the_input_is_in_it() {
    let mut host = mapped(&rows_of(10)).with("batch_records", json!(100));
    let mut load = host.open().unwrap();
    load.protocol.most_input = 40;
    for chunk in host.input.as_bytes().chunks(20) {
        load.write(chunk).unwrap();
    }
    load.close().unwrap();
    while !load.watch(1_000).unwrap().done {}
    let seen = host.fake.seen();
    let sent = seen
        .iter()
        .filter(|request| request.starts_with("Post") && request.ends_with("/batch"));
    assert_eq!(sent.count(), 6);
}

#[test]
fn headerless_records_get_constants_and_come_back_as_they_were_given() {
    let input = "good:x\nbad:y\ngood:z\n";
    let mut host = host(input)
        .with("header", json!("Absent"))
        .with("columns", json!(["Name", "Ext__c"]))
        .with("column_delimiter", json!("Colon"))
        .with("constants", json!([["Active__c", "on"]]));
    let load = host.run();
    let mut loaded = host.fake.0.borrow().bulk_v1.loaded();
    loaded.sort();
    assert_eq!(loaded, ["bad,y,true", "good,x,true", "good,z,true"]);
    assert_eq!(all_failed(&mut host, load), ["bad:y"]);
}
