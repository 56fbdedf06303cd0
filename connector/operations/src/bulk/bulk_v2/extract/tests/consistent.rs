//! What is held of pages before they count: their media type, their header, their rows, and that they come to an end.

use super::*;
use salesforce_client::transport::Headers;
use salesforce_client::transport::scripted::Play;

fn spoilt(sizes: &[usize], spoils: fn(&str, u32, Play) -> Play) -> Trial {
    let trial = trial(sizes);
    trial.fake.0.borrow_mut().spoils = Some(spoils);
    trial
}

fn html() -> Play {
    let headers = vec![("content-type".into(), "text/html; charset=UTF-8".into())];
    Play::Answer(200, headers, b"<html>\n<body>soon</body>\n</html>".to_vec())
}

/// The extract that goes on where this one stands, and how many bytes stay.
fn resumed(trial: &Trial, extract: &Extract) -> (Extract, usize) {
    let resume = attribute(extract, "resume");
    let operation = catalog::find("bulk/extract").unwrap();
    let config = catalog::accept(&operation.config.shape, &resume, "config").unwrap();
    let config = serde_json::from_value(config).unwrap();
    let again = open(trial.fake.client(&trial.clock), config).unwrap();
    (again, attribute(extract, "resume-bytes").parse().unwrap())
}

#[test]
fn page_of_a_gateway_is_asked_for_again() {
    let trial = spoilt(&[3, 2], |_, before, answer| match before {
        0 => html(),
        _ => answer,
    });
    assert_eq!(trial.whole().unwrap(), trial.expected());
}

#[test]
fn page_of_a_gateway_that_stays_is_no_page_and_moves_no_position() {
    let lacking = |_: &str, _: u32, answer: Play| match answer {
        Play::Answer(status, _, body) => Play::Answer(status, vec![], body),
        other => other,
    };
    for spoils in [
        (|_: &str, _: u32, _: Play| html()) as fn(&str, u32, Play) -> Play,
        lacking,
    ] {
        let trial = spoilt(&[3, 2], spoils);
        let mut extract = trial.open().unwrap();
        let fault = read(&mut extract).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Protocol);
        trial.fake.0.borrow_mut().spoils = None;
        let (mut again, bytes) = resumed(&trial, &extract);
        assert_eq!(bytes, 0);
        assert_eq!(read(&mut again).unwrap(), trial.expected());
    }
}

#[test]
fn page_with_another_header_is_refused_after_a_restart_too() {
    let trial = trial(&[3, 2]);
    let mut extract = trial.open().unwrap();
    let mut kept = Vec::new();
    while attribute(&extract, "resume-bytes") == "0" {
        kept.extend(extract.read(50).unwrap().unwrap());
    }
    let page = trial.fake.0.borrow().pages[1].replacen("Name", "Mane", 1);
    let good = std::mem::replace(&mut trial.fake.0.borrow_mut().pages[1], page);
    let (mut again, bytes) = resumed(&trial, &extract);
    assert_eq!(read(&mut again).unwrap_err().kind, FaultKind::Protocol);
    trial.fake.0.borrow_mut().pages[1] = good;
    let (mut again, _) = resumed(&trial, &extract);
    kept.truncate(bytes);
    kept.extend(read(&mut again).unwrap().into_bytes());
    assert_eq!(String::from_utf8(kept).unwrap(), trial.expected());
}

#[test]
fn position_behind_the_last_page_has_nothing_more() {
    for sizes in [&[3, 2][..], &[0]] {
        let trial = trial(sizes);
        let mut extract = trial.open().unwrap();
        let whole = read(&mut extract).unwrap();
        let (mut again, bytes) = resumed(&trial, &extract);
        assert_eq!(bytes, whole.len());
        assert_eq!(read(&mut again).unwrap(), "");
    }
}

#[test]
fn extract_that_was_read_to_its_end_is_done_though_its_job_is_deleted() {
    let trial = trial(&[3, 2]);
    let mut extract = trial.open().unwrap();
    let whole = read(&mut extract).unwrap();
    assert!(trial.fake.seen().last().unwrap().starts_with("Delete"));
    let asked = trial.fake.seen().len();
    let (mut again, bytes) = resumed(&trial, &extract);
    assert_eq!(
        (read(&mut again).unwrap().as_str(), bytes),
        ("", whole.len())
    );
    let since = trial.fake.seen().split_off(asked);
    assert!(
        !since.iter().any(|request| request.contains("/jobs/")),
        "the job is gone: {since:?}"
    );
}

#[test]
fn locator_of_the_same_page_forever_ends_the_extract() {
    fn looping(headers: Headers) -> Headers {
        let others = headers
            .into_iter()
            .filter(|(name, _)| name != "sforce-locator");
        others
            .chain([("sforce-locator".into(), "L1".into())])
            .collect()
    }
    let trial = spoilt(&[0, 0], |_, _, answer| match answer {
        Play::Answer(status, headers, body) => Play::Answer(status, looping(headers), body),
        other => other,
    });
    let fault = trial.whole().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(fault.message.contains("7500"), "{}", fault.message);
}

#[test]
fn list_of_pages_that_is_none_costs_one_request() {
    let trial = trial(&[2600, 2600]);
    trial.whole().unwrap();
    let seen = trial.fake.seen();
    let number = seen
        .iter()
        .position(|request| request.contains("resultPages"))
        .unwrap();
    let trial = super::trial(&[2600, 2600]);
    trial.fake.0.borrow_mut().troubles =
        vec![(number, crate::bulk::testing::Disturbance::Status(200))];
    assert_eq!(trial.whole().unwrap(), trial.expected());
    assert!(trial.clock.slept().is_empty(), "{:?}", trial.clock.slept());
}
