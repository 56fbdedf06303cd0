//! Batches that are answered, and not as documented: the list of the job's batches decides.

use super::*;

#[test]
fn batch_that_was_taken_is_not_sent_again_whatever_the_answer_was() {
    for status in [200, 202] {
        let mut host = host(&rows(10));
        host.fake.0.borrow_mut().bulk_v1.shrugs = Some(status);
        host.run();
        host.is_whole();
        assert_eq!(host.fake.0.borrow().bulk_v1.sizes(), [4, 4, 2]);
    }
}

#[test]
fn batch_that_was_not_taken_is_sent_again() {
    let mut host = host(&rows(10));
    host.run();
    let seen = host.fake.seen();
    let adds = seen.iter().enumerate();
    let adds: Vec<usize> = adds
        .filter(|(_, request)| request.starts_with("Post") && request.ends_with("/batch"))
        .map(|(number, _)| number)
        .collect();
    assert_eq!(adds.len(), 3);
    for number in adds {
        for status in [200, 201, 204] {
            let mut host = super::host(&rows(10));
            host.fake.0.borrow_mut().troubles = vec![(number, Disturbance::Status(status))];
            host.run();
            host.is_whole();
        }
    }
}
