use super::*;
use sandbox_core::bulk::Settings;
use sandbox_core::org::{Clock, Org};

const SOQL: &str = "SELECT Id, Name, Description, AnnualRevenue, CreatedDate, Owner.Username, IsDeleted FROM Account";

fn query(soql: &str) -> Json {
    json!({"operation": "query", "query": soql})
}

async fn org(rows: u64) -> Client {
    let builder = Org::builder().clock(Clock::fixed(NOW)).without_data();
    Client::with_org(builder.rows("Account", rows)).await
}

#[tokio::test]
async fn rows_come_as_quoted_csv() {
    let client = org(0).await;
    let body = json!({"Name": "Say \"hi\"\nthere", "AnnualRevenue": 1000});
    client.call("POST", "/sobjects/Account", Some(body)).await;
    let (id, info) = client.extract(query(SOQL)).await;
    assert_eq!(info["state"], "JobComplete", "{info}");
    assert_eq!(
        (
            &info["numberRecordsProcessed"],
            &info["jobType"],
            &info["isPkChunkingSupported"]
        ),
        (&json!(1), &json!("V2Query"), &json!(true))
    );
    let response = client.get(&format!("/jobs/query/{id}/results")).await;
    assert_eq!(response.header("content-type"), "text/csv");
    assert_eq!(response.header("sforce-locator"), "null");
    assert_eq!(response.header("sforce-numberofrecords"), "1");
    let text = response.text();
    let (header, row) = text.split_once('\n').unwrap();
    assert_eq!(
        header,
        r#""Id","Name","Description","AnnualRevenue","CreatedDate","Owner.Username","IsDeleted""#
    );
    let user = sandbox_core::org::ADMIN_USERNAME;
    let expected = format!(
        ",\"Say \"\"hi\"\"\nthere\",\"\",\"1000.0\",\"2026-09-21T14:13:20.000Z\",\"{user}\",\"false\"\n"
    );
    assert!(row.ends_with(&expected), "{row}");
}

#[tokio::test]
async fn pages_make_up_the_whole_whichever_way_they_are_read() {
    let client = org(2_345).await;
    let (id, _) = client
        .extract(query("SELECT Id, Name, Description FROM Account"))
        .await;
    let whole = client
        .get(&format!("/jobs/query/{id}/results"))
        .await
        .text();
    for records in [1, 999, 1_000, 1_001, 2_344, 2_345, 10_000] {
        let (mut text, mut total, mut locator) = (String::new(), 0, String::new());
        loop {
            let path = format!("/jobs/query/{id}/results?maxRecords={records}&locator={locator}");
            let page = client.get(&path).await;
            assert_eq!(page.status, 200, "{}", page.text());
            total += page
                .header("sforce-numberofrecords")
                .parse::<u64>()
                .unwrap();
            let page_text = page.text();
            let (header, rows) = page_text.split_at(page_text.find('\n').unwrap() + 1);
            if text.is_empty() {
                text.push_str(header);
            }
            assert!(whole.starts_with(header));
            text.push_str(rows);
            locator = page.header("sforce-locator").to_owned();
            if locator == "null" || (records == 1 && total == 3) {
                break;
            }
        }
        if records > 1 {
            assert_eq!((total, text == whole), (2_345, true), "{records}");
        } else {
            assert!(whole.starts_with(&text));
        }
    }
}

#[tokio::test]
async fn result_pages_name_five_urls_at_a_time() {
    let client = org(700).await;
    let (id, _) = client.extract(query("SELECT Id FROM Account")).await;
    let mut path = format!("/jobs/query/{id}/resultPages?maxRecords=100");
    let (mut sizes, mut rows) = (Vec::new(), 0);
    loop {
        let response = client.get(&path).await.json();
        let urls = response["resultPages"].as_array().unwrap();
        sizes.push(urls.len());
        for url in urls {
            let page = client.get(url["resultUrl"].as_str().unwrap()).await;
            rows += page.text().lines().count() - 1;
        }
        if response["done"] == true {
            assert!(response.get("nextRecordsUrl").is_none());
            break;
        }
        path = response["nextRecordsUrl"].as_str().unwrap().to_owned();
    }
    assert_eq!((sizes, rows), (vec![5, 2], 700));
    let old = client
        .get(&format!("/services/data/v57.0/jobs/query/{id}/resultPages"))
        .await;
    assert_eq!(old.status, 404);
    let other = client
        .get(&format!("/services/data/v61.0/jobs/query/{id}/results"))
        .await;
    assert_eq!(other.status, 409);
}

