//! A server that costs as little as can be: everything it says was rendered before it listens, jobs are done as soon as they are closed. What a
//! program needs beside it is the program's own.

mod pages;

use std::convert::Infallible;
use std::fmt::Write as _;
use std::io::Write as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use anyhow::Result;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use http_body::Frame;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

/// Rows of a page of query results in bulk.
pub const BULK_PAGE: u64 = 50_000;
/// Rows of a page of a REST query.
pub const REST_PAGE: u64 = 2_000;
/// Fields of the object that is loaded and read.
const FIELDS: [&str; 18] = [
    "Id",
    "FirstName",
    "LastName",
    "Title",
    "Department",
    "Phone",
    "MobilePhone",
    "MailingStreet",
    "MailingCity",
    "MailingPostalCode",
    "MailingCountry",
    "LeadSource",
    "Description",
    "Name",
    "Industry",
    "AnnualRevenue",
    "CreatedDate",
    "Email",
];

/// What the server has.
struct Stub {
    /// Rows of queries.
    rows: u64,
    bulk_page: Bytes,
    rest_page: Bytes,
    describe: Bytes,
    /// Data that has arrived, job after job, as result documents.
    jobs: Mutex<Vec<Job>>,
}

#[derive(Clone, Default)]
struct Job {
    object: String,
    closed: bool,
    rows: u64,
    results: Vec<Bytes>,
}

type Shared = Arc<Stub>;

/// An answer in JSON.
struct Json(Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        ([("content-type", "application/json")], self.0.to_string()).into_response()
    }
}

