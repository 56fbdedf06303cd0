//! One instance, 40,000 requests, 5,000 uploads and a file in 5,000 pieces: complete results, within a memory that does not grow with
//! them.

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use mediate::contract::Message;
use mediate::profile::{HostSettings, Profile};
use mediate::runtime::RuntimeSettings;
use mediate::session::Session;
use mediate_cli::embedded;
use mediate_cli::simulated_org::service_at;
use mediate_tests::compiled;
use mediate_tests::org::read_all;
use mediate_tests::transfers::Transfer;
use sandbox::Org;
use serde_json::{Value, json};

/// Where the org answers in process.
const AUTHORITY: &str = "sandbox.localhost";

/// Memory of the instance. 64 MiB; what one request needs is a few, and what each leaves behind would be 2 KiB in 30,000 of them.
const MEMORY: u64 = 64 << 20;

/// Pages of one row that a query has.
const PAGES: usize = 12_000;

/// Records that are created in calls of one record.
const RECORDS: usize = 10_000;

/// Rows that are extracted in pages of one row, beside the records.
const ROWS: u64 = 8_000;

/// Loads that follow each other.
const LOADS: usize = 100;

/// Records of each of them, in batches of one record: 5,000 uploads in all.
const LOADED: usize = 50;

/// Pieces of a file's one upload.
const PIECES: usize = 5_000;

/// Bytes of a piece. 5,000 of them are more than the memory.
const PIECE: usize = 16 << 10;

/// An object that the org does not have: its pages are made here.
const ENDLESS: &str = "Endless__c";

/// Answers queries of [`ENDLESS`] page by page; everything else is the org's.
async fn endless(request: Request, next: Next) -> Response {
    let (path, query) = (request.uri().path().to_owned(), request.uri().query());
    let page = match (path.split_once("/query/endless-"), query) {
        (Some((_, page)), _) => page.parse().unwrap_or(PAGES),
        (None, Some(query)) if path.ends_with("/query") && query.contains(ENDLESS) => 0,
        _ => return next.run(request).await,
    };
    let last = page + 1 == PAGES;
    let mut body = json!({
        "totalSize": PAGES,
        "done": last,
        "records": [{"attributes": {"type": ENDLESS, "url": "/x"}, "Id": format!("a00{page:015}")}],
    });
    if !last {
        let next = format!("/services/data/v62.0/query/endless-{}", page + 1);
        body["nextRecordsUrl"] = next.into();
    }
    let json = [("content-type", "application/json")];
    (json, Body::from(body.to_string())).into_response()
}

