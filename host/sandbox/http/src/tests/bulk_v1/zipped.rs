//! Batches with binary attachments (Bulk API Developer Guide, "Load Binary Attachments").

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::*;

/// A zip file of these files, packed, written as PKWARE's APPNOTE describes it.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut checksum = Crc::new();
        checksum.update(content);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let mut facts = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
        facts.extend_from_slice(&checksum.sum().to_le_bytes());
        for size in [packed.len(), content.len()] {
            facts.extend_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        }
        facts.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        facts.extend_from_slice(&[0, 0]);
        let head = u32::try_from(zip.len()).unwrap();
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&facts);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&head.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
        zip.extend_from_slice(b"PK\x03\x04");
        zip.extend_from_slice(&facts);
        zip.extend_from_slice(name.as_bytes());
        zip.extend_from_slice(&packed);
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let at = u32::try_from(zip.len()).unwrap().to_le_bytes();
    let bytes = u32::try_from(directory.len()).unwrap().to_le_bytes();
    zip.append(&mut directory);
    zip.extend_from_slice(b"PK\x05\x06\x00\x00\x00\x00");
    for part in [&count[..], &count, &bytes, &at, &[0, 0]] {
        zip.extend_from_slice(part);
    }
    zip
}

/// Adds a batch and waits for its end; gives its info and its results.
async fn load(client: &Client, content: &str, media_type: &str, zip: Vec<u8>) -> (String, String) {
    let job = client.create_job("insert", "Attachment", content, "").await;
    let path = format!("/{job}/batch");
    let made = client
        .asynchronous("POST", &path, media_type, zip.clone())
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let text = made.text();
    let id = match text.starts_with('{') {
        true => made.json()["id"].as_str().unwrap().to_owned(),
        false => inner(&text, "id"),
    };
    let path = format!("{path}/{id}");
    for _ in 0..1_000 {
        let info = client.read(&path).await;
        if info.contains("Completed") {
            let request = client
                .asynchronous("GET", &format!("{path}/request"), XML, "")
                .await;
            assert_eq!(request.body, zip, "the batch as it was sent");
            return (info, client.read(&format!("{path}/result")).await);
        }
        if info.contains("Failed<") || info.contains("\"Failed\"") {
            return (info, String::new());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the batch does not come to an end");
}

async fn parent(client: &Client) -> String {
    let job = client.create_job("insert", "Account", "CSV", "").await;
    let (path, _) = client.batch(&job, "text/csv", "Name\nWith files\n").await;
    let results = client.read(&format!("{path}/result")).await;
    results.split('"').nth(9).unwrap().to_owned()
}

#[tokio::test]
async fn files_of_a_zipped_batch_become_bodies_in_every_form() {
    let client = Client::new().await;
    let parent = parent(&client).await;
    let csv = format!("Name,ParentId,Body\na.txt,{parent},#a.txt\nb.bin,{parent},#sub/b.bin\n");
    let xml = format!(
        "<sObjects {NS}><sObject><Name>a.txt</Name><ParentId>{parent}</ParentId><Body>#a.txt</Body></sObject><sObject><Name>b.bin</Name><ParentId>{parent}</ParentId><Body>#sub/b.bin</Body></sObject></sObjects>"
    );
    let json = format!(
        "[{{\"Name\":\"a.txt\",\"ParentId\":\"{parent}\",\"Body\":\"#a.txt\"}},{{\"Name\":\"b.bin\",\"ParentId\":\"{parent}\",\"Body\":\"#sub/b.bin\"}}]"
    );
    for (content, media_type, request) in [
        ("ZIP_CSV", "zip/csv", csv),
        ("ZIP_XML", "zip/xml", xml),
        ("ZIP_JSON", "zip/json", json),
    ] {
        let zip = zip(&[
            ("request.txt", request.as_bytes()),
            ("a.txt", b"hello"),
            ("sub/b.bin", &[0, 255, 13, 10]),
        ]);
        let (info, results) = load(&client, content, media_type, zip).await;
        assert!(!info.contains("Failed<"), "{info}");
        assert_eq!(results.matches("true").count(), 4, "{content}: {results}");
    }
    let found = client
        .get("/query?q=SELECT+Name,BodyLength+FROM+Attachment+ORDER+BY+Name")
        .await
        .json();
    let lengths: Vec<u64> = found["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["BodyLength"].as_u64().unwrap())
        .collect();
    assert_eq!(lengths, [5, 5, 5, 4, 4, 4]);
}

#[tokio::test]
async fn zipped_batch_without_records_fails_and_other_media_types_are_refused() {
    let client = Client::new().await;
    let files = zip(&[("folder/request.txt", b"Name\n")]);
    let (info, _) = load(&client, "ZIP_CSV", "zip/csv", files.clone()).await;
    assert!(info.contains("request.txt"), "{info}");
    let (info, _) = load(&client, "ZIP_CSV", "zip/csv", b"PK no zip".to_vec()).await;
    assert!(info.contains("ClientInputError"), "{info}");
    for (content, media_type) in [
        ("ZIP_CSV", "text/csv"),
        ("CSV", "zip/csv"),
        ("ZIP_XML", "zip/csv"),
    ] {
        let job = client.create_job("insert", "Attachment", content, "").await;
        let path = format!("/{job}/batch");
        let refused = client
            .asynchronous("POST", &path, media_type, files.clone())
            .await;
        assert_eq!(refused.status, 400, "{content} {media_type}");
    }
}
