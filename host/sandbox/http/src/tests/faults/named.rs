//! Faults by name.

use super::*;

/// Reads a whole response of `limits` under a fault, as often as it is wanted.
async fn limits_under(client: &Client, fault: Json) -> TestResponse {
    client.org.faults().clear();
    inject(client, fault).await;
    client.get("/limits").await
}

#[tokio::test]
async fn named_faults_are_listed_and_injected() {
    let client = Client::new().await;
    let names = client.get("/__sandbox/faults/names").await.json();
    let html = names
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "html-page");
    assert_eq!(html.unwrap()["fault"]["status"], 200);
    let response = limits_under(&client, json!("html-page")).await;
    assert_eq!(
        (response.status, response.header("content-type")),
        (200, "text/html;charset=UTF-8")
    );
    assert!(
        response.text().contains("/services/data/v62.0/limits"),
        "{}",
        response.text()
    );
    let empty = limits_under(&client, json!("empty-200")).await;
    assert_eq!((empty.status, empty.body.len()), (200, 0));
    let moved = limits_under(&client, json!("redirect-moved-domain")).await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (
            301,
            "https://moved.sandbox.example/services/data/v62.0/limits"
        )
    );
    let busy = limits_under(&client, json!("too-many-requests")).await;
    assert_eq!(busy.rejection(), (429, "REQUEST_LIMIT_EXCEEDED".into()));
    assert_eq!(busy.header("retry-after"), "1");
}

#[tokio::test]
async fn an_echo_repeats_the_secrets_of_a_request() {
    let client = Client::new().await;
    let token = client.token.clone();
    for name in ["echo", "echo-refused"] {
        client
            .org
            .faults()
            .inject("*", sandbox_core::faults::named(name).unwrap());
        let body = Some(json!({"Name": "said \"back\""}));
        let response = client.call("POST", "/sobjects/Account", body).await;
        assert!(
            response
                .text()
                .contains(&format!("authorization: Bearer {token}")),
            "{name}"
        );
        if name == "echo-refused" {
            let expected = response.json()[0]["message"].as_str().unwrap().to_owned();
            assert!(
                expected.contains(r#"{"Name":"said \"back\""}"#),
                "{expected}"
            );
        }
    }
    assert_eq!(count_of(&client, "Account").await, 6, "nothing was done");
}

async fn count_of(client: &Client, object: &str) -> i64 {
    let path = format!("/limits/recordCount?sObjects={object}");
    let counts = client.get(&path).await.json();
    counts["sObjects"][0]["count"].as_i64().unwrap()
}

/// Each named fault says truly whether the org did what was asked.
#[tokio::test]
async fn named_faults_do_the_work_or_not_as_declared() {
    for known in sandbox_core::faults::Named::all() {
        let slow =
            matches!(known.fault, sandbox_core::faults::Fault::Delay { ms, .. } if ms > 1_000);
        if slow {
            continue;
        }
        let client = Client::new().await;
        let before = count_of(&client, "Account").await;
        client
            .org
            .faults()
            .inject("*/sobjects/Account", known.fault.clone());
        let request = Request::post("/services/data/v62.0/sobjects/Account")
            .header("authorization", format!("Bearer {}", client.token))
            .header("content-type", "application/json")
            .body(Body::from(r#"{"Name":"x"}"#))
            .unwrap();
        let _ = client.app.clone().oneshot(request).await.unwrap();
        let mut client = client;
        client.log_in().await;
        let made = count_of(&client, "Account").await - before;
        assert_eq!(made, i64::from(known.fault.acts()), "{}", known.name);
    }
}

/// A job's close that has no effect, reported unchanged and reported changed.
#[tokio::test]
async fn a_close_without_effect_leaves_the_job_open() {
    let client = Client::new().await;
    let body = Some(json!({"object": "Account", "operation": "insert"}));
    let job = client.call("POST", "/jobs/ingest", body).await.json();
    let path = format!("/jobs/ingest/{}", job["id"].as_str().unwrap());
    for (name, reported) in [
        ("no-effect", "Open"),
        ("closed-without-effect", "UploadComplete"),
    ] {
        client.org.faults().inject(
            "*/jobs/ingest/*",
            sandbox_core::faults::named(name).unwrap(),
        );
        let close = Some(json!({"state": "UploadComplete"}));
        let response = client.call("PATCH", &path, close).await;
        assert_eq!(
            (response.status, &response.json()["state"]),
            (200, &json!(reported))
        );
        assert_eq!(client.get(&path).await.json()["state"], "Open");
    }
}

/// Errors come in the form of the API that they interrupt.
#[tokio::test]
async fn a_native_error_has_the_form_of_its_api() {
    let client = Client::new().await;
    let paths = [
        (
            "/services/Soap/u/62.0",
            "<faultcode>sf:SERVER_UNAVAILABLE</faultcode>",
        ),
        (
            "/services/async/62.0/job",
            "<exceptionCode>ServerUnavailable</exceptionCode>",
        ),
        ("/services/oauth2/token", r#""error":"unknown_error""#),
        (
            "/services/data/v62.0/limits",
            r#""errorCode":"SERVER_UNAVAILABLE""#,
        ),
    ];
    for (path, expected) in paths {
        client
            .org
            .faults()
            .inject(path, sandbox_core::faults::named("unavailable").unwrap());
        let response = client
            .send(Request::post(path).body(Body::empty()).unwrap())
            .await;
        assert_eq!(response.status, 503);
        assert!(response.text().contains(expected), "{}", response.text());
    }
}