/// What a request asks for; nothing where it is no JSON.
fn asked(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

/// Listens on this port of loopback until the process is killed.
pub fn serve(port: u16, rows: u64) -> Result<()> {
    let stub = Arc::new(Stub {
        rows,
        bulk_page: pages::bulk_page(BULK_PAGE).into(),
        rest_page: pages::rest_page().into(),
        describe: pages::describe().into(),
        jobs: Mutex::default(),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
        axum::serve(listener, router(stub)).await?;
        Ok(())
    })
}

fn router(stub: Shared) -> Router {
    let data = "/services/data/v62.0";
    let ingest = format!("{data}/jobs/ingest/{{job}}");
    let query = format!("{data}/jobs/query/{{job}}");
    Router::new()
        .route("/services/oauth2/token", post(token))
        .route(
            &format!("{data}/sobjects/{{object}}/describe"),
            get(describes),
        )
        .route(&format!("{data}/jobs/ingest"), post(create))
        .route(&ingest, get(info).patch(close))
        .route(&format!("{ingest}/batches"), put(upload))
        .route(&format!("{ingest}/successfulResults"), get(results))
        .route(&format!("{ingest}/successfulResults/"), get(results))
        .route(&format!("{ingest}/failedResults"), get(nothing))
        .route(&format!("{ingest}/failedResults/"), get(nothing))
        .route(&format!("{ingest}/unprocessedrecords"), get(nothing))
        .route(&format!("{ingest}/unprocessedrecords/"), get(nothing))
        .route(&format!("{data}/jobs/query"), post(query_info))
        .route(
            &query,
            get(query_info).delete(async || StatusCode::NO_CONTENT),
        )
        .route(&format!("{query}/results"), get(pages::page))
        .route(&format!("{query}/resultPages"), get(pages::pages))
        .route(&format!("{data}/query"), get(pages::first_rows))
        .route(&format!("{data}/query/{{locator}}"), get(pages::more_rows))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(stub)
}

async fn token(request: Request) -> Json {
    let host = request
        .headers()
        .get("host")
        .and_then(|host| host.to_str().ok());
    let url = format!("http://{}", host.unwrap_or_default());
    Json(json!({
        "access_token": "00D000000000000!stub", "instance_url": url, "token_type": "Bearer",
        "id": format!("{url}/id/00D000000000000AAA/005000000000000AAA"), "issued_at": "1700000000000", "signature": "x"
    }))
}

async fn describes(State(stub): State<Shared>) -> Response {
    (
        [("content-type", "application/json")],
        stub.describe.clone(),
    )
        .into_response()
}

impl Stub {
    fn job(&self, id: &str, change: impl FnOnce(&mut Job)) -> Option<Job> {
        let at: usize = id.strip_prefix("750")?.trim_end_matches('A').parse().ok()?;
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let job = jobs.get_mut(at)?;
        change(job);
        Some(job.clone())
    }
}

fn answer(id: &str, job: &Job) -> Json {
    let state = if job.closed { "JobComplete" } else { "Open" };
    Json(json!({
        "id": id, "operation": "insert", "object": job.object, "state": state, "contentType": "CSV", "apiVersion": 62.0,
        "concurrencyMode": "Parallel", "jobType": "V2Ingest", "lineEnding": "LF", "columnDelimiter": "COMMA",
        "contentUrl": format!("services/data/v62.0/jobs/ingest/{id}/batches"), "createdById": "005000000000000AAA",
        "createdDate": "2026-01-01T00:00:00.000+0000", "systemModstamp": "2026-01-01T00:00:00.000+0000",
        "numberRecordsProcessed": job.rows, "numberRecordsFailed": 0, "retries": 0, "totalProcessingTime": 1,
        "apiActiveProcessingTime": 1, "apexProcessingTime": 0
    }))
}

async fn create(State(stub): State<Shared>, body: Bytes) -> Json {
    let mut jobs = stub.jobs.lock().unwrap_or_else(PoisonError::into_inner);
    let id = format!("750{:012}AAA", jobs.len());
    let job = Job {
        object: asked(&body)["object"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        ..Job::default()
    };
    jobs.push(job.clone());
    answer(&id, &job)
}

fn changed(stub: &Stub, id: &str, change: impl FnOnce(&mut Job)) -> Response {
    match stub.job(id, change) {
        Some(job) => answer(id, &job).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn info(State(stub): State<Shared>, Path(id): Path<String>) -> Response {
    changed(&stub, &id, |_| ())
}

async fn close(State(stub): State<Shared>, Path(id): Path<String>, body: Bytes) -> Response {
    changed(&stub, &id, |job| {
        job.closed = asked(&body)["state"] == "UploadComplete"
    })
}

/// Makes results of the data as it arrives.
async fn upload(State(stub): State<Shared>, Path(id): Path<String>, body: Body) -> Response {
    let (mut body, mut maker) = (body, Results::default());
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => maker.take(frame.data_ref().map_or(&[], |data| data.as_ref())),
            Err(_) => return StatusCode::BAD_REQUEST.into_response(),
        }
    }
    maker.end();
    let done = stub.job(&id, |job| {
        job.rows = maker.rows.saturating_sub(1);
        job.results = maker.documents;
    });
    done.map_or(StatusCode::NOT_FOUND, |_| StatusCode::CREATED)
        .into_response()
}

/// Result documents in the making. Rows of the measurements have no line breaks within.
#[derive(Default)]
struct Results {
    rows: u64,
    line: Vec<u8>,
    open: Vec<u8>,
    documents: Vec<Bytes>,
}

impl Results {
    fn take(&mut self, mut data: &[u8]) {
        while let Some(at) = data.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = data.split_at(at + 1);
            if self.line.is_empty() {
                self.row(line);
            } else {
                self.line.extend_from_slice(line);
                let whole = std::mem::take(&mut self.line);
                self.row(&whole);
            }
            data = rest;
        }
        self.line.extend_from_slice(data);
    }

    fn row(&mut self, line: &[u8]) {
        let written = match self.rows {
            0 => write!(self.open, "\"sf__Id\",\"sf__Created\","),
            row => write!(self.open, "\"003{row:012}AAA\",\"true\","),
        };
        debug_assert!(written.is_ok());
        self.open.extend_from_slice(line);
        self.rows += 1;
        if self.open.len() > 1 << 20 {
            self.documents.push(std::mem::take(&mut self.open).into());
        }
    }

    fn end(&mut self) {
        if !self.line.is_empty() {
            let mut last = std::mem::take(&mut self.line);
            last.push(b'\n');
            self.row(&last);
        }
        self.documents.push(std::mem::take(&mut self.open).into());
    }
}

fn csv(pieces: Vec<Bytes>) -> Response {
    let body = Body::new(Pieces(pieces.into_iter()));
    ([("content-type", "text/csv")], body).into_response()
}

/// A body of pieces that are there already.
struct Pieces(std::vec::IntoIter<Bytes>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece))))
    }
}

async fn results(State(stub): State<Shared>, Path(id): Path<String>) -> Response {
    match stub.job(&id, |_| ()) {
        Some(job) => csv(job.results),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn nothing() -> Response {
    csv(vec![Bytes::from_static(b"\"sf__Id\",\"sf__Error\"\n")])
}

async fn query_info(State(stub): State<Shared>) -> Json {
    Json(json!({
        "id": "750Q00000000000AAA", "operation": "query", "object": "Account", "state": "JobComplete", "contentType": "CSV",
        "apiVersion": 62.0, "concurrencyMode": "Parallel", "jobType": "V2Query", "lineEnding": "LF", "columnDelimiter": "COMMA",
        "createdById": "005000000000000AAA", "createdDate": "2026-01-01T00:00:00.000+0000",
        "systemModstamp": "2026-01-01T00:00:00.000+0000", "numberRecordsProcessed": stub.rows, "retries": 0,
        "totalProcessingTime": 1, "isPkChunkingSupported": true
    }))
}
