//! What Bulk API 1.0 rejects.

use super::*;

#[tokio::test]
async fn invalid_batches_fail_with_salesforces_messages() {
    let client = Client::new().await;
    let job = client.create_job("insert", "Account", "CSV", "").await;
    let (path, info) = client.batch(&job, "text/csv", "Nope\nx\n").await;
    assert!(
        info.contains(
            "<state>Failed</state><stateMessage>InvalidBatch : Field name not found : Nope<"
        ),
        "{info}"
    );
    let results = client
        .asynchronous("GET", &format!("{path}/result"), XML, "")
        .await;
    assert_eq!(
        (results.status, inner(&results.text(), "exceptionMessage")),
        (400, "Records not processed".to_owned())
    );
    let query = client.create_job("query", "Account", "CSV", "").await;
    for (soql, message) in [
        (
            "SELECT BillingAddress FROM Account",
            "FUNCTIONALITY_NOT_ENABLED: Selecting compound data not supported in Bulk Query",
        ),
        ("SELECT Id, FROM Account", "MALFORMED_QUERY: "),
    ] {
        let (_, info) = client.batch(&query, "text/csv", soql).await;
        assert!(
            info.contains(&format!(
                "InvalidBatch : Failed to process query: {message}"
            )),
            "{info}"
        );
    }
    let many: String = std::iter::repeat_n("x\n", 10_001).collect();
    let (_, info) = client
        .batch(&job, "text/csv", &format!("Name\n{many}"))
        .await;
    assert!(
        info.contains("<state>Failed</state>") && inner(&info, "numberRecordsProcessed") == "0"
    );
    let mistyped = client
        .asynchronous("POST", &format!("/{job}/batch"), JSON, "[]")
        .await;
    assert_eq!(
        (mistyped.status, &mistyped.json()["exceptionCode"]),
        (400, &"ClientInputError".into())
    );
}

#[tokio::test]
async fn errors_come_in_the_clients_format() {
    let client = Client::new().await;
    let request = |version: &str, token: &str, accept: &str| {
        Request::get(format!("/services/async/{version}/job/750000000000000AAA"))
            .header("x-sfdc-session", token)
            .header("accept", accept)
            .body(Body::empty())
            .unwrap()
    };
    let rejected = client.send(request("62.0", "wrong", "*/*")).await;
    let message = format!(
        "<error {NS}><exceptionCode>InvalidSessionId</exceptionCode><exceptionMessage>Invalid session id</exceptionMessage></error>"
    );
    assert_eq!(
        (rejected.status, rejected.text().ends_with(&message)),
        (400, true),
        "{}",
        rejected.text()
    );
    let rejected = client
        .send(request("30.0", &client.token, "application/json"))
        .await;
    assert_eq!(
        (rejected.status, &rejected.json()["exceptionCode"]),
        (400, &"InvalidVersion".into())
    );
    let rejected = client
        .send(request("62.0", &client.token, "application/json"))
        .await;
    assert_eq!(rejected.json()["exceptionCode"], "InvalidJob");
    for (operation, object, more, code) in [
        ("merge", "Account", "", "InvalidOperation"),
        ("insert", "Nope", "", "InvalidEntity"),
        ("upsert", "Account", "", "InvalidJob"),
        ("insert", "Account", "<id>750</id>", "InvalidJob"),
    ] {
        let body = format!(
            "<jobInfo {NS}><operation>{operation}</operation><object>{object}</object>{more}<contentType>CSV</contentType></jobInfo>"
        );
        let rejected = client.asynchronous("POST", "", XML, &body).await;
        assert_eq!(
            (
                rejected.status,
                inner(&rejected.text(), "exceptionCode").as_str()
            ),
            (400, code)
        );
    }
}

#[tokio::test]
async fn a_batch_without_data_is_rejected_at_once() {
    let client = Client::new().await;
    let job = client.create_job("insert", "Account", "CSV", "").await;
    for body in ["", "  \n"] {
        let path = format!("/{job}/batch");
        let response = client.asynchronous("POST", &path, "text/csv", body).await;
        assert_eq!(response.status, 400);
        assert_eq!(inner(&response.text(), "exceptionCode"), "ClientInputError");
        assert_eq!(
            inner(&response.text(), "exceptionMessage"),
            "Unable to find any data to create batch"
        );
    }
}

#[tokio::test]
async fn batches_that_delete_hold_ids_and_nothing_else() {
    let client = Client::new().await;
    let soql = "SELECT+Id+FROM+Account+LIMIT+1";
    let found = client.get(&format!("/query?q={soql}")).await.json();
    let id = found["records"][0]["Id"].as_str().unwrap().to_owned();
    let cases = [
        ("CSV", "text/csv", format!("Id,Name\n{id},x\n")),
        ("JSON", JSON, format!(r#"[{{"Id": "{id}", "Name": "x"}}]"#)),
        (
            "XML",
            XML,
            format!("<sObjects {NS}><sObject><Id>{id}</Id><Name>x</Name></sObject></sObjects>"),
        ),
    ];
    for (content, media_type, body) in cases {
        let job = client.create_job("delete", "Account", content, "").await;
        let (_, info) = client.batch(&job, media_type, &body).await;
        assert!(info.contains("batch must contain only ids"), "{info}");
    }
    assert_eq!(
        client.get(&format!("/sobjects/Account/{id}")).await.status,
        200
    );
}
