//! Faults at every request, and hosts that die.

use super::*;

#[test]
fn every_fault_at_every_request_leaves_every_row_loaded_once() {
    let small = || host(&rows(9)).manages(2, 1);
    let mut undisturbed = small();
    undisturbed.run();
    for number in 0..undisturbed.fake.seen().len() {
        for disturbance in DISTURBANCES {
            let mut host = small();
            host.fake.0.borrow_mut().troubles = vec![(number, disturbance)];
            host.run();
            host.is_whole();
        }
    }
}

#[test]
fn answer_lost_twice_in_a_row_does_no_harm_either() {
    for number in 0..12 {
        let mut host = host(&rows(9));
        let lost = [
            (number, Disturbance::AnswerLost),
            (number + 1, Disturbance::Reset),
        ];
        host.fake.0.borrow_mut().troubles = lost.to_vec();
        host.run();
        host.is_whole();
    }
}

#[test]
fn host_that_dies_at_any_moment_loads_every_row_once() {
    let mut call = 0;
    loop {
        let mut died = false;
        for keeps_last in [false, true] {
            let mut host = host(&rows(9)).manages(3, 0);
            if host.live(call, keeps_last).unwrap().is_none() {
                died = true;
                // And once more in the next life.
                if host.live(call / 2, keeps_last).unwrap().is_none() {
                    host.run();
                }
            }
            host.is_whole();
        }
        if !died {
            break;
        }
        call += 1;
    }
    assert!(call > 10);
}
