//! Loads that run ahead of Salesforce.

use super::*;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;

/// Goes on until `go_on` says that it is done and the journal stays as it is; collects outcomes and failed records whenever the journal
/// changes, as a host does. Returns how often.
fn collect(host: &mut Host, load: &mut Load, go_on: fn(&mut Load) -> Result<bool, Fault>) -> usize {
    let mut steps = 0;
    loop {
        let done = go_on(load).unwrap();
        let before = host.journal.replace(load.journal());
        if before == host.journal {
            if done {
                return steps;
            }
            continue;
        }
        steps += 1;
        assert!(steps < 1_000, "it asks the host again and again");
        host.outcomes += &read(load.outcomes(OutcomeSet::All).unwrap()).unwrap();
        read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
    }
}

#[test]
fn load_whose_rejected_records_cannot_be_fetched_yet_waits_instead_of_asking_again() {
    let mut input = String::from("Name,Active__c\n");
    for number in 0..100 {
        let flag = if number % 5 == 2 { "maybe" } else { "yes" };
        input += &format!("n{number},{flag}\n");
    }
    let mut host = host(&input);
    host.fake.0.borrow_mut().bulk_v1.polls = 40;
    let mut load = host.open().unwrap();
    load.backpressure.most_bytes = 40;
    load.write(input.as_bytes()).unwrap();
    let mut steps = collect(&mut host, &mut load, |load| load.write(b"").map(|()| true));
    steps += collect(&mut host, &mut load, |load| load.close().map(|()| true));
    steps += collect(&mut host, &mut load, |load| Ok(load.watch(1_000)?.done));
    assert!(steps < 200, "{steps}");
    assert!(!host.clock.slept().is_empty());
    host.outcomes += &read(load.outcomes(OutcomeSet::All).unwrap()).unwrap();
    let numbers: Vec<u64> = host
        .outcomes()
        .iter()
        .map(|row| row["row"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=100).collect::<Vec<u64>>());
    assert_eq!(host.fake.0.borrow().bulk_v1.loaded().len(), 80);
}
