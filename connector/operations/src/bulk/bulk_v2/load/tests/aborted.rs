//! Loads that are given up: what was saved keeps its outcome, what was not sent has one that says so.

use super::*;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;

fn given_up(host: &mut Host, bytes: usize) -> Load {
    let mut load = host.open().unwrap();
    for chunk in host.input.clone()[..bytes].chunks(host.chunk) {
        load.write(chunk).unwrap();
        while host.journal.replace(load.journal()) != host.journal {
            load.write(b"").unwrap();
        }
    }
    load
}

/// Abort as the command does it: with the journal alone, and then the input for the outcomes.
fn aborted_from_journal(host: &mut Host) -> Load {
    let mut load = host.open().unwrap();
    load.abort().unwrap();
    host.keep(&load);
    let from = taken(host.journal.as_deref().unwrap());
    for chunk in host.input.clone()[from..].chunks(host.chunk) {
        load.write(chunk).unwrap();
        host.keep(&load);
        host.collect(&mut load).unwrap();
    }
    load.close().unwrap();
    while !load.watch(1_000).unwrap().done {
        host.keep(&load);
    }
    host.keep(&load);
    host.collect(&mut load).unwrap();
    load
}

#[test]
fn every_record_has_an_outcome_after_the_load_was_given_up() {
    for (polls, saved) in [(0, 4), (9, 0)] {
        let mut host = host(&rows(9)).with("job-records", json!(2));
        host.fake.0.borrow_mut().polls = polls;
        let mut load = given_up(&mut host, 90);
        load.outcomes(OutcomeSet::All).unwrap();
        host.keep(&load);
        drop(load);
        let sent = host.fake.0.borrow().jobs.len();
        let load = aborted_from_journal(&mut host);
        assert_eq!(
            host.fake.0.borrow().jobs.len(),
            sent,
            "nothing more is sent"
        );
        let outcomes = host.outcomes();
        let numbers: Vec<u64> = outcomes
            .iter()
            .map(|row| row["row"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
        let good = outcomes.iter().filter(|row| row["success"] == true).count();
        assert!(good <= saved && (saved == 0) == (good == 0), "{outcomes:?}");
        let last = &outcomes[8];
        assert_eq!(last["code"], "NOT_SENT");
        assert!(last["message"].as_str().unwrap().contains("given up"));
        // All that were not saved come back, and no other.
        assert_eq!(all_failed(&mut host, load).len(), 1 + 9 - good);
    }
}

#[test]
fn load_given_up_after_a_fault_or_a_restart_stays_given_up() {
    let mut host = host(&rows(6)).with("job-records", json!(2));
    let mut load = given_up(&mut host, 50);
    load.abort().unwrap();
    host.keep(&load);
    assert!(load.write(b"x").is_err(), "rows that were taken are gone");
    host.run();
    assert_eq!(host.outcomes().len(), 6);
    assert!(host.fake.0.borrow().jobs.len() <= 2);
}
