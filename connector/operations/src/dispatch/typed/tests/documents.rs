//! Documents of Salesforce's in the typed interface.

use super::*;
use salesforce_contract::bindings::exports::salesforce::connector::{analytics, connection};
use salesforce_contract::catalog::FromJson;

fn reply<T: FromJson>(name: &str, config: &impl Serialize, answer: Play) -> Result<T, Fault> {
    let (context, _) = context([salesforce_client::testing::token("T1"), answer]);
    let connection = connect(context, &super::connection()).unwrap();
    Called::new(Some(&connection), name, config)?.reply(None)
}

fn job() -> bulk::JobConfig {
    bulk::JobConfig {
        job: "7505e000000HeWqAAK".into(),
    }
}

#[test]
fn a_document_becomes_a_record() {
    let answer = r#"{"id":"750","state":"JobComplete","apiVersion":62.0,"numberRecordsProcessed":3,"errorMessage":null,"new":{}}"#;
    let job: bulk::BulkJob = reply("bulk/job-info", &job(), Play::json(200, answer)).unwrap();
    assert_eq!(
        (job.id.as_str(), job.state.as_str()),
        ("750", "JobComplete")
    );
    assert_eq!(
        (job.api_version, job.number_records_processed),
        (Some(62.0), Some(3))
    );
    assert_eq!((job.error_message, job.object), (None, None));
}

#[test]
fn lists_and_maps_become_lists() {
    let answer = r#"[{"id":"00O","name":"Deals"}]"#;
    let reports: Vec<analytics::ReportSummary> =
        reply("analytics/reports", &(), Play::json(200, answer)).unwrap();
    assert_eq!(reports[0].name.as_deref(), Some("Deals"));
    let answer = r#"{"DailyApiRequests":{"Max":15000,"Remaining":-1}}"#;
    let limits: Vec<(String, connection::OrgLimit)> =
        reply("connection/limits", &(), Play::json(200, answer)).unwrap();
    assert_eq!(
        (limits[0].0.as_str(), limits[0].1.remaining),
        ("DailyApiRequests", -1)
    );
}

#[test]
fn an_empty_answer_is_nothing() {
    let answer = Play::Answer(204, vec![], vec![]);
    reply::<()>("bulk/delete-job", &job(), answer).unwrap();
}

#[test]
fn a_document_that_lacks_what_it_must_have_is_a_fault() {
    let answer = Play::json(200, r#"[{"name":"Deals"}]"#);
    let fault =
        reply::<Vec<analytics::ReportSummary>>("analytics/reports", &(), answer).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(fault.message.contains("analytics/reports") && fault.message.contains("id"));
}
