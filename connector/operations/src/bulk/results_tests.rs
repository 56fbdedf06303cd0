use super::*;
use salesforce_client::testing::flat;
use salesforce_client::testing::{client, expired, token};
use salesforce_client::transport::Failure;
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::FaultKind;

const CSV: &str = "\"sf__Id\",\"sf__Created\",\"Name\"\n\"001\",\"true\",\"Ann\"\n";

fn job() -> ResultsConfig {
    ResultsConfig {
        job: "750A".into(),
        format: None,
    }
}

fn csv(body: &str) -> Play {
    Play::Answer(
        200,
        vec![("content-type".into(), "text/csv".into())],
        body.into(),
    )
}

fn read(results: &mut impl Source, max: usize) -> Result<String, Fault> {
    let mut whole = Vec::new();
    while let Some(piece) = results.read(max)? {
        whole.extend_from_slice(&piece);
    }
    Ok(String::from_utf8(whole).unwrap())
}

#[test]
fn results_come_through_as_they_are() {
    let (client, script, _) = client([csv(CSV)]);
    let mut results = successful(Rc::new(client), &job()).unwrap();
    assert_eq!(read(&mut results, 7).unwrap(), CSV);
    assert_eq!(
        script.sent()[1],
        "Get https://eu1.salesforce.com/services/data/v62.0/jobs/ingest/750A/successfulResults/"
    );
}

#[test]
fn broken_answer_goes_on_where_it_broke() {
    let (client, script, _) = client([
        Play::CutShort(200, CSV.as_bytes()[..20].to_vec()),
        Play::Answer(503, vec![], vec![]),
        Play::CutShort(200, CSV.as_bytes()[..30].to_vec()),
        csv(CSV),
    ]);
    let mut results = failed(Rc::new(client), &job()).unwrap();
    assert_eq!(read(&mut results, 8).unwrap(), CSV);
    assert_eq!(script.left(), 0);
}

#[test]
fn answer_that_changed_meanwhile_is_refused() {
    let (client, ..) = client([
        Play::CutShort(200, CSV.as_bytes()[..20].to_vec()),
        csv(&CSV.replace("sf__Id", "sf__ID")),
    ]);
    let mut results = failed(Rc::new(client), &job()).unwrap();
    assert_eq!(
        read(&mut results, 99).unwrap_err().kind,
        FaultKind::Protocol
    );
}

#[test]
fn answer_that_keeps_breaking_ends_after_the_attempts_of_the_policy() {
    let (client, script, _) = client((0..9).map(|_| Play::CutShort(200, b"sf".to_vec())));
    let mut results = unprocessed(Rc::new(client), &job()).unwrap();
    let fault = read(&mut results, 99).unwrap_err();
    assert_eq!((fault.kind, fault.attempts), (FaultKind::Unavailable, 5));
    assert_eq!(script.left(), 4);
}

#[test]
fn faults_before_the_answer_are_retried_and_the_session_renewed() {
    let (client, script, _) = client([
        expired(),
        token("T2"),
        Play::Answer(429, vec![("retry-after".into(), "2".into())], vec![]),
        Play::Fail(Failure::Lost),
        csv(CSV),
    ]);
    let mut results = successful(Rc::new(client), &job()).unwrap();
    assert_eq!(read(&mut results, 99).unwrap(), CSV);
    assert_eq!(script.left(), 0);
}

#[test]
fn page_of_a_query_tells_its_locator_and_count() {
    let headers = |locator: &str| {
        vec![
            ("sforce-locator".into(), locator.into()),
            ("sforce-numberofrecords".into(), "2".into()),
        ]
    };
    let (client, script, _) = client([
        Play::Answer(200, headers("MTAw"), b"\"Id\"\n".to_vec()),
        Play::Answer(200, headers("null"), b"\"Id\"\n".to_vec()),
    ]);
    let client = Rc::new(client);
    let mut config = QueryJobResultsConfig {
        format: None,
        job: "750B".into(),
        locator: None,
        max_records: Some(2),
    };
    let first = query_page(Rc::clone(&client), &config).unwrap().head();
    assert!(flat(&first.metadata).contains(&("locator".into(), "MTAw".into())));
    assert!(flat(&first.metadata).contains(&("records".into(), "2".into())));
    config.locator = Some("MTAw".into());
    let last = query_page(client, &config).unwrap().head();
    assert!(
        flat(&last.metadata)
            .iter()
            .all(|(name, _)| name != "locator")
    );
    assert!(script.sent()[2].ends_with("/jobs/query/750B/results?locator=MTAw&maxRecords=2"));
}

#[test]
fn results_come_as_json_whatever_the_pieces_and_the_delimiter() {
    let documents = [
        "\"sf__Id\",\"Name\",\"Account__r.Ext__c\"\n\"001\",\"A \"\"b\"\", c\nd\",\"\"\n\"002\",\"#N/A\",\"1.50\"\n",
        "\"sf__Id\";\"Name\";\"Account__r.Ext__c\"\r\n\"001\";\"A \"\"b\"\", c\nd\";\"\"\r\n\"002\";\"#N/A\";\"1.50\"\r\n",
    ];
    let records = [
        r#"{"sf__Id":"001","Name":"A \"b\", c\nd","Account__r.Ext__c":""}"#,
        r##"{"sf__Id":"002","Name":"#N/A","Account__r.Ext__c":"1.50"}"##,
    ];
    let lines = format!("{}\n", records.join("\n"));
    let list = format!("[{}]\n", records.join(",\n"));
    for document in documents {
        for (format, media_type, expected) in [
            (ResultFormat::Ndjson, "application/x-ndjson", &lines),
            (ResultFormat::Json, "application/json", &list),
        ] {
            for max in [1, 13, 9999] {
                let (client, ..) = client([csv(document)]);
                let config = ResultsConfig {
                    format: Some(format),
                    ..job()
                };
                let mut results = failed(Rc::new(client), &config).unwrap();
                assert_eq!(results.head().media_type, media_type);
                assert_eq!(read(&mut results, max).unwrap(), *expected);
            }
        }
    }
}

#[test]
fn results_without_records_are_an_empty_list() {
    for answer in [
        Play::Answer(204, vec![], vec![]),
        csv("\"sf__Id\",\"Name\"\n"),
        csv("\"sf__Id\",\"Name\""),
    ] {
        let (client, ..) = client([answer]);
        let config = ResultsConfig {
            format: Some(ResultFormat::Json),
            ..job()
        };
        let mut results = successful(Rc::new(client), &config).unwrap();
        assert_eq!(read(&mut results, 99).unwrap(), "[]\n");
    }
}

#[test]
fn record_with_too_few_cells_is_told_and_not_written() {
    let (client, ..) = client([csv("\"sf__Id\",\"Name\"\n\"001\"\n")]);
    let config = ResultsConfig {
        format: Some(ResultFormat::Json),
        ..job()
    };
    let mut results = successful(Rc::new(client), &config).unwrap();
    let fault = read(&mut results, 99).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Protocol);
}
