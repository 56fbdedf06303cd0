//! Files other than versions of documents.

use super::*;

#[tokio::test]
async fn small_files_may_come_as_base64() {
    let client = Client::new().await;
    let body = json!({"PathOnClient": "a.txt", "VersionData": BASE64.encode("hello")});
    let id = client
        .call("POST", "/sobjects/ContentVersion", Some(body))
        .await
        .json()["id"]
        .clone();
    let path = format!("/sobjects/ContentVersion/{}", id.as_str().unwrap());
    assert_eq!(
        client.get(&format!("{path}/VersionData")).await.text(),
        "hello"
    );
    let version = client.get(&path).await.json();
    assert_eq!(version["Checksum"], "5d41402abc4b2a76b9719d911017c592");
    let response = client
        .call(
            "POST",
            "/sobjects/ContentVersion",
            Some(json!({"PathOnClient": "a.txt"})),
        )
        .await;
    assert_eq!(
        response.json(),
        json!([{"message": "Please input values: [VersionData]", "errorCode": "REQUIRED_FIELD_MISSING", "fields": ["VersionData"]}])
    );
}

#[tokio::test]
async fn documents_and_attachments_have_bodies_that_can_be_replaced() {
    let client = Client::new().await;
    let folder = json!({"Name": "Shared", "Type": "Document", "AccessType": "Public"});
    let folder = client
        .call("POST", "/sobjects/Folder", Some(folder))
        .await
        .json()["id"]
        .clone();
    let document = json!({"Name": "Brochure", "FolderId": folder, "Type": "pdf", "ContentType": "application/pdf"});
    let response = client
        .upload(
            "POST",
            "/sobjects/Document/",
            form(&document, "Body", b"%PDF-1"),
        )
        .await;
    assert_eq!(response.status, 201, "{}", response.text());
    let path = format!(
        "/sobjects/Document/{}",
        response.json()["id"].as_str().unwrap()
    );
    let response = client
        .upload(
            "PATCH",
            &path,
            form(&json!({"Name": "Newer"}), "Body", b"%PDF-12"),
        )
        .await;
    assert_eq!(response.status, 204, "{}", response.text());
    let response = client.get(&format!("{path}/Body")).await;
    assert_eq!(
        (response.text().as_str(), response.header("content-type")),
        ("%PDF-12", "application/pdf")
    );
    let shown = client.get(&path).await.json();
    assert_eq!(
        (&shown["BodyLength"], &shown["Name"]),
        (&json!(7), &json!("Newer"))
    );
    let account = client.rows("SELECT Id FROM Account LIMIT 1").await[0]["Id"].clone();
    let attachment = json!({"Name": "a.bin", "ParentId": account});
    let response = client
        .upload(
            "POST",
            "/sobjects/Attachment",
            form(&attachment, "Body", &[0, 13, 10, 45, 45]),
        )
        .await;
    let path = format!(
        "/sobjects/Attachment/{}",
        response.json()["id"].as_str().unwrap()
    );
    assert_eq!(
        client.get(&format!("{path}/Body")).await.body.as_ref(),
        [0, 13, 10, 45, 45]
    );
}

#[tokio::test]
async fn a_collection_may_come_with_files() {
    let client = Client::new().await;
    let record = |part: &str, path: &str| {
        json!({"attributes": {"type": "ContentVersion", "binaryPartName": part, "binaryPartNameAlias": "VersionData"},
            "PathOnClient": path})
    };
    let post = async |parts: [&str; 2]| {
        let records = json!({"allOrNone": false, "records": [record(parts[0], "a.txt"), record(parts[1], "b.txt")]});
        let mut body = String::from_utf8(form(&records, "one", b"first")).unwrap();
        body = body.replace(
            "--boundary_string--",
            "--boundary_string\r\nContent-Disposition: form-data; name=\"two\"; filename=\"b\"\r\n\r\nsecond\r\n--boundary_string--",
        );
        client.upload("POST", "/composite/sobjects", body).await
    };
    let response = post(["two", "one"]).await;
    let made = response.json();
    for (at, content) in [(0, "second"), (1, "first")] {
        let id = made[at]["id"].as_str().unwrap();
        let path = format!("/sobjects/ContentVersion/{id}/VersionData");
        assert_eq!(client.get(&path).await.text(), content);
    }
    assert_eq!(
        post(["one", "three"]).await.rejection().1,
        "INVALID_MULTIPART_REQUEST"
    );
}

#[tokio::test]
async fn event_logs_are_there_to_be_downloaded() {
    let client = Client::new().await;
    let logs = client
        .rows("SELECT Id, LogFile, LogFileLength FROM EventLogFile WHERE EventType = 'API'")
        .await;
    let response = client.get(logs[0]["LogFile"].as_str().unwrap()).await;
    assert!(response.text().starts_with("\"EVENT_TYPE\",\"TIMESTAMP\""));
    assert_eq!(response.header("content-type"), "text/csv");
    assert_eq!(
        logs[0]["LogFileLength"].as_f64().unwrap() as usize,
        response.body.len()
    );
}

#[tokio::test]
async fn files_on_disk_are_shown_by_soap_too() {
    let client = Client::new().await;
    let id = client
        .new_version(&json!({"PathOnClient": "a.txt"}), b"soap")
        .await;
    let query = format!(
        "<query><queryString>SELECT Id, VersionData FROM ContentVersion WHERE Id = '{id}'</queryString></query>"
    );
    let response = client.soap(&query).await;
    assert!(response.contains(&BASE64.encode("soap")), "{response}");
}
