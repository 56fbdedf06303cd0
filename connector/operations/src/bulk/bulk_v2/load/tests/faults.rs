//! Whatever fails, wherever: no row is lost and none is doubled.

use super::*;

fn small() -> Host {
    let mut host = host(&rows(11)).with("job-records", json!(4));
    host.chunk = 40;
    host
}

/// The requests of a load that nothing happens to.
fn requests() -> usize {
    let mut host = small();
    host.run();
    host.fake.seen().len()
}

#[test]
fn every_fault_at_every_request_leaves_every_row_loaded_once() {
    for number in 0..requests() {
        for disturbance in DISTURBANCES {
            let mut host = small();
            host.fake.0.borrow_mut().troubles = vec![(number, disturbance)];
            let what = host.fake.seen();
            host.run();
            host.is_whole(11);
            assert!(host.opened < 4, "{number} {disturbance:?} {what:?}");
        }
    }
}

#[test]
fn a_page_of_a_proxy_does_not_say_that_a_job_is_gone() {
    for number in 0..requests() {
        let mut host = small();
        host.fake.0.borrow_mut().troubles = vec![(number, Disturbance::Status(404))];
        if let Err(fault) = host.live() {
            assert_eq!(fault.kind, FaultKind::NotFound, "{number}");
            host.run();
        }
        host.is_whole(11);
    }
}

#[test]
fn two_faults_in_a_row_do_no_harm_either() {
    for number in 0..requests() {
        for (first, second) in [
            (Disturbance::AnswerLost, Disturbance::Status(503)),
            (Disturbance::Reset, Disturbance::AnswerLost),
            (Disturbance::Status(401), Disturbance::CutShort),
        ] {
            let mut host = small();
            host.fake.0.borrow_mut().troubles = vec![(number, first), (number + 1, second)];
            host.run();
            host.is_whole(11);
        }
    }
}

/// What a host that dies has done last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Death {
    BeforeKeeping,
    AfterKeeping,
}

/// Lives until the call of this number, counted over writes, closing, watching; false when there were not that many.
fn die_at(host: &mut Host, call: usize, death: Death) -> Result<bool, Fault> {
    let mut load = host.open()?;
    if host.journal.is_none() {
        host.keep(&load);
    }
    let from = taken(host.journal.as_deref().unwrap());
    let mut calls = 0;
    let mut dies = |host: &mut Host, load: &Load| {
        calls += 1;
        if calls - 1 != call {
            host.keep(load);
            return false;
        }
        if death == Death::AfterKeeping {
            host.keep(load);
        }
        true
    };
    for chunk in host.input.clone()[from..].chunks(host.chunk) {
        load.write(chunk)?;
        if dies(host, &load) {
            return Ok(true);
        }
    }
    load.close()?;
    if dies(host, &load) {
        return Ok(true);
    }
    load.watch(1_000)?;
    Ok(dies(host, &load))
}

#[test]
fn host_that_dies_at_any_moment_loads_every_row_once() {
    let mut deaths = 0;
    for call in 0.. {
        let mut reached = false;
        for death in [Death::BeforeKeeping, Death::AfterKeeping] {
            let mut host = small();
            host.chunk = 12;
            reached |= die_at(&mut host, call, death).unwrap();
            // And once more in the next life.
            die_at(&mut host, call / 2, death).unwrap();
            host.run();
            host.is_whole(11);
            deaths += 1;
        }
        if !reached {
            break;
        }
    }
    assert!(deaths > 20);
}

#[test]
fn journal_left_half_way_is_finished_without_what_was_collected() {
    let mut host = small();
    let mut load = host.open().unwrap();
    for chunk in host.input.clone().chunks(host.chunk) {
        load.write(chunk).unwrap();
        host.keep(&load);
        host.collect(&mut load).unwrap();
    }
    let before = taken(host.journal.as_deref().unwrap());
    assert!(
        before > 0,
        "outcomes that were given out free the input before them"
    );
    host.run();
    host.is_whole(11);
}

#[test]
fn input_that_changed_is_refused_when_it_is_given_again() {
    let mut host = small();
    let mut load = host.open().unwrap();
    for chunk in host.input.clone().chunks(host.chunk) {
        load.write(chunk).unwrap();
    }
    load.close().unwrap();
    host.keep(&load);
    let other = String::from_utf8(host.input.clone())
        .unwrap()
        .replacen("good", "fine", 1);
    host.input = other.into_bytes();
    let fault = host.live().err().unwrap();
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(fault.message.contains("7500"), "{}", fault.message);
}

#[test]
fn limit_that_lasts_is_told_and_not_repeated() {
    let mut host = small();
    host.fake.0.borrow_mut().troubles = vec![(1, Disturbance::Status(400))];
    let fault = host.live().err().unwrap();
    assert_eq!((fault.kind, fault.attempts), (FaultKind::Invalid, 1));
}

#[test]
fn journal_of_another_operation_is_refused() {
    let mut host = small();
    host.journal = Some("{\"taken\":0}".into());
    assert_eq!(host.live().err().unwrap().kind, FaultKind::Config);
}
