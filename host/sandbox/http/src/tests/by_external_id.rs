//! Records by external id.

use serde_json::json;

use super::*;

/// REST API guide, "sObject Rows by External ID": an address below `.inc` returns a "404 not found" error, whatever the method.
#[tokio::test]
async fn keys_that_end_like_a_blocked_file_are_not_found() {
    let client = Client::new().await;
    let made = json!({"LastName": "A", "Company": "A", "Email": "a@acme.inc"});
    let id = client.call("POST", "/sobjects/Lead", Some(made)).await;
    assert_eq!(id.status, 201, "{}", id.text());
    let by_email = "/sobjects/Lead/Email";
    for key in ["a@acme.inc", "a@acme.INC", "a%40acme.inc", "a@acme.inc/"] {
        for method in ["GET", "PATCH", "DELETE"] {
            let body = (method == "PATCH").then(|| json!({"LastName": "B"}));
            let response = client
                .call(method, &format!("{by_email}/{key}"), body)
                .await;
            assert_eq!(
                response.rejection(),
                (404, "NOT_FOUND".into()),
                "{method} {key}"
            );
        }
    }
    for key in ["a@acme.include", "inc", "a@acme.inc.example"] {
        let path = format!("/sobjects/Account/External_Id__c/{key}");
        let made = client
            .call("PATCH", &path, Some(json!({"Name": key})))
            .await;
        assert_eq!(made.status, 201, "{key}: {}", made.text());
    }
    // The way around: a body names the key.
    let part = json!({"compositeRequest": [{"method": "GET", "referenceId": "a",
        "url": "/services/data/v62.0/sobjects/Lead/Email/a@acme.inc"}]});
    let response = client.call("POST", "/composite", Some(part)).await.json();
    assert_eq!(
        response["compositeResponse"][0]["body"]["LastName"], "A",
        "{response}"
    );
}
