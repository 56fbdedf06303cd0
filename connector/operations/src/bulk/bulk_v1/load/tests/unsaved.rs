//! Records that were not saved, and come back.

use super::*;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;

#[test]
fn failed_records_come_back_as_they_were_given_with_their_errors_if_wanted() {
    let mut host = host(&rows(8))
        .with("error_columns", json!(true))
        .manages(2, 0);
    let mut load = host.run();
    let failed = read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
    assert_eq!(
        failed,
        "sf__Id,sf__Error,Name,Ext__c\n,REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --,bad,\"3,\n\"\n"
    );
    let saved = read(load.outcomes(OutcomeSet::Succeeded).unwrap()).unwrap();
    assert_eq!(lines(&saved).len(), 8);
}

#[test]
fn failed_records_are_all_that_were_not_saved() {
    let input = "Name;Active__c\n\"x;y\";maybe\nbad;0\na;1\nb;1\n";
    let mut host = host(input)
        .with("error_columns", json!(true))
        .with("max_splits", json!(0))
        .manages(1, 1);
    let mut load = host.run();
    let failed = lines(&read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap());
    assert_eq!(failed.len(), 1 + 4, "{failed:?}");
    assert!(failed[1].starts_with(";REQUIRED_FIELD_MISSING:") && failed[1].ends_with(";bad;false"));
    assert_eq!(
        failed[2],
        ";BATCH_FAILED:InternalServerError : Retried more than ten times;a;true"
    );
    assert!(failed[4].contains("NOT_SENT:Line 2: ") && failed[4].ends_with(";\"x;y\";maybe"));
    let progress = load.watch(0).unwrap();
    assert_eq!((progress.processed, progress.failed), (4, 4));
    assert!(
        progress.note.contains("Retried more than ten times"),
        "{}",
        progress.note
    );
}

#[test]
fn rejected_records_come_back_however_often_the_host_died() {
    let mut input = String::from("Name,Active__c\n");
    for number in 0..11 {
        let flag = if number % 5 == 2 { "maybe" } else { "yes" };
        input += &format!("n{number},{flag}\n");
    }
    for keeps_last in [false, true] {
        let mut host = host(&input);
        for calls in [2, 3, 4, 5] {
            assert!(host.live(calls, keeps_last).unwrap().is_none());
        }
        let mut load = host.run();
        assert_eq!(host.outcomes().len(), 11);
        assert_eq!(host.fake.0.borrow().bulk_v1.loaded().len(), 9);
        let expected = "Name,Active__c\nn2,maybe\nn7,maybe\n";
        assert_eq!(
            read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap(),
            expected
        );
        // Where nothing has been read of the input, it is wanted again.
        let mut unwritten = host.open().unwrap();
        let mut failed = read(unwritten.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
        host.journal = Some(unwritten.journal());
        assert!(host.journal.as_ref().unwrap().contains("\"again\":true"));
        let mut load = host.run();
        failed += &read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
        assert_eq!(failed, expected);
        assert!(load.journal().contains("\"again\":false"));
        assert_eq!(host.outcomes().len(), 11);
    }
}

#[test]
fn malformed_records_and_any_number_of_rejected_ones_do_not_stop_the_load() {
    let mut input = String::from("Name,Active__c\na,true\nb,true,more\n\"c\"x,true\n");
    for number in 0..30_000 {
        input += &format!("n{number},maybe\n");
    }
    input += "z,false\n";
    let mut host = host(&input).with("batch_records", json!(5_000));
    let mut load = host.run();
    let outcomes = host.outcomes();
    assert_eq!(outcomes.len(), 30_004);
    assert_eq!(outcomes[1]["code"], "NOT_SENT");
    assert!(
        outcomes[1]["message"]
            .as_str()
            .unwrap()
            .starts_with("Line 3: ")
    );
    assert_eq!(outcomes[30_003]["success"], true);
    assert_eq!(host.fake.0.borrow().bulk_v1.loaded(), ["a,true", "z,false"]);
    assert_eq!(load.watch(0).unwrap().failed, 30_002);
    let failed = read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
    assert_eq!(failed.lines().count(), 30_003);
    assert!(
        load.journal().len() < 40_000,
        "rejected records are not in the journal"
    );
}

#[test]
fn more_rejected_records_than_may_be_stop_the_load_and_what_follows_may_be_corrected() {
    let input = "Name,Active__c\na,true\nb,maybe\nc,true\nd,maybe\ne,true\n";
    let mut host = host(input)
        .with("batch_records", json!(1))
        .with("max_rejected", json!(1));
    let fault = host.live(usize::MAX, true).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(
        fault.attempts > 0 && fault.message.contains("751C"),
        "{}",
        fault.message
    );
    host.input = input.replace("d,maybe", "d,true");
    host.run();
    assert_eq!(host.outcomes().len(), 5);
    assert_eq!(host.fake.0.borrow().bulk_v1.loaded().len(), 4);
}
