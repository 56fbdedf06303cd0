//! Files: up and down, whole.

use mediate_tests::org::{Way, open, read_all};
use mediate_tests::transfers::Transfer;
use serde_json::{Value, json};

use super::org;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_back_byte_for_byte() {
    let session = open(&org(), Way::OnAPort, &json!({})).await;
    let content: String = (0..300_000)
        .map(|line| format!("line {line} – ünïcode\r\n"))
        .collect();
    let config =
        json!({"object": "ContentVersion", "file-name": "lines.txt", "length": content.len()});
    let transfer = Transfer::new("files/upload", config, &content);
    transfer.load(&session).await.expect("uploaded");
    let outcome: Value = serde_json::from_str(transfer.read("outcomes").trim()).expect("JSON");
    let config = json!({"object": "ContentVersion", "id": outcome["id"]});
    let (bytes, _) = read_all(&session, "files/download", &config)
        .await
        .expect("downloaded");
    assert!(
        bytes == content.as_bytes(),
        "{} bytes came back of {}",
        bytes.len(),
        content.len()
    );
}
