//! Jobs: how they are made, their states, and their allowances.

use super::*;

#[tokio::test]
async fn creates_are_checked() {
    let client = Client::new().await;
    let cases = [
        (json!({"operation": "insert"}), "INVALIDJOB"),
        (
            json!({"object": "Nope", "operation": "insert"}),
            "INVALIDENTITY",
        ),
        (
            json!({"object": "Account", "operation": "merge"}),
            "JSON_PARSER_ERROR",
        ),
        (
            json!({"object": "Account", "operation": "insert", "x": 1}),
            "JSON_PARSER_ERROR",
        ),
        (
            json!({"object": "Account", "operation": "insert", "columnDelimiter": ","}),
            "JSON_PARSER_ERROR",
        ),
        (
            json!({"object": "Account", "operation": "insert", "contentType": "JSON"}),
            "JSON_PARSER_ERROR",
        ),
        (
            json!({"object": "Case", "operation": "insert", "assignmentRuleId": "x"}),
            "INVALIDJOB",
        ),
    ];
    for (body, code) in cases {
        let rejected = client.call("POST", "/jobs/ingest", Some(body)).await;
        assert_eq!(rejected.rejection(), (400, code.to_owned()));
    }
    let no_right = Settings {
        hard_delete: false,
        ..Settings::default()
    };
    client.org.bulk().configure(no_right);
    let body = json!({"object": "Account", "operation": "hardDelete"});
    let rejected = client.call("POST", "/jobs/ingest", Some(body)).await;
    assert_eq!(rejected.rejection(), (400, "FEATURENOTENABLED".into()));
}

#[tokio::test]
async fn states_allow_what_salesforce_allows() {
    let client = Client::new().await;
    let id = client.job(insert("Account")).await;
    let info = client.get(&format!("/jobs/ingest/{id}")).await.json();
    let url = format!("services/data/v62.0/jobs/ingest/{id}/batches");
    assert_eq!(
        (&info["state"], &info["contentUrl"]),
        (&json!("Open"), &json!(url))
    );
    let path = format!("/jobs/ingest/{id}");
    let state = (400, "INVALIDJOBSTATE".to_owned());
    assert_eq!(
        client
            .set_state("ingest", &id, "UploadComplete")
            .await
            .status,
        400
    );
    assert_eq!(client.call("DELETE", &path, None).await.rejection(), state);
    assert_eq!(
        client
            .get(&format!("{path}/failedResults"))
            .await
            .rejection(),
        state
    );
    assert_eq!(
        client
            .set_state("ingest", &id, "JobComplete")
            .await
            .rejection(),
        state
    );
    assert_eq!(client.put(&id, "Name\nx\n").await.status, 201);
    let twice = client.put(&id, "Name\nx\n").await;
    assert!(twice.text().contains("Found multiple contents for job"));
    assert_eq!(
        client.set_state("ingest", &id, "Aborted").await.json()["state"],
        "Aborted"
    );
    assert_eq!(
        client.set_state("ingest", &id, "Aborted").await.rejection(),
        state
    );
    assert_eq!(client.put(&id, "Name\ny\n").await.rejection(), state);
    let rest = client.file(&id, "unprocessedrecords").await;
    assert_eq!(rest, ["\"Name\"", "\"x\""]);
    assert_eq!(client.call("DELETE", &path, None).await.status, 204);
    assert_eq!(
        client.get(&path).await.rejection(),
        (404, "NOT_FOUND".into())
    );
    assert_eq!(
        client.hits("SELECT Id FROM Account WHERE Name = 'x'").await,
        0
    );
}

#[tokio::test]
async fn jobs_wait_their_turn_on_the_orgs_clock() {
    let slow = Settings {
        queue_ms: 5_000,
        batch_ms: 1_000,
        ..Settings::default()
    };
    let client = Client::with_org(Org::builder().clock(Clock::fixed(NOW)).bulk(slow)).await;
    let id = client.job(insert("Account")).await;
    client.put(&id, "Name\nx\n").await;
    client.set_state("ingest", &id, "UploadComplete").await;
    let state = async || client.get(&format!("/jobs/ingest/{id}")).await.json()["state"].clone();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(state().await, "UploadComplete");
    client.org.clock().advance(5_000);
    for _ in 0..500 {
        if state().await == "InProgress" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(state().await, "InProgress");
    client.org.clock().advance(1_000);
    assert_eq!(client.finished("ingest", &id).await["state"], "JobComplete");
}

#[tokio::test]
async fn jobs_are_listed_page_by_page_and_by_type() {
    let client = Client::new().await;
    for _ in 0..1_001 {
        client.job(insert("Account")).await;
    }
    let first = client.get("/jobs/ingest").await.json();
    assert_eq!(
        (&first["done"], first["records"].as_array().unwrap().len()),
        (&json!(false), 1_000)
    );
    assert_eq!(first["records"][0]["jobType"], "V2Ingest");
    let next = first["nextRecordsUrl"].as_str().unwrap();
    let last = client.get(next).await.json();
    assert_eq!(
        (&last["done"], last["records"].as_array().unwrap().len()),
        (&json!(true), 1)
    );
    assert_eq!(last["nextRecordsUrl"], Json::Null);
    let none = client
        .get("/jobs/ingest?jobType=BigObjectIngest")
        .await
        .json();
    assert_eq!(none["records"], json!([]));
    let none = client.get("/jobs/query").await.json();
    assert_eq!(none["records"], json!([]));
}

#[tokio::test]
async fn uploads_may_be_compressed() {
    use std::io::Write as _;
    let client = Client::new().await;
    let id = client.job(insert("Account")).await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"Name\nPacked\n").unwrap();
    let request = |body: Vec<u8>| {
        Request::put(format!("/services/data/v62.0/jobs/ingest/{id}/batches"))
            .header("authorization", format!("Bearer {}", client.token))
            .header("content-type", "text/csv")
            .header("content-encoding", "gzip")
            .body(Body::from(body))
            .unwrap()
    };
    let rejected = client.send(request(b"plain".to_vec())).await;
    assert_eq!(rejected.rejection(), (400, "CLIENTINPUTERROR".into()));
    let taken = client.send(request(packed.finish().unwrap())).await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    client.set_state("ingest", &id, "UploadComplete").await;
    assert_eq!(
        client.finished("ingest", &id).await["numberRecordsProcessed"],
        1
    );
    assert_eq!(
        client
            .hits("SELECT Id FROM Account WHERE Name = 'Packed'")
            .await,
        1
    );
}

#[tokio::test]
async fn daily_batches_run_out() {
    let few = Settings {
        daily_batches: 1,
        ..Settings::default()
    };
    let client = Client::with_org(Org::builder().clock(Clock::fixed(NOW)).bulk(few)).await;
    let rows: String = std::iter::repeat_n("x\n", 10_001).collect();
    let (id, info) = client
        .load(insert("Account"), &format!("Name\n{rows}"))
        .await;
    assert_eq!(info["state"], "Failed");
    assert_eq!(
        info["errorMessage"],
        "ExceededQuota : ApiBatchItems Limit exceeded."
    );
    assert_eq!(info["numberRecordsProcessed"], 10_000);
    assert_eq!(
        client.file(&id, "unprocessedrecords").await,
        ["\"Name\"", "\"x\""]
    );
    let limits = client.get("/limits").await.json();
    assert_eq!(
        limits["DailyBulkApiBatches"],
        json!({"Max": 1, "Remaining": 0})
    );
}
