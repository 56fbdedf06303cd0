//! Uploads tell their length where it is known.

use super::*;

fn lengths(host: &Host) -> Vec<Option<usize>> {
    let inside = host.fake.0.borrow();
    let length = |headers: &Vec<(String, String)>| {
        let found = headers.iter().find(|(name, _)| name == "content-length");
        found.map(|(_, value)| value.parse().unwrap())
    };
    inside.upload_headers.iter().map(length).collect()
}

fn sent(host: &Host) -> Vec<Option<usize>> {
    let inside = host.fake.0.borrow();
    let data = inside.jobs.iter().map(|job| job.data.as_ref());
    data.map(|data| data.map(String::len)).collect()
}

#[test]
fn part_that_is_small_tells_its_length() {
    let mut host = host(&rows(25)).with("job-records", json!(10));
    host.run();
    host.is_whole(25);
    assert_eq!(lengths(&host), sent(&host));
}

#[test]
fn part_that_is_large_is_streamed_unless_its_length_is_wanted() {
    let row = format!("{}\n", "x".repeat(30_000));
    let input = format!("Name\n{}", row.repeat(50));
    for (sized, told) in [(false, false), (true, true)] {
        let mut host = host(&input).with("sized-uploads", json!(sized));
        host.chunk = 100_000;
        host.run();
        assert_eq!(lengths(&host)[0].is_some(), told);
        assert_eq!(sent(&host), [Some(input.len())]);
    }
}
