use serde_json::json;

use super::*;

fn encoded(soql: &str) -> String {
    url::form_urlencoded::byte_serialize(soql.as_bytes()).collect()
}

async fn with_accounts(count: usize) -> Client {
    let client = Client::new().await;
    for number in 0..count {
        let body = json!({"Name": format!("Query {number:03}")});
        let made = client.call("POST", "/sobjects/Account", Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.text());
    }
    client
}

const SOQL: &str = "SELECT Id, Name FROM Account WHERE Name LIKE 'Query %' ORDER BY Name";

async fn query(client: &Client, path: &str, soql: &str, options: &str) -> TestResponse {
    let uri = format!("/services/data/v62.0{path}?q={}", encoded(soql));
    let request = Request::get(uri)
        .header("authorization", format!("Bearer {}", client.token))
        .header("sforce-query-options", options);
    client.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn query_results_come_page_by_page() {
    let client = with_accounts(201).await;
    let first = query(&client, "/query", SOQL, "batchSize=1").await;
    assert_eq!(
        (first.status, first.header("content-type")),
        (200, "application/json;charset=UTF-8")
    );
    let first = first.json();
    assert_eq!(
        first["records"].as_array().unwrap().len(),
        200,
        "the least that can be asked for"
    );
    assert_eq!(
        (&first["totalSize"], &first["done"]),
        (&json!(201), &json!(false))
    );
    let next = first["nextRecordsUrl"].as_str().unwrap();
    assert!(next.starts_with("/services/data/v62.0/query/0r8"), "{next}");
    let second = client.get(next).await.json();
    assert_eq!(
        (&second["done"], &second["records"][0]["Name"]),
        (&json!(true), &json!("Query 200"))
    );
    let whole = query(&client, "/query", SOQL, "").await.json();
    assert_eq!(
        (&whole["done"], whole["records"].as_array().unwrap().len()),
        (&json!(true), 201)
    );
}

#[tokio::test]
async fn rejected_queries_have_a_message() {
    let client = Client::new().await;
    let rejected = client.get("/query").await;
    assert_eq!(rejected.rejection(), (400, "MALFORMED_QUERY".into()));
    let rejected = query(&client, "/query", "SELECT Nope FROM Account", "").await;
    let message = rejected.json()[0]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with(
        "\nSELECT Nope FROM Account\n       ^\nERROR at Row:1:Column:8\nNo such column 'Nope'"
    ));
    assert_eq!(rejected.rejection(), (400, "INVALID_FIELD".into()));
    let rejected = client.get("/query/0r8000000000001AAA-2000").await;
    assert_eq!(
        rejected.json(),
        json!([{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}])
    );
}

#[tokio::test]
async fn query_all_finds_deleted_records_and_query_does_not() {
    let client = with_accounts(2).await;
    let id = query(&client, "/query", SOQL, "").await.json()["records"][0]["Id"].clone();
    let path = format!("/sobjects/Account/{}", id.as_str().unwrap());
    assert_eq!(client.call("DELETE", &path, None).await.status, 204);
    assert_eq!(
        query(&client, "/query", SOQL, "").await.json()["totalSize"],
        1
    );
    assert_eq!(
        query(&client, "/queryAll", SOQL, "").await.json()["totalSize"],
        2
    );
}

#[tokio::test]
async fn a_reset_closes_cursors() {
    let mut client = with_accounts(201).await;
    let first = query(&client, "/query", SOQL, "batchSize=200").await.json();
    assert_eq!(
        client.call("POST", "/__sandbox/reset", None).await.status,
        204
    );
    client.log_in().await;
    let next = client.get(first["nextRecordsUrl"].as_str().unwrap()).await;
    assert_eq!(next.rejection(), (400, "INVALID_QUERY_LOCATOR".into()));
}

#[tokio::test]
async fn columns_are_described_instead_of_rows_on_request() {
    let client = Client::new().await;
    let soql = encoded("SELECT Id, Owner.Name FROM Account");
    let reported = client.get(&format!("/query?q={soql}&columns=true")).await;
    assert_eq!(reported.status, 200, "{}", reported.text());
    assert_eq!(
        reported.json()["columnMetadata"][1]["joinColumns"][0]["columnName"],
        "Name"
    );
    let wrong = client
        .get(&format!(
            "/query?q={}&columns=true",
            encoded("SELECT Nope FROM Account")
        ))
        .await;
    assert_eq!(wrong.rejection(), (400, "INVALID_FIELD".into()));
}

/// As production reports have it: whoever logs in again in the middle of a query asks anew.
#[tokio::test]
async fn locators_end_with_their_session_where_configured() {
    let mut client =
        Client::with_org(Org::builder().clock(Clock::fixed(NOW)).rows("Account", 300)).await;
    let first = query(&client, "/query", "SELECT Id FROM Account", "batchSize=200").await;
    let next = first.json()["nextRecordsUrl"].as_str().unwrap().to_owned();
    client.org.sessions().expire_all();
    client.log_in().await;
    assert_eq!(
        client.get(&next).await.status,
        200,
        "it lives with its user"
    );
    let mode = Some(json!({"locatorsEndWithSession": true}));
    let shown = client.call("POST", "/__sandbox/query", mode.clone()).await;
    assert_eq!(Some(shown.json()), mode);
    let gone = (400, "INVALID_QUERY_LOCATOR".to_owned());
    assert_eq!(client.get(&next).await.rejection(), gone);
    let again = query(&client, "/query", "SELECT Id FROM Account", "batchSize=200").await;
    let next = again.json()["nextRecordsUrl"].as_str().unwrap().to_owned();
    assert_eq!(client.get(&next).await.status, 200, "within its session");
    assert_eq!(
        client.call("POST", "/__sandbox/reset", None).await.status,
        204
    );
    let reset = client.get("/__sandbox/query").await.json();
    assert_eq!(reset, json!({"locatorsEndWithSession": false}));
}
