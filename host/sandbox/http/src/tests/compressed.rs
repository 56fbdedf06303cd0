//! Requests whose bodies are compressed: WSC and pyforce send them so by default, to every API.

use std::io::Write as _;

use serde_json::json;

use super::soap::envelope;
use super::*;

fn packed(text: &str) -> Body {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    Body::from(encoder.finish().unwrap())
}

async fn send(client: &Client, path: &str, media_type: &str, body: Body) -> TestResponse {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {}", client.token))
        .header("x-sfdc-session", &client.token)
        .header("content-type", media_type)
        .header("content-encoding", "gzip");
    client.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn every_api_takes_compressed_bodies() {
    let client = Client::new().await;
    let login = format!(
        "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}"
    );
    let soap = envelope(&client.token, "", "<getServerTimestamp/>");
    let composite = json!({"compositeRequest": [
        {"method": "GET", "url": "/services/data/v62.0/limits", "referenceId": "l"}
    ]});
    let job = r#"{"object": "Account", "operation": "insert", "contentType": "CSV"}"#;
    let cases = [
        (
            "/services/oauth2/token",
            "application/x-www-form-urlencoded",
            login.as_str(),
            200,
        ),
        ("/services/Soap/u/62.0", "text/xml", &soap, 200),
        (
            "/services/data/v62.0/sobjects/Account",
            "application/json",
            r#"{"Name": "Packed"}"#,
            201,
        ),
        (
            "/services/data/v62.0/composite",
            "application/json",
            &composite.to_string(),
            200,
        ),
        ("/services/async/62.0/job", "application/json", job, 201),
        (
            "/services/data/v62.0/jobs/ingest",
            "application/json",
            r#"{"object": "Account", "operation": "insert"}"#,
            200,
        ),
    ];
    for (path, media_type, body, status) in cases {
        let response = send(&client, path, media_type, packed(body)).await;
        assert_eq!(response.status, status, "{path}: {}", response.text());
    }
}

#[tokio::test]
async fn bodies_that_only_claim_to_be_compressed_get_an_error_of_the_api() {
    let client = Client::new().await;
    for path in [
        "/services/data/v62.0/sobjects/Account",
        "/services/Soap/u/62.0",
    ] {
        let response = send(&client, path, "application/json", Body::from("plain")).await;
        assert_eq!(response.status, 400, "{}", response.text());
        assert!(
            response.text().contains("not compressed with gzip"),
            "{}",
            response.text()
        );
        assert_eq!(response.text().starts_with('<'), path.contains("Soap"));
    }
}

/// A form with a file, compressed as a whole.
#[tokio::test]
async fn files_are_taken_compressed() {
    let client = Client::new().await;
    let form = "--b\r\nContent-Disposition: form-data; name=\"entity_content\"\r\nContent-Type: application/json\r\n\r\n\
        {\"PathOnClient\": \"a.txt\"}\r\n--b\r\nContent-Disposition: form-data; name=\"VersionData\"; filename=\"a.txt\"\r\n\
        Content-Type: text/plain\r\n\r\nhello\r\n--b--\r\n";
    let path = "/services/data/v62.0/sobjects/ContentVersion";
    let response = send(
        &client,
        path,
        "multipart/form-data; boundary=b",
        packed(form),
    )
    .await;
    assert_eq!(response.status, 201, "{}", response.text());
    let id = response.json()["id"].as_str().unwrap().to_owned();
    let data = client
        .get(&format!("/sobjects/ContentVersion/{id}/VersionData"))
        .await;
    assert_eq!(data.text(), "hello");
}
