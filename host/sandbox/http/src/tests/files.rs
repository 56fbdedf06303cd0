//! Files of records: uploads as forms and as base64, downloads, and what a `ContentVersion` brings along.

mod kinds;

use axum::body::{Body, Bytes};
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http_body_util::BodyExt as _;
use serde_json::{Value as Json, json};

use super::{Client, TestResponse};
use sandbox_core::org::{Clock, Org};

/// A form as Salesforce's documents show it.
fn form(document: &Json, field: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--boundary_string\r\nContent-Disposition: form-data; name=\"entity_content\";\r\nContent-Type: \
         application/json\r\n\r\n{document}\r\n--boundary_string\r\nContent-Type: \
         application/octet-stream\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.bin\"\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n--boundary_string--\r\n"].concat()
}

impl Client {
    async fn upload(&self, method: &str, path: &str, body: impl Into<Body>) -> TestResponse {
        let request = Request::builder()
            .method(method)
            .uri(format!("/services/data/v62.0{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header(
                "content-type",
                "multipart/form-data; boundary=\"boundary_string\"",
            );
        self.send(request.body(body.into()).unwrap()).await
    }

    async fn new_version(&self, document: &Json, content: &[u8]) -> String {
        let body = form(document, "VersionData", content);
        let created = self.upload("POST", "/sobjects/ContentVersion", body).await;
        assert_eq!(created.status, 201, "{}", created.text());
        created.json()["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_version_comes_with_its_document_and_links() {
    let client = Client::new().await;
    let account = client.rows("SELECT Id FROM Account LIMIT 1").await[0]["Id"].clone();
    let content: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let document = json!({"PathOnClient": "reports\\q1.PDF", "FirstPublishLocationId": account});
    let id = client.new_version(&document, &content).await;
    assert!(id.starts_with("068"));
    let version = client
        .get(&format!("/sobjects/ContentVersion/{id}"))
        .await
        .json();
    let shown = |field: &str| version[field].clone();
    assert_eq!(shown("Title"), "q1");
    assert_eq!(
        (shown("FileType"), shown("FileExtension")),
        (json!("PDF"), json!("PDF"))
    );
    assert_eq!(
        (shown("ContentSize"), shown("VersionNumber")),
        (json!(300_000), json!("1"))
    );
    assert_eq!(
        (shown("IsLatest"), shown("Origin")),
        (json!(true), json!("C"))
    );
    assert_eq!(shown("Checksum"), sandbox_core::org::md5_of(&content));
    let data = format!("/services/data/v62.0/sobjects/ContentVersion/{id}/VersionData");
    assert_eq!(shown("VersionData"), data);
    let created = client.get(&data).await;
    assert_eq!(created.header("content-type"), "application/octet-stream");
    assert!(
        created.body == content,
        "the content comes back as it went up"
    );
    let links = client
        .rows(&format!("SELECT LinkedEntityId, ShareType, Visibility FROM ContentDocumentLink WHERE ContentDocumentId='{}' ORDER BY ShareType", version["ContentDocumentId"].as_str().unwrap()))
        .await;
    assert_eq!(
        (&links[0]["ShareType"], &links[0]["LinkedEntityId"]),
        (&json!("V"), &account)
    );
    assert_eq!(links[0]["Visibility"], "AllUsers");
    assert_eq!(
        (&links[1]["ShareType"], &links[1]["LinkedEntityId"]),
        (&json!("I"), &json!(client.org.admin().as_str()))
    );
}

#[tokio::test]
async fn later_versions_take_the_documents_place() {
    let client = Client::new().await;
    let first = client
        .new_version(&json!({"PathOnClient": "a.txt", "Title": "One"}), b"one")
        .await;
    let of = |id: &str| format!("SELECT ContentDocumentId FROM ContentVersion WHERE Id='{id}'");
    let document = client.rows(&of(&first)).await[0]["ContentDocumentId"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = client
        .new_version(
            &json!({"PathOnClient": "b.csv", "Title": "Two", "ContentDocumentId": document}),
            b"two!",
        )
        .await;
    let versions = client
        .rows(&format!("SELECT VersionNumber, IsLatest FROM ContentVersion WHERE ContentDocumentId='{document}' ORDER BY VersionNumber"))
        .await;
    assert_eq!(
        (
            &versions[0]["IsLatest"],
            &versions[1]["IsLatest"],
            &versions[1]["VersionNumber"]
        ),
        (&json!(false), &json!(true), &json!("2"))
    );
    let path = format!(
        "/sobjects/ContentDocument/{document}?fields=Title,ContentSize,FileType,LatestPublishedVersionId"
    );
    let shown = client.get(&path).await.json();
    assert_eq!(
        (&shown["Title"], &shown["ContentSize"], &shown["FileType"]),
        (&json!("Two"), &json!(4), &json!("CSV"))
    );
    assert_eq!(shown["LatestPublishedVersionId"], second);
    let patch = json!({"Title": "Renamed"});
    client
        .call(
            "PATCH",
            &format!("/sobjects/ContentDocument/{document}"),
            Some(patch),
        )
        .await;
    let renamed = client
        .rows(&format!(
            "SELECT Title FROM ContentVersion WHERE Id='{second}'"
        ))
        .await;
    assert_eq!(renamed[0]["Title"], "Renamed");
    assert_eq!(
        client
            .call(
                "DELETE",
                &format!("/sobjects/ContentDocument/{document}"),
                None
            )
            .await
            .status,
        204
    );
    assert_eq!(
        client
            .get(&format!("/sobjects/ContentVersion/{first}"))
            .await
            .status,
        404
    );
    assert_eq!(
        client
            .call(
                "POST",
                "/sobjects/ContentDocument",
                Some(json!({"Title": "x"}))
            )
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn forms_that_cannot_be_used_leave_no_file_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.db");
    let client = Client::with_org(Org::builder().clock(Clock::fixed(super::NOW)).file(file)).await;
    let post = async |body: Vec<u8>| {
        client
            .upload("POST", "/sobjects/ContentVersion", body)
            .await
            .rejection()
            .1
    };
    assert_eq!(
        post(form(&json!({"PathOnClient": "a"}), "Nope", b"x")).await,
        "INVALID_MULTIPART_REQUEST"
    );
    assert_eq!(
        post(form(&json!({"Nope": "a"}), "VersionData", b"x")).await,
        "INVALID_FIELD"
    );
    assert_eq!(
        post(form(&json!({"Title": "a"}), "VersionData", b"x")).await,
        "REQUIRED_FIELD_MISSING"
    );
    let whole = form(&json!({"PathOnClient": "a"}), "VersionData", b"x");
    assert_eq!(
        post(whole[..whole.len() - 20].to_vec()).await,
        "INVALID_MULTIPART_REQUEST"
    );
    assert_eq!(
        post(b"--boundary_string--\r\n".to_vec()).await,
        "INVALID_MULTIPART_REQUEST"
    );
    let files = std::fs::read_dir(folder.path().join("org.db.files")).unwrap();
    assert_eq!(files.count(), 0);
    client
        .new_version(&json!({"PathOnClient": "a"}), b"kept")
        .await;
    let files = std::fs::read_dir(folder.path().join("org.db.files")).unwrap();
    assert_eq!(files.count(), 1);
}

#[tokio::test]
async fn large_files_pass_in_pieces() {
    const PIECES: usize = 96;
    let client = Client::new().await;
    let whole = form(&json!({"PathOnClient": "big.bin"}), "VersionData", &[]);
    let (head, tail) = whole.split_at(whole.len() - b"\r\n--boundary_string--\r\n".len());
    let piece = Bytes::from(vec![7_u8; 1 << 20]);
    let mut pieces = vec![Bytes::copy_from_slice(head)];
    pieces.extend(std::iter::repeat_n(piece, PIECES));
    pieces.push(Bytes::copy_from_slice(tail));
    let created = client
        .upload("POST", "/sobjects/ContentVersion", Pieces::body(pieces))
        .await;
    assert_eq!(
        created.status,
        201,
        "more than a JSON body may have: {}",
        created.text()
    );
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let request = Request::get(format!(
        "/services/data/v62.0/sobjects/ContentVersion/{id}/VersionData"
    ))
    .header("authorization", format!("Bearer {}", client.token))
    .header("accept-encoding", "gzip");
    let response =
        tower::ServiceExt::oneshot(client.app.clone(), request.body(Body::empty()).unwrap())
            .await
            .unwrap();
    let mut body = response.into_body();
    let (mut total, mut largest) = (0, 0);
    while let Some(frame) = body.frame().await {
        let data = frame.unwrap().into_data().unwrap();
        assert!(data.iter().all(|byte| *byte == 7));
        (total, largest) = (total + data.len(), largest.max(data.len()));
    }
    assert_eq!(total, PIECES << 20);
    assert!(
        largest <= 1 << 20,
        "sent in pieces of at most {largest} bytes"
    );
}

/// A body in given pieces.
struct Pieces(std::collections::VecDeque<Bytes>);

impl Pieces {
    fn body(pieces: Vec<Bytes>) -> Body {
        Body::new(Self(pieces.into()))
    }
}

impl axum::body::HttpBody for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(
            self.0
                .pop_front()
                .map(|piece| Ok(http_body::Frame::data(piece))),
        )
    }
}
