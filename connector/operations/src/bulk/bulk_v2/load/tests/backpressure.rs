//! Loads that run ahead of Salesforce.

use super::*;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;

/// A load of 20 rows in ten jobs, of which rows of two at the most are to be kept.
fn ahead(host: &mut Host) -> Load {
    let mut load = host.open().unwrap();
    load.backpressure.most_rows = 4;
    load
}

fn feed(host: &mut Host, load: &mut Load, collects: bool) -> Result<u64, Fault> {
    let mut most = 0;
    for chunk in host.input.clone().chunks(16) {
        load.write(chunk)?;
        loop {
            most = load.state.borrow().kept.open_rows().max(most);
            let before = host.journal.replace(load.journal());
            if before == host.journal {
                break;
            }
            if collects {
                host.collect(load)?;
            }
            load.write(b"")?;
        }
    }
    load.close()?;
    while !load.watch(1_000)?.done {
        most = load.state.borrow().kept.open_rows().max(most);
        if collects {
            host.collect(load)?;
        }
    }
    Ok(most)
}

fn twenty() -> Host {
    let host = host(&rows(20)).with("job-records", json!(2));
    host.fake.0.borrow_mut().polls = 4;
    host
}

#[test]
fn load_whose_outcomes_are_wanted_waits_for_salesforce() {
    let mut host = twenty();
    let mut load = ahead(&mut host);
    let most = feed(&mut host, &mut load, true).unwrap();
    assert!(most <= 6, "{most}");
    host.collect(&mut load).unwrap();
    host.is_whole(20);
}

#[test]
fn load_whose_outcomes_nobody_wants_keeps_nothing_and_says_so() {
    let mut host = twenty();
    let mut load = ahead(&mut host);
    let most = feed(&mut host, &mut load, false).unwrap();
    assert!(most <= 6, "{most}");
    assert_eq!(host.fake.loaded().len(), 20);
    let fault = load.outcomes(OutcomeSet::All).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(fault.message.contains("--outcomes"), "{}", fault.message);
    // They are there for who reads them on the way.
    host.keep(&load);
    let mut load = ahead(&mut host);
    feed(&mut host, &mut load, true).unwrap();
    host.collect(&mut load).unwrap();
    host.is_whole(20);
}

#[test]
fn wait_for_room_ends_when_the_time_is_over() {
    let mut host = twenty().with("wait-seconds", json!(60));
    host.fake.0.borrow_mut().polls = 1_000;
    let mut load = ahead(&mut host);
    let fault = feed(&mut host, &mut load, true).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Timeout);
    host.fake
        .0
        .borrow_mut()
        .jobs
        .iter_mut()
        .for_each(|job| job.polls = 0);
    host.fake.0.borrow_mut().polls = 0;
    host.run();
    host.is_whole(20);
}

#[test]
fn jobs_of_more_records_than_memory_holds_are_refused() {
    let fault = host("")
        .with("job-records", json!(1_000_001))
        .live()
        .err()
        .unwrap();
    assert_eq!(fault.kind, FaultKind::Config);
}
