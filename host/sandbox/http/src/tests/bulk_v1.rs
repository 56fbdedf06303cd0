//! Bulk API 1.0 as clients see it.

mod rejected;
mod zipped;

use std::time::Duration;

use super::*;
use sandbox_core::bulk::{RowFault, Settings};

const XML: &str = "application/xml; charset=UTF-8";
const JSON: &str = "application/json";
const NS: &str = "xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\"";

impl Client {
    async fn asynchronous(
        &self,
        method: &str,
        path: &str,
        media_type: &str,
        body: impl AsRef<[u8]>,
    ) -> TestResponse {
        let request = Request::builder()
            .method(method)
            .uri(format!("/services/async/62.0/job{path}"))
            .header("x-sfdc-session", &self.token)
            .header("content-type", media_type)
            .body(Body::from(body.as_ref().to_vec()));
        self.send(request.unwrap()).await
    }

    async fn read(&self, path: &str) -> String {
        let response = self.asynchronous("GET", path, XML, "").await;
        assert_eq!(response.status, 200, "{}", response.text());
        response.text()
    }

    /// Makes a job by XML; gives its id.
    async fn create_job(&self, operation: &str, object: &str, content: &str, more: &str) -> String {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><jobInfo {NS}><operation>{operation}</operation><object>{object}</object>{more}<contentType>{content}</contentType></jobInfo>"
        );
        let made = self.asynchronous("POST", "", XML, &body).await;
        assert_eq!(made.status, 201, "{}", made.text());
        inner(&made.text(), "id")
    }

    /// Adds a batch and waits for its end; gives its path and its info.
    async fn batch(&self, job: &str, media_type: &str, body: &str) -> (String, String) {
        let made = self
            .asynchronous("POST", &format!("/{job}/batch"), media_type, body)
            .await;
        assert_eq!(made.status, 201, "{}", made.text());
        let id = if made.text().starts_with('{') {
            made.json()["id"].as_str().unwrap().to_owned()
        } else {
            inner(&made.text(), "id")
        };
        let path = format!("/{job}/batch/{id}");
        for _ in 0..1_000 {
            let info = self.read(&path).await;
            if ["Completed", "Failed", "NotProcessed"].iter().any(|state| {
                info.contains(&format!(">{state}<")) || info.contains(&format!("\"{state}\""))
            }) {
                return (path, info);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the batch does not come to an end");
    }
}

/// The text of the first element of this name.
fn inner(xml: &str, name: &str) -> String {
    let start = xml
        .split_once(&format!("<{name}>"))
        .unwrap_or_else(|| panic!("{name} in {xml}"));
    start
        .1
        .split_once(&format!("</{name}>"))
        .unwrap()
        .0
        .to_owned()
}

#[tokio::test]
async fn csv_batches_give_results_in_the_order_of_their_rows() {
    let client = Client::new().await;
    let job = client.create_job("insert", "Contact", "CSV", "").await;
    let csv = "LastName,Email\nOne,\n,x@example.com\nThree,\n";
    let (path, info) = client.batch(&job, "text/csv; charset=UTF-8", csv).await;
    assert_eq!(
        (
            inner(&info, "numberRecordsProcessed"),
            inner(&info, "numberRecordsFailed")
        ),
        ("3".to_owned(), "1".to_owned())
    );
    let results = client.read(&format!("{path}/result")).await;
    let lines: Vec<&str> = results.lines().collect();
    assert_eq!(lines[0], r#""Id","Success","Created","Error""#);
    assert!(lines[1].starts_with("\"003") && lines[1].ends_with(r#","true","true","""#));
    assert_eq!(
        lines[2],
        r#""","false","false","REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --""#
    );
    assert!(lines[3].ends_with(r#","true","true","""#));
    assert_eq!(client.read(&format!("{path}/request")).await, csv);
    let closed = format!("<jobInfo {NS}><state>Closed</state></jobInfo>");
    let closed = client
        .asynchronous("POST", &format!("/{job}"), XML, &closed)
        .await;
    assert_eq!(
        (closed.status, inner(&closed.text(), "state")),
        (200, "Closed".to_owned())
    );
    assert_eq!(inner(&closed.text(), "numberBatchesCompleted"), "1");
    let late = client
        .asynchronous("POST", &format!("/{job}/batch"), "text/csv", csv)
        .await;
    assert_eq!(
        (late.status, inner(&late.text(), "exceptionCode")),
        (400, "InvalidJobState".to_owned())
    );
    let list = client.read(&format!("/{job}/batch")).await;
    assert!(
        list.contains(&format!("<batchInfoList {NS}><batchInfo><id>")),
        "{list}"
    );
}

#[tokio::test]
async fn xml_batches_name_parents_and_nulls() {
    let client = Client::new().await;
    let job = client.create_job("insert", "Account", "XML", "").await;
    let user = sandbox_core::org::ADMIN_USERNAME;
    let body = format!(
        "<sObjects {NS} xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><sObject><Name>A &amp; B</Name><Site xsi:nil=\"true\"/><Owner><sObject><Username>{user}</Username></sObject></Owner></sObject><sObject><Site>x</Site></sObject></sObjects>"
    );
    let (path, info) = client.batch(&job, XML, &body).await;
    assert!(info.contains("<state>Completed</state>"), "{info}");
    let results = client.read(&format!("{path}/result")).await;
    assert!(
        results.contains(&format!("<results {NS}><result><id>001")),
        "{results}"
    );
    assert!(results.contains("<errors><fields>Name</fields><message>Required fields are missing: [Name]</message><statusCode>REQUIRED_FIELD_MISSING</statusCode></errors><success>false</success><created>false</created>"));
    let id = inner(&results, "id");
    let shown = client.get(&format!("/sobjects/Account/{id}")).await.json();
    assert_eq!(shown["Name"], "A & B");
}

#[tokio::test]
async fn json_jobs_use_json() {
    let client = Client::new().await;
    let body = r#"{"operation": "upsert", "object": "User", "concurrencyMode": 1, "contentType": "JSON", "externalIdFieldName": "Username"}"#;
    let made = client.asynchronous("POST", "", JSON, body).await;
    assert_eq!(
        (made.status, &made.json()["concurrencyMode"]),
        (201, &"Serial".into())
    );
    let job = made.json()["id"].as_str().unwrap().to_owned();
    let user = sandbox_core::org::ADMIN_USERNAME;
    let rows = format!(
        r#"[{{"attributes": {{"type": "User"}}, "Username": "{user}", "Title": "Boss"}}, {{"Username": null}}]"#
    );
    let (path, info) = client.batch(&job, JSON, &rows).await;
    assert!(info.contains("\"numberRecordsFailed\":1"), "{info}");
    let results: Json =
        serde_json::from_str(&client.read_json(&format!("{path}/result")).await).unwrap();
    assert_eq!(
        (&results[0]["success"], &results[0]["created"]),
        (&true.into(), &false.into())
    );
    assert_eq!(results[1]["errors"][0]["statusCode"], "MISSING_ARGUMENT");
    assert_eq!(results[1]["id"], Json::Null);
    let nope = client.batch(&job, JSON, r#"[{"Nope": 1}]"#).await.1;
    assert!(
        nope.contains("InvalidBatch : Field name not found : Nope"),
        "{nope}"
    );
}

impl Client {
    async fn read_json(&self, path: &str) -> String {
        let response = self.asynchronous("GET", path, JSON, "").await;
        assert_eq!(response.status, 200, "{}", response.text());
        response.text()
    }
}

#[tokio::test]
async fn queries_give_a_list_of_results() {
    let client = Client::new().await;
    client
        .call(
            "POST",
            "/sobjects/Account",
            Some(serde_json::json!({"Name": "Q <1>"})),
        )
        .await;
    let soql = "SELECT Id, Name, CreatedDate, Site, Owner.Alias FROM Account WHERE Name = 'Q <1>'";
    let csv = client.create_job("query", "Account", "CSV", "").await;
    let (path, info) = client.batch(&csv, "text/csv", soql).await;
    assert!(info.contains("<state>Completed</state>"), "{info}");
    let list = client.read(&format!("{path}/result")).await;
    assert!(
        list.contains(&format!("<result-list {NS}><result>752")),
        "{list}"
    );
    let rows = client
        .read(&format!("{path}/result/{}", inner(&list, "result")))
        .await;
    assert!(rows.starts_with("\"Id\",\"Name\",\"CreatedDate\",\"Site\",\"Owner.Alias\"\n\"001"));
    assert!(
        rows.ends_with(",\"Q <1>\",\"2026-09-21T14:13:20.000Z\",\"\",\"admin\"\n"),
        "{rows}"
    );
    let xml = client.create_job("query", "Account", "XML", "").await;
    let (path, _) = client.batch(&xml, XML, soql).await;
    let list = client.read(&format!("{path}/result")).await;
    let rows = client
        .read(&format!("{path}/result/{}", inner(&list, "result")))
        .await;
    assert!(
        rows.contains("<records xsi:type=\"sObject\"><type>Account</type><Id>001"),
        "{rows}"
    );
    assert!(rows.contains("<Name>Q &lt;1&gt;</Name>") && rows.contains("<Site xsi:nil=\"true\"/>"));
    let json = client.create_job("queryAll", "Account", "JSON", "").await;
    let (path, _) = client.batch(&json, JSON, soql).await;
    let list: Vec<String> =
        serde_json::from_str(&client.read_json(&format!("{path}/result")).await).unwrap();
    let rows: Json = serde_json::from_str(
        &client
            .read_json(&format!("{path}/result/{}", list[0]))
            .await,
    )
    .unwrap();
    assert_eq!(
        (&rows[0]["CreatedDate"], &rows[0]["attributes"]["type"]),
        (&NOW.into(), &"Account".into())
    );
    let empty = "SELECT Id FROM Account WHERE Name = 'none'";
    let (path, _) = client.batch(&csv, "text/csv", empty).await;
    let list = client.read(&format!("{path}/result")).await;
    let rows = client
        .read(&format!("{path}/result/{}", inner(&list, "result")))
        .await;
    assert_eq!(rows, "Records not found for this query");
}

#[tokio::test]
async fn chunked_queries_make_batches_of_their_own() {
    let client = Client::with_org(
        Org::builder()
            .clock(Clock::fixed(NOW))
            .without_data()
            .rows("Account", 25),
    )
    .await;
    let body = format!(
        "<jobInfo {NS}><operation>query</operation><object>Account</object><contentType>CSV</contentType></jobInfo>"
    );
    let request = Request::post("/services/async/62.0/job")
        .header("x-sfdc-session", &client.token)
        .header("content-type", XML)
        .header("sforce-enable-pkchunking", "chunkSize=10")
        .body(Body::from(body))
        .unwrap();
    let job = inner(&client.send(request).await.text(), "id");
    let (_, first) = client
        .batch(
            &job,
            "text/csv",
            "SELECT Id FROM Account WHERE Name != null",
        )
        .await;
    assert!(first.contains("<state>NotProcessed</state>"), "{first}");
    let mut batches = Vec::new();
    for _ in 0..1_000 {
        let list = client.read(&format!("/{job}/batch")).await;
        batches = list
            .split("<batchInfo>")
            .skip(1)
            .map(str::to_owned)
            .collect();
        if batches
            .iter()
            .skip(1)
            .all(|batch| batch.contains("Completed"))
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let counts: Vec<String> = batches
        .iter()
        .skip(1)
        .map(|b| inner(b, "numberRecordsProcessed"))
        .collect();
    assert_eq!(counts, ["10", "10", "5"]);
}

#[tokio::test]
async fn locked_rows_serial_jobs_and_aborts() {
    let client = Client::new().await;
    client.org.bulk().configure(Settings {
        row_faults: vec![RowFault {
            every: 2,
            times: 1,
            ..RowFault::default()
        }],
        batch_ms: 1_000,
        ..Settings::default()
    });
    let job = client
        .create_job(
            "insert",
            "Account",
            "CSV",
            "<concurrencyMode>Serial</concurrencyMode>",
        )
        .await;
    let mut ids = Vec::new();
    for n in 0..3 {
        let csv = format!("Name\nS{n}a\nS{n}b\n");
        let made = client
            .asynchronous("POST", &format!("/{job}/batch"), "text/csv", &csv)
            .await;
        ids.push(inner(&made.text(), "id"));
    }
    let wait = async |state: &str, count: &str| {
        for _ in 0..1_000 {
            if inner(&client.read(&format!("/{job}")).await, state) == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{state} never was {count}");
    };
    wait("numberBatchesInProgress", "1").await;
    client.org.clock().advance(1_000);
    wait("numberBatchesCompleted", "1").await;
    let results = client
        .read(&format!("/{job}/batch/{}/result", ids[0]))
        .await;
    assert!(
        results
            .lines()
            .nth(2)
            .unwrap()
            .contains("UNABLE_TO_LOCK_ROW"),
        "{results}"
    );
    wait("numberBatchesInProgress", "1").await;
    let aborted = format!("<jobInfo {NS}><state>Aborted</state></jobInfo>");
    let aborted = client
        .asynchronous("POST", &format!("/{job}"), XML, &aborted)
        .await;
    assert_eq!(inner(&aborted.text(), "state"), "Aborted");
    let last = client.read(&format!("/{job}/batch/{}", ids[2])).await;
    assert!(last.contains("<state>NotProcessed</state>"), "{last}");
}