/// A session whose one instance has little memory.
async fn session(org: &Arc<Org>) -> Session {
    let settings = RuntimeSettings {
        max_memory: MEMORY,
        ..RuntimeSettings::default()
    };
    let connector = compiled::load(embedded::CONNECTOR, settings).await;
    let connector = connector.expect("loaded");
    let connection = json!({
        "url": format!("https://{AUTHORITY}"),
        "api-version": "62.0",
        "auth": {"client-credentials": {"client-id": "sandbox-client", "client-secret": "sandbox-secret"}},
    });
    let document = connection.as_object().cloned().unwrap_or_default();
    let profile = Profile::new("endurance", document, HostSettings::default());
    let router = sandbox::router(Arc::clone(org)).layer(from_fn(endless));
    let services = vec![service_at(AUTHORITY, router)];
    Session::builder(&connector, &profile)
        .services(services)
        .network(false)
        .open()
        .await
        .expect("a session")
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_thousand_requests_through_one_instance_are_complete() {
    let org = Org::builder().without_data().rows("Account", ROWS);
    let org = Arc::new(org.api_limit(1_000_000).build().expect("an org"));
    let session = session(&org).await;

    let soql = format!("SELECT Id FROM {ENDLESS}");
    let (rows, _) = read_all(&session, "query/rows", &json!({"soql": soql}))
        .await
        .expect("rows");
    assert_eq!(apart(&rows), PAGES);

    let records: Vec<Value> = (0..RECORDS)
        .map(|row| json!({"LastName": format!("R{row}")}))
        .collect();
    let config = json!({"object": "Contact", "batch-size": 1});
    let input = Message::new("application/json", Value::from(records).to_string());
    let created = session
        .call("collections/create", &config, Some(input))
        .await
        .expect("outcomes");
    let outcomes: Vec<Value> = serde_json::from_slice(&created.body).expect("JSON");
    let ids: HashSet<&str> = outcomes
        .iter()
        .filter_map(|outcome| outcome["id"].as_str())
        .collect();
    assert_eq!(ids.len(), RECORDS);

    let config = json!({"soql": "SELECT Id FROM Account", "page-records": 1, "parallel": 1});
    let (csv, _) = read_all(&session, "bulk/extract", &config)
        .await
        .expect("an extract");
    assert_eq!(apart(&csv) as u64, ROWS + 1, "with the header");

    load_in_parts(&session).await;
    upload_in_pieces(&session).await;
}

/// Jobs with an upload for each record; every record has its outcome, and is there once.
async fn load_in_parts(session: &Session) {
    for load in 0..LOADS {
        let config = json!({"object": "Lead", "operation": "insert", "batch-records": 1});
        let rows: String = (0..LOADED)
            .map(|row| format!("L{load}-{row},Acme\n"))
            .collect();
        let input = format!("LastName,Company\n{rows}");
        let transfer = Transfer::new("bulk/v1-load", config, &input);
        let pauses = transfer.load(session).await.expect("a load");
        assert!(pauses.0.is_empty(), "{:?}", pauses.0);
        let outcomes = transfer.read("outcomes");
        let done = outcomes.lines().enumerate().filter(|(row, line)| {
            let outcome: Value = serde_json::from_str(line).expect("JSON");
            outcome["row"] == row + 1 && outcome["success"] == true
        });
        assert_eq!((done.count(), outcomes.lines().count()), (LOADED, LOADED));
    }
    let soql = "SELECT LastName FROM Lead WHERE Company = 'Acme'";
    let (rows, _) = read_all(session, "query/rows", &json!({"soql": soql}))
        .await
        .expect("rows");
    assert_eq!(apart(&rows), LOADS * LOADED);
}

/// A file that is larger than the memory, written piece by piece and read back.
async fn upload_in_pieces(session: &Session) {
    let length = PIECES * PIECE;
    let config = json!({
        "object": "ContentVersion", "file-name": "large.bin", "length": length, "fields": {"Title": "Large"},
    });
    let mut sink = session
        .write("files/upload", &config, None)
        .await
        .expect("a sink");
    for part in 0..PIECES {
        sink.write(piece(part)).await.expect("it is taken");
    }
    sink.close().await.expect("it is closed");
    while !sink.watch(100).await.expect("its outcome").done {}
    let soql = "SELECT Id, ContentSize FROM ContentVersion WHERE Title = 'Large'";
    let found = session
        .call("query/query", &json!({"soql": soql}), None)
        .await
        .expect("the file");
    let found: Value = serde_json::from_slice(&found.body).expect("JSON");
    assert_eq!(found["totalSize"], 1);
    assert_eq!(found["records"][0]["ContentSize"], length);
    let config = json!({"object": "ContentVersion", "id": found["records"][0]["Id"]});
    let mut reader = session
        .read("files/download", &config, None)
        .await
        .expect("a source");
    let mut whole = Vec::with_capacity(length);
    while let Some(chunk) = reader.next(64 * 1024).await.expect("bytes") {
        whole.extend(chunk);
    }
    let as_written = whole.chunks(PIECE).enumerate();
    assert!(
        as_written
            .into_iter()
            .all(|(part, bytes)| bytes == piece(part))
    );
    assert_eq!(whole.len(), length);
}

/// Bytes that are those of no other piece.
fn piece(part: usize) -> Vec<u8> {
    let mut bytes = part.to_be_bytes().to_vec();
    bytes.resize(PIECE, b'x');
    bytes
}

/// Lines that differ, if all do.
fn apart(text: &[u8]) -> usize {
    let text = String::from_utf8_lossy(text);
    let lines: HashSet<&str> = text.lines().collect();
    assert_eq!(lines.len(), text.lines().count(), "nothing is there twice");
    lines.len()
}
