//! Batches with binary attachments, through the component.

use std::io::Write as _;
use std::sync::Arc;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use mediate::contract::Message;
use mediate_tests::org::{Way, open};
use sandbox::Org;
use serde_json::{Value, json};

/// A zip file of these files, packed, written as PKWARE's APPNOTE describes it.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut checksum = Crc::new();
        checksum.update(content);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).expect("it fits");
        let packed = encoder.finish().expect("it fits");
        let mut facts = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
        facts.extend_from_slice(&checksum.sum().to_le_bytes());
        for size in [packed.len(), content.len()] {
            facts.extend_from_slice(&u32::try_from(size).expect("it fits").to_le_bytes());
        }
        facts.extend_from_slice(&u16::try_from(name.len()).expect("it fits").to_le_bytes());
        facts.extend_from_slice(&[0, 0]);
        let head = u32::try_from(zip.len()).expect("it fits");
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
    let count = u16::try_from(files.len()).expect("it fits").to_le_bytes();
    let at = u32::try_from(zip.len()).expect("it fits").to_le_bytes();
    let bytes = u32::try_from(directory.len())
        .expect("it fits")
        .to_le_bytes();
    zip.append(&mut directory);
    zip.extend_from_slice(b"PK\x05\x06\x00\x00\x00\x00");
    for part in [&count[..], &count, &bytes, &at, &[0, 0]] {
        zip.extend_from_slice(part);
    }
    zip
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_zip_become_attachments() {
    let org = Arc::new(Org::builder().build().expect("an org"));
    let session = open(&org, Way::InProcess, &json!({})).await;
    let call = async |operation: &str, config: Value, input: Option<Message>| -> Value {
        let reply = session.call(operation, &config, input).await;
        let reply = reply.unwrap_or_else(|error| panic!("{operation}: {error}"));
        serde_json::from_slice(&reply.body).unwrap_or_default()
    };
    let soql = json!({"soql": "SELECT Id FROM Account LIMIT 1"});
    let found = call("query/query", soql, None).await;
    let parent = found["records"][0]["Id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let request = format!("Name,ParentId,Body\na.txt,{parent},#a.txt\n");
    let body = zip(&[("request.txt", request.as_bytes()), ("a.txt", b"hello")]);
    let config = json!({"object": "Attachment", "operation": "insert", "content": "zip-csv"});
    let job = call("bulk/v1-create-job", config, None).await;
    assert_eq!(job["contentType"], "ZIP_CSV");
    let job = json!({"job": job["id"]});
    let input = Message::new("zip/csv", body);
    call("bulk/v1-add-batch", job.clone(), Some(input)).await;
    call("bulk/v1-close-job", job.clone(), None).await;
    for _ in 0..1_000 {
        let info = call("bulk/v1-job-info", job.clone(), None).await;
        if info["numberBatchesCompleted"] == 1 {
            assert_eq!(info["numberRecordsFailed"], 0, "{info}");
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let soql = json!({"soql": format!("SELECT Name, BodyLength FROM Attachment WHERE ParentId = '{parent}'")});
    let found = call("query/query", soql, None).await;
    assert_eq!(found["records"][0]["BodyLength"], 5, "{found}");
}