#[tokio::test]
async fn results_are_a_snapshot() {
    let client = org(3).await;
    let (id, _) = client.extract(query("SELECT Id FROM Account")).await;
    let before = client
        .get(&format!("/jobs/query/{id}/results"))
        .await
        .text();
    client
        .call("POST", "/sobjects/Account", Some(json!({"Name": "later"})))
        .await;
    assert_eq!(
        client
            .get(&format!("/jobs/query/{id}/results"))
            .await
            .text(),
        before
    );
}

#[tokio::test]
async fn deleted_records_come_with_query_all() {
    let client = org(2).await;
    let (id, _) = client.extract(query("SELECT Id FROM Account")).await;
    let text = client
        .get(&format!("/jobs/query/{id}/results"))
        .await
        .text();
    let record = fields(text.lines().nth(1).unwrap())[0].to_owned();
    client
        .call("DELETE", &format!("/sobjects/Account/{record}"), None)
        .await;
    let (_, info) = client.extract(query("SELECT Id FROM Account")).await;
    assert_eq!(info["numberRecordsProcessed"], 1);
    let body = json!({"operation": "queryAll", "query": "SELECT Id FROM Account"});
    let (_, info) = client.extract(body).await;
    assert_eq!(
        (&info["numberRecordsProcessed"], &info["operation"]),
        (&json!(2), &json!("queryAll"))
    );
}

#[tokio::test]
async fn what_bulk_cannot_query_is_rejected_at_once() {
    let client = org(0).await;
    let cases = [
        (
            "SELECT BillingAddress FROM Account",
            "API_ERROR",
            "Selecting compound data not supported in Bulk Query",
        ),
        (
            "SELECT Id, (SELECT Id FROM Contacts) FROM Account",
            "API_ERROR",
            "Aggregate Relationships not supported in Bulk V2 Query with CSV content type",
        ),
        (
            "SELECT COUNT() FROM Account",
            "API_ERROR",
            "Aggregate Queries not supported in Bulk Query",
        ),
        (
            "SELECT Name, COUNT(Id) FROM Account GROUP BY Name",
            "API_ERROR",
            "Aggregate",
        ),
        (
            "SELECT Id FROM Account LIMIT 1 OFFSET 1",
            "API_ERROR",
            "OFFSET",
        ),
        (
            "SELECT Id, FROM Account",
            "MALFORMED_QUERY",
            "unexpected token",
        ),
        (
            "SELECT Nope FROM Account",
            "INVALID_FIELD",
            "No such column 'Nope'",
        ),
        (
            "SELECT Id FROM Nope",
            "INVALID_TYPE",
            "sObject type 'Nope' is not supported",
        ),
    ];
    for (soql, code, message) in cases {
        let rejected = client.call("POST", "/jobs/query", Some(query(soql))).await;
        assert_eq!(rejected.rejection(), (400, code.to_owned()), "{soql}");
        assert!(rejected.text().contains(message), "{}", rejected.text());
    }
}

#[tokio::test]
async fn unfinished_jobs_have_no_content_and_can_be_aborted() {
    let slow = Settings {
        queue_ms: 1_000,
        ..Settings::default()
    };
    let client = Client::with_org(Org::builder().clock(Clock::fixed(NOW)).bulk(slow)).await;
    let made = client
        .call(
            "POST",
            "/jobs/query",
            Some(query("SELECT Id FROM Account LIMIT 5")),
        )
        .await
        .json();
    assert_eq!(made["state"], "UploadComplete");
    let id = made["id"].as_str().unwrap();
    let path = format!("/jobs/query/{id}");
    assert_eq!(
        client.get(&path).await.json()["isPkChunkingSupported"],
        false
    );
    assert_eq!(client.get(&format!("{path}/results")).await.status, 204);
    assert_eq!(
        client.call("DELETE", &path, None).await.rejection(),
        (400, "API_ERROR".to_owned())
    );
    let asked = client.get("/jobs/query?jobType=V2Ingest").await.json();
    assert_eq!(asked["records"], json!([]));
    let state = (400, "INVALIDJOBSTATE".to_owned());
    assert_eq!(
        client
            .set_state("query", id, "UploadComplete")
            .await
            .rejection(),
        state
    );
    assert_eq!(
        client.set_state("query", id, "Aborted").await.json()["state"],
        "Aborted"
    );
    client.org.clock().advance(1_000);
    assert_eq!(client.finished("query", id).await["state"], "Aborted");
    assert_eq!(
        client.set_state("query", id, "Aborted").await.rejection(),
        state
    );
    assert_eq!(client.call("DELETE", &path, None).await.status, 204);
    assert_eq!(client.get(&path).await.status, 404);
}
