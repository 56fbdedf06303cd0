//! What a load leaves behind: jobs that are deleted once their outcomes have been read, and nothing after a refusal.

use super::*;

const ROWS: usize = 9;

fn deleting() -> Host {
    let mut host = host(&rows(ROWS))
        .with("job-records", json!(4))
        .with("delete-jobs", json!(true));
    host.chunk = 40;
    host
}

fn states(host: &Host) -> Vec<String> {
    let inside = host.fake.0.borrow();
    inside.jobs.iter().map(|job| job.state.clone()).collect()
}

/// Lives as hosts do: once everything has been read and the journal kept, the load is watched again until it is done.
fn live(host: &mut Host) -> Result<Load, Fault> {
    let mut load = host.live()?;
    while !load.watch(0)?.done {}
    Ok(load)
}

fn run(host: &mut Host) -> Load {
    loop {
        match live(host) {
            Ok(load) => return load,
            Err(fault) => assert_passes(&fault, host.opened),
        }
    }
}

/// The rows that a load of this input sends; deleted jobs count.
fn is_whole(host: &mut Host) {
    for job in &mut host.fake.0.borrow_mut().jobs {
        if job.state == "Deleted" {
            job.state = "JobComplete".into();
        }
    }
    host.is_whole(ROWS);
}

#[test]
fn jobs_are_deleted_once_their_outcomes_have_been_read_and_kept() {
    let mut host = deleting();
    let mut load = host.live().unwrap();
    assert_eq!(
        states(&host),
        ["JobComplete"; 3],
        "nothing before the journal is kept"
    );
    let progress = load.watch(0).unwrap();
    assert!(progress.done);
    assert_eq!(states(&host), ["Deleted"; 3]);
    let requests = host.fake.seen().len();
    load.watch(0).unwrap();
    assert_eq!(host.fake.seen().len(), requests, "each is deleted once");
    is_whole(&mut host);
}

#[test]
fn jobs_whose_outcomes_nobody_reads_stay() {
    let mut host = deleting();
    let mut load = host.open().unwrap();
    load.write(&host.input.clone()).unwrap();
    load.close().unwrap();
    for _ in 0..9 {
        load.journal();
        load.close().unwrap();
        load.watch(1_000).unwrap();
    }
    assert_eq!(states(&host), ["JobComplete"; 3]);
}

#[test]
fn failed_records_are_read_before_their_jobs_are_deleted() {
    let mut host = deleting();
    let mut load = host.open().unwrap();
    read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
    host.keep(&load);
    drop(load);
    let mut load = live(&mut host).unwrap();
    assert_eq!(
        states(&host),
        ["JobComplete"; 3],
        "they have been asked for"
    );
    let failed = read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
    assert_eq!(lines(&failed).len() - 1, 1);
    host.keep(&load);
    load.watch(0).unwrap();
    assert_eq!(states(&host), ["Deleted"; 3]);
}

#[test]
fn every_fault_at_every_request_leaves_every_outcome_told_once() {
    let mut plain = deleting();
    run(&mut plain);
    let requests = plain.fake.seen().len();
    for number in 0..requests {
        for disturbance in DISTURBANCES {
            let mut host = deleting();
            host.fake.0.borrow_mut().troubles = vec![(number, disturbance)];
            run(&mut host);
            let left = states(&host);
            let left = left.iter().filter(|state| *state == "JobComplete");
            assert_eq!(left.count(), 0, "{number} {disturbance:?}");
            is_whole(&mut host);
        }
    }
}

#[test]
fn host_that_dies_between_deletes_has_lost_nothing() {
    for deletes in 0..=3 {
        let mut host = deleting();
        host.live().unwrap();
        // So many of them had gone through when the host died.
        for job in host.fake.0.borrow_mut().jobs.iter_mut().take(deletes) {
            job.state = "Deleted".into();
        }
        run(&mut host);
        assert_eq!(states(&host), ["Deleted"; 3]);
        is_whole(&mut host);
    }
}

#[test]
fn host_that_dies_before_it_kept_the_outcomes_reads_them_again() {
    let mut host = deleting();
    let mut load = host.open().unwrap();
    host.keep(&load);
    for chunk in host.input.clone().chunks(40) {
        load.write(chunk).unwrap();
        host.keep(&load);
    }
    load.close().unwrap();
    host.keep(&load);
    while !load.watch(1_000).unwrap().done {
        host.keep(&load);
    }
    host.keep(&load);
    // Read, and lost with the host.
    read(load.outcomes(OutcomeSet::All).unwrap()).unwrap();
    drop(load);
    run(&mut host);
    assert_eq!(states(&host), ["Deleted"; 3]);
    is_whole(&mut host);
}

#[test]
fn job_that_cannot_be_deleted_is_named_and_fails_nothing() {
    let mut host = deleting();
    let mut load = host.live().unwrap();
    let next = host.fake.seen().len();
    host.fake.0.borrow_mut().troubles = vec![(next, Disturbance::Status(400))];
    let progress = load.watch(0).unwrap();
    assert!(progress.done);
    assert!(
        progress.note.contains("job 7500 was not deleted"),
        "{}",
        progress.note
    );
    assert_eq!(states(&host), ["JobComplete", "Deleted", "Deleted"]);
}

#[test]
fn upload_that_is_refused_for_good_leaves_a_blank_journal() {
    let mut blank = host(&rows(3));
    let blank = blank.open().unwrap().journal();
    let mut host = host(&rows(3));
    // The describe, the new job, the upload.
    host.fake.0.borrow_mut().troubles = vec![(2, Disturbance::Status(400))];
    let mut load = host.open().unwrap();
    let input = host.input.clone();
    let sent = load.write(&input).and_then(|()| load.close());
    let sent = sent.and_then(|()| load.close());
    assert_eq!(sent.err().unwrap().kind, FaultKind::Invalid);
    assert_eq!(load.journal(), blank);
    assert_eq!(states(&host), ["Aborted"]);
    host.run();
    host.is_whole(3);
}

#[test]
fn refusal_after_other_jobs_keeps_the_journal_of_those() {
    let mut host = host(&rows(8)).with("job-records", json!(4));
    // The describe; a job, its data, its end; another job, and the data of that.
    host.fake.0.borrow_mut().troubles = vec![(5, Disturbance::Status(400))];
    let mut load = host.open().unwrap();
    let input = host.input.clone();
    load.write(&input).unwrap();
    let fault = (0..9).find_map(|_| load.close().err()).unwrap();
    assert!(fault.message.contains("7500"), "{}", fault.message);
    host.keep(&load);
    host.run();
    host.is_whole(8);
}
