//! How fast bulk jobs are: loads and extracts rows in process. `cargo run -p sandbox --example bulk_speed -- 100000`

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use http_body_util::BodyExt as _;
use sandbox::Org;
use sandbox::org::{CLIENT_ID, CLIENT_SECRET};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Rows of a load unless the first argument says otherwise.
const ROWS: usize = 100_000;
/// The columns of the loads measured.
const HEADER: &str = "FirstName,LastName,Email,Phone,Title,Department,MailingStreet,MailingCity,MailingPostalCode,MailingCountry,Birthdate,Description";

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let rows = std::env::args()
        .nth(1)
        .map_or(Ok(ROWS), |rows| rows.parse())?;
    let org = Arc::new(Org::builder().without_data().api_limit(1_000_000).build()?);
    let mut client = Client {
        app: sandbox::router(org),
        token: String::new(),
    };
    client.log_in().await?;
    let csv = csv(rows);
    println!("{rows} rows, {:.1} MB", csv.len() as f64 / 1e6);
    let job = json!({"object": "Contact", "operation": "insert"});
    let id = client.create("ingest", &job).await?;
    let began = Instant::now();
    let path = format!("ingest/{id}/batches");
    client.call("PUT", &path, "text/csv", csv.into()).await?;
    report("upload", rows, began);
    let began = Instant::now();
    let close = Body::from(json!({"state": "UploadComplete"}).to_string());
    let path = format!("ingest/{id}");
    client
        .call("PATCH", &path, "application/json", close)
        .await?;
    let info = client.finished(&path).await?;
    report("insert", rows, began);
    println!(
        "  {} processed, {} failed",
        member(&info, "numberRecordsProcessed"),
        member(&info, "numberRecordsFailed")
    );
    let began = Instant::now();
    let path = format!("ingest/{id}/successfulResults");
    let results = client.call("GET", &path, "text/csv", Body::empty()).await?;
    report("results", rows, began);
    let ids = std::str::from_utf8(&results)?.lines().skip(1);
    let mut update = String::from("Id,Title\n");
    for id in ids.filter_map(|line| line.get(1..19)) {
        writeln!(update, "{id},Boss")?;
    }
    client.load("update", update, rows).await?;
    let query = format!("SELECT Id,{HEADER} FROM Contact");
    let began = Instant::now();
    let job = json!({"operation": "query", "query": query});
    let id = client.create("query", &job).await?;
    client.finished(&format!("query/{id}")).await?;
    report("query", rows, began);
    let began = Instant::now();
    let path = format!("query/{id}/results?maxRecords=10000000");
    let results = client.call("GET", &path, "text/csv", Body::empty()).await?;
    report("download", rows, began);
    println!("  {:.1} MB", results.len() as f64 / 1e6);
    Ok(())
}

fn csv(rows: usize) -> String {
    let mut csv = format!("{HEADER}\n");
    for n in 0..rows {
        let _ = writeln!(
            csv,
            "First{n},Last{n},user{n}@example.com,+49 30 {n:07},Engineer,Research,{n} Main Street,Berlin,10{n:03},Germany,1990-01-02,\"A longer text, with a comma, for row {n}\""
        );
    }
    csv
}

fn report(what: &str, rows: usize, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{what:>10}: {seconds:7.3} s, {:9.0} rows/s",
        rows as f64 / seconds
    );
}

struct Client {
    app: Router,
    token: String,
}

impl Client {
    async fn log_in(&mut self) -> Outcome<()> {
        let form = format!(
            "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}"
        );
        let request = Request::post("/services/oauth2/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("host", "localhost")
            .body(Body::from(form))?;
        let response = self.app.clone().oneshot(request).await?;
        let body = response.into_body().collect().await?.to_bytes();
        let json: Value = serde_json::from_slice(&body)?;
        self.token = member(&json, "access_token")
            .as_str()
            .unwrap_or_default()
            .to_owned();
        Ok(())
    }

    async fn call(&self, method: &str, path: &str, media_type: &str, body: Body) -> Outcome<Bytes> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/services/data/v62.0/jobs/{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", media_type)
            .body(body)?;
        let response = self.app.clone().oneshot(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(body)
    }

    async fn create(&self, kind: &str, job: &Value) -> Outcome<String> {
        let body = Body::from(job.to_string());
        let made = self.call("POST", kind, "application/json", body).await?;
        let made: Value = serde_json::from_slice(&made)?;
        Ok(member(&made, "id").as_str().unwrap_or_default().to_owned())
    }

    async fn finished(&self, path: &str) -> Outcome<Value> {
        loop {
            let info = self
                .call("GET", path, "application/json", Body::empty())
                .await?;
            let info: Value = serde_json::from_slice(&info)?;
            match member(&info, "state").as_str() {
                Some("JobComplete") => return Ok(info),
                Some("Failed" | "Aborted") => return Err(info.to_string().into()),
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    async fn load(&self, operation: &str, csv: String, rows: usize) -> Outcome<()> {
        let job = json!({"object": "Contact", "operation": operation});
        let id = self.create("ingest", &job).await?;
        let path = format!("ingest/{id}/batches");
        self.call("PUT", &path, "text/csv", csv.into()).await?;
        let began = Instant::now();
        let close = Body::from(json!({"state": "UploadComplete"}).to_string());
        let path = format!("ingest/{id}");
        self.call("PATCH", &path, "application/json", close).await?;
        let info = self.finished(&path).await?;
        report(operation, rows, began);
        println!("  {} failed", member(&info, "numberRecordsFailed"));
        Ok(())
    }
}

/// Returns a member of a response; null if it is not there.
fn member<'j>(json: &'j Value, name: &str) -> &'j Value {
    json.get(name).unwrap_or(&Value::Null)
}
