//! Uploads that are answered, and not as documented: the job decides, and records that it has not taken go into another one.

use super::*;

fn swallowing(input: &str, uploads: u32, minds_empty: bool) -> Host {
    let host = host(input);
    {
        let mut inside = host.fake.0.borrow_mut();
        inside.swallows = uploads;
        inside.minds_empty = minds_empty;
    }
    host
}

fn jobs(host: &Host) -> usize {
    host.fake.0.borrow().jobs.len()
}

#[test]
fn records_that_a_job_did_not_take_go_into_another_one() {
    for minds_empty in [true, false] {
        for (uploads, made) in [(1, 2), (2, 3)] {
            let mut host = swallowing(&rows(4), uploads, minds_empty);
            host.run();
            host.is_whole(4);
            assert_eq!(jobs(&host), made);
        }
    }
}

#[test]
fn records_that_were_taken_are_not_sent_again_whatever_the_answer_was() {
    for status in [200, 202, 204] {
        let mut host = host(&rows(4));
        host.fake.0.borrow_mut().shrugs = Some(status);
        host.run();
        host.is_whole(4);
        assert_eq!(jobs(&host), 1);
    }
}

#[test]
fn no_more_than_three_jobs_get_the_same_records_and_each_record_has_the_reason() {
    for minds_empty in [true, false] {
        let mut host = swallowing(&rows(4), u32::MAX, minds_empty);
        let mut load = host.run();
        assert_eq!(jobs(&host), 3);
        let progress = load.watch(0).unwrap();
        assert!(progress.done);
        assert_eq!((progress.processed, progress.failed), (4, 4));
        let outcomes = host.outcomes();
        assert_eq!(outcomes.len(), 4);
        for outcome in outcomes {
            assert_eq!(outcome["success"], false);
            let why = outcome["message"].as_str().unwrap();
            assert!(
                why.contains("3 jobs took none") && why.contains("HTTP 204"),
                "{why}"
            );
        }
        // Resumed, it has come to its end, and nothing is sent once more.
        drop(load);
        assert!(host.run().watch(0).unwrap().done);
        assert_eq!((jobs(&host), host.fake.loaded().len()), (3, 0));
    }
}

#[test]
fn part_is_filled_again_up_to_those_that_were_sent_after_it() {
    let mut host = swallowing(&rows(11), 1, false).with("job-records", json!(3));
    host.fake.0.borrow_mut().polls = 50;
    host.run();
    host.is_whole(11);
    // Four parts, and the first one once more.
    let sizes: Vec<Option<usize>> = host.fake.0.borrow().jobs.iter().map(rows_of).collect();
    assert_eq!(sizes, [None, Some(3), Some(3), Some(2), Some(3)]);
}

fn rows_of(job: &crate::bulk::testing::Job) -> Option<usize> {
    job.data.as_deref().map(|data| lines(data).len() - 1)
}

#[test]
fn every_fault_at_every_request_leaves_every_row_loaded_once() {
    let requests = {
        let mut host = swallowing(&rows(5), 1, true).with("job-records", json!(3));
        host.run();
        host.fake.seen().len()
    };
    for number in 0..requests {
        for disturbance in DISTURBANCES {
            let mut host = swallowing(&rows(5), 1, true).with("job-records", json!(3));
            host.fake.0.borrow_mut().troubles = vec![(number, disturbance)];
            host.run();
            host.is_whole(5);
        }
    }
}

#[test]
fn load_that_is_given_up_leaves_records_that_no_job_took_unprocessed() {
    let mut host = swallowing(&rows(6), 1, true).with("job-records", json!(3));
    let mut load = host.open().unwrap();
    load.write(&host.input.clone()).unwrap();
    load.close().unwrap();
    let fault = loop {
        host.keep(&load);
        if let Err(fault) = load.watch(0) {
            break fault;
        }
    };
    assert_eq!(fault.kind, FaultKind::Unavailable);
    assert!(
        fault.message.contains("took none of its 3 records"),
        "{}",
        fault.message
    );
    drop(load);
    let mut load = host.open().unwrap();
    load.abort().unwrap();
    host.keep(&load);
    drop(load);
    host.run();
    let outcomes = host.outcomes();
    assert_eq!(outcomes.len(), 6, "{outcomes:?}");
    assert!(host.fake.loaded().is_empty());
}
