use serde_json::json;

use super::*;
use sandbox_core::org::ADMIN_USERNAME;

fn admin_password() -> String {
    format!(
        "/sobjects/User/{}/password",
        sandbox_model::id::RecordId::new("005", 1)
    )
}

#[tokio::test]
async fn passwords_are_set_and_reset() {
    let client = Client::new().await;
    let path = admin_password();
    assert_eq!(client.get(&path).await.json(), json!({"isExpired": false}));
    let set = client
        .call("POST", &path, Some(json!({"NewPassword": "another-1"})))
        .await;
    assert_eq!(set.status, 204, "{}", set.text());
    assert!(
        client
            .org
            .logins()
            .verify(ADMIN_USERNAME, "another-1")
            .is_some()
    );
    let reset = client.call("DELETE", &path, None).await.json();
    let password = reset["NewPassword"].as_str().unwrap();
    assert!(
        client
            .org
            .logins()
            .verify(ADMIN_USERNAME, password)
            .is_some()
    );
    assert!(
        client
            .org
            .logins()
            .verify(ADMIN_USERNAME, "another-1")
            .is_none()
    );
    assert_eq!(client.get(&path).await.json(), json!({"isExpired": true}));
}

#[tokio::test]
async fn weak_passwords_and_unknown_users_are_rejected() {
    let client = Client::new().await;
    for weak in [
        "short1",
        "onlyletters",
        "1234567890",
        sandbox_core::org::ADMIN_PASSWORD,
    ] {
        let rejected = client
            .call(
                "POST",
                &admin_password(),
                Some(json!({"NewPassword": weak})),
            )
            .await;
        assert_eq!(
            rejected.rejection(),
            (400, "INVALID_NEW_PASSWORD".into()),
            "{weak}"
        );
    }
    let rejected = client
        .call("POST", &admin_password(), Some(json!({"password": "x"})))
        .await;
    assert_eq!(rejected.rejection().1, "INVALID_NEW_PASSWORD");
    assert_eq!(
        client
            .get("/sobjects/User/005000000000000AAA/password")
            .await
            .status,
        404
    );
    let account = sandbox_model::id::RecordId::new("001", 1);
    assert_eq!(
        client
            .get(&format!("/sobjects/Account/{account}/password"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn self_service_users_have_passwords_too() {
    let client = Client::new().await;
    let user = json!({"LastName": "Self", "Username": "self@x.example", "Email": "self@x.example"});
    let made = client
        .call("POST", "/sobjects/SelfServiceUser", Some(user))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!(
        "/sobjects/SelfServiceUser/{}/password",
        made.json()["id"].as_str().unwrap()
    );
    assert_eq!(
        client
            .call("POST", &path, Some(json!({"NewPassword": "self-1234"})))
            .await
            .status,
        204
    );
    assert!(
        client
            .org
            .self_service_logins()
            .verify("self@x.example", "self-1234")
            .is_some()
    );
    assert!(
        client
            .org
            .logins()
            .verify("self@x.example", "self-1234")
            .is_none()
    );
}

#[tokio::test]
async fn apex_rest_echoes_its_request() {
    let client = Client::new().await;
    let body = json!({"a": [1, null]});
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let sent = (method != "GET").then(|| body.clone());
        let reported = client
            .call(
                method,
                "/services/apexrest/echo/x%20y/z?b=1&c=%2B",
                sent.clone(),
            )
            .await
            .json();
        assert_eq!(
            (&reported["method"], &reported["path"]),
            (&json!(method), &json!("/x%20y/z"))
        );
        assert_eq!(reported["parameters"], json!({"b": "1", "c": "+"}));
        assert_eq!(reported["body"], sent.unwrap_or_default());
    }
    let rejected = client
        .call("POST", "/services/apexrest/echo?status=418", None)
        .await;
    assert_eq!(rejected.status, 418);
    assert_eq!(
        client.get("/services/apexrest/nothing").await.rejection(),
        (404, "NOT_FOUND".into())
    );
    let request = Request::get("/services/apexrest/echo")
        .body(Body::empty())
        .unwrap();
    assert_eq!(client.send(request).await.status, 401);
}

#[tokio::test]
async fn changes_are_listed_by_timespan() {
    let client = Client::new().await;
    let id = sandbox_model::id::RecordId::new("006", 1);
    client.org.clock().advance(120_000);
    let gone = client
        .call("DELETE", &format!("/sobjects/Opportunity/{id}"), None)
        .await;
    assert_eq!(gone.status, 204);
    client.org.clock().advance(120_000);
    let date_time = |ms: i64| sandbox_model::value::dates::format_datetime_z(ms);
    let span = format!(
        "start={}&end={}",
        date_time(NOW - 60_000),
        date_time(NOW + 240_000)
    );
    let updated = client
        .get(&format!("/sobjects/Opportunity/updated/?{span}"))
        .await
        .json();
    assert_eq!(updated["ids"].as_array().unwrap().len(), 5, "{updated}");
    let deleted = client
        .get(&format!("/sobjects/Opportunity/deleted?{span}"))
        .await
        .json();
    assert_eq!(deleted["deletedRecords"][0]["id"], id.as_str());
    assert!(
        deleted["latestDateCovered"]
            .as_str()
            .unwrap()
            .ends_with("+0000")
    );
    let rejected = client
        .get("/sobjects/Opportunity/updated?start=yesterday&end=now")
        .await;
    assert_eq!(
        rejected.rejection(),
        (400, "INVALID_REPLICATION_DATE".into())
    );
}

#[tokio::test]
async fn plans_show_what_an_index_helps_with() {
    let client = Client::new().await;
    let explained = client
        .get("/query?explain=SELECT+Id+FROM+Account+WHERE+Name='GenePoint'+AND+Site='x'")
        .await
        .json();
    let plan = &explained["plans"][0];
    assert_eq!(
        (&plan["leadingOperationType"], &plan["fields"]),
        (&json!("Index"), &json!(["Name"]))
    );
    assert_eq!(plan["sobjectCardinality"], 6);
    assert_eq!(plan["notes"][0]["fields"], json!(["Site"]));
    assert_eq!(explained["plans"][1]["leadingOperationType"], "TableScan");
    let report = client.get("/query?explain=00OSb0000000001AAA").await;
    assert_ne!(report.status, 500);
    let view = client
        .get("/query?q=SELECT+Id+FROM+ListView+LIMIT+1")
        .await
        .json()["records"][0]["Id"]
        .clone();
    let explained = client
        .get(&format!("/query?explain={}", view.as_str().unwrap()))
        .await
        .json();
    assert!(
        explained["sourceQuery"]
            .as_str()
            .unwrap()
            .starts_with("SELECT"),
        "{explained}"
    );
    assert_eq!(
        client.get("/query?explain=SELECT").await.rejection().1,
        "MALFORMED_QUERY"
    );
}
