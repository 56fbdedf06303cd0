//! An org of a few lines for tests of loads and extracts: it keeps jobs and their data, gives results in an order of its own, and
//! fails where it is told to. Written from Salesforce's documents, not from the code under test.

pub mod bulk_v1;
mod documents;
mod wire;

use salesforce_client::client::Client;
use salesforce_client::context::Context;
use salesforce_client::testing::connection;
use salesforce_client::transport::scripted::{Play, TestClock};
use salesforce_client::transport::{Failure, HttpRequest, Method};
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::source::Source;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
pub use wire::lines;
use wire::{csv, parameter};

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disturbance {
    /// An answer with this status, nothing done.
    Status(u16),
    /// 403 because too many requests run at once.
    Busy,
    /// The connection breaks before the request arrives.
    Reset,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// It is done, and the answer is cut short.
    CutShort,
}

/// Every way to fail.
pub const DISTURBANCES: [Disturbance; 8] = [
    Disturbance::Status(401),
    Disturbance::Status(500),
    Disturbance::Status(503),
    Disturbance::Status(429),
    Disturbance::Busy,
    Disturbance::Reset,
    Disturbance::AnswerLost,
    Disturbance::CutShort,
];

/// A job of the org.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// What it was made with.
    pub made: Value,
    /// Its state.
    pub state: String,
    /// Its data.
    pub data: Option<String>,
    /// Looks until it is done.
    pub polls: u32,
}

/// The inside of the org.
#[derive(Default)]
pub struct Inside {
    /// Its jobs.
    pub jobs: Vec<Job>,
    /// Every request, as `METHOD path`.
    pub seen: Vec<String>,
    /// Requests that fail: their numbers, from 0, logins not counted.
    pub troubles: Vec<(usize, Disturbance)>,
    /// Looks that a job takes after it was closed.
    pub polls: u32,
    /// Whether jobs fail as a whole.
    pub fails: bool,
    /// Rows that a job gets to before it ends, if not to all or none.
    pub manages: Option<usize>,
    /// What becomes of result documents and pages: the name of the document, how often documents were asked for before, the answer.
    pub spoils: Option<fn(&str, u32, Play) -> Play>,
    /// Documents that were asked for.
    pub documents: u32,
    /// How often a job is told that its data is complete without hearing it.
    pub deaf: u32,
    /// How result documents write rows differently from what was sent.
    pub rewrites: Option<fn(&str) -> String>,
    /// The headers of uploads, by the jobs they went to.
    pub upload_headers: Vec<Vec<(String, String)>>,
    /// How many uploads are answered 204 and not taken.
    pub swallows: u32,
    /// The status of uploads that are taken, if it is not the documented one.
    pub shrugs: Option<u16>,
    /// Whether a job without data refuses to be closed; it completes otherwise.
    pub minds_empty: bool,
    /// Pages of the results of queries.
    pub pages: Vec<String>,
    /// The body of a describe.
    pub fields: Value,
    /// Jobs of Bulk API 1.0.
    pub bulk_v1: bulk_v1::Jobs,
    logins: u32,
}

/// A handle on the org.
#[derive(Clone, Default)]
pub struct Fake(pub Rc<RefCell<Inside>>);

/// A fake org, and a connection into it.
pub fn fake() -> (Fake, TestClock) {
    let fake = Fake::default();
    fake.0.borrow_mut().fields = json!([
        {"name": "Id", "type": "id"},
        {"name": "Name", "type": "string"},
        {"name": "Ext__c", "type": "string", "externalId": true},
        {"name": "Active__c", "type": "boolean"},
        {"name": "Amount__c", "type": "double"},
        {"name": "Count__c", "type": "int"},
        {"name": "Founded__c", "type": "date"},
        {"name": "Seen__c", "type": "datetime"},
        {"name": "BillingAddress", "type": "address"},
        {"name": "BillingCity", "type": "string", "compoundFieldName": "BillingAddress"},
        {"name": "BillingStreet", "type": "textarea", "compoundFieldName": "BillingAddress"},
        {"name": "ParentId", "type": "reference", "referenceTo": ["Account"], "relationshipName": "Parent"},
        {"name": "OwnerId", "type": "reference", "referenceTo": ["Group", "User"], "relationshipName": "Owner"}
    ]);
    (fake, TestClock::default())
}

/// Reads a source to its end, in small chunks.
pub fn read(mut source: Box<dyn Source>) -> Result<String, Fault> {
    let mut whole = Vec::new();
    while let Some(piece) = source.read(50)? {
        assert!(!piece.is_empty() && piece.len() <= 50);
        whole.extend(piece);
    }
    Ok(String::from_utf8(whole).unwrap())
}

/// Asserts that a host opens a load again after this fault.
pub fn assert_passes(fault: &Fault, opened: u32) {
    let passes = matches!(fault.kind, FaultKind::Unavailable | FaultKind::Timeout)
        || fault.retry_after_ms.is_some();
    assert!(passes && opened < 20, "{fault:?}");
}

impl Fake {
    /// A way into the org.
    pub fn client(&self, clock: &TestClock) -> Rc<Client> {
        let mut connection = connection();
        connection.api_version = Some("62.0".into());
        let context = Context::new(self.clone(), clock.clone());
        Rc::new(Client::open(Rc::new(context), &connection).unwrap())
    }

    /// All records that were loaded, by their lines, header left out.
    pub fn loaded(&self) -> Vec<String> {
        let inside = self.0.borrow();
        let done = inside
            .jobs
            .iter()
            .filter(|job| job.state == "JobComplete" || job.state == "InProgress");
        let rows = |job: &Job| {
            lines(job.data.as_deref().unwrap_or_default())
                .into_iter()
                .skip(1)
        };
        done.flat_map(rows).collect()
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<String> {
        self.0.borrow().seen.clone()
    }

    fn answer(&self, request: &HttpRequest, body: &[u8]) -> Play {
        let path = request.url.split_once(".com").map_or("", |(_, path)| path);
        if path.contains("/oauth2/token") {
            let mut inside = self.0.borrow_mut();
            inside.logins += 1;
            let session = format!("T{}", inside.logins);
            return salesforce_client::testing::token(&session);
        }
        self.note_chunking(request);
        if request.method == Method::Put {
            let headers = request.headers.clone();
            self.0.borrow_mut().upload_headers.push(headers);
        }
        let disturbance = {
            let mut inside = self.0.borrow_mut();
            let number = inside.seen.len();
            inside.seen.push(format!("{:?} {path}", request.method));
            let found = inside.troubles.iter().find(|(at, _)| *at == number);
            found.map(|(_, disturbance)| *disturbance)
        };
        match disturbance {
            Some(Disturbance::Status(401)) => salesforce_client::testing::expired(),
            Some(Disturbance::Status(status)) => Play::json(status, "[]"),
            Some(Disturbance::Busy) => Play::json(
                403,
                r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded."}]"#,
            ),
            Some(Disturbance::Reset) => Play::Fail(Failure::Lost),
            Some(Disturbance::AnswerLost) => {
                self.act(request.method, path, body);
                Play::Fail(Failure::Lost)
            }
            Some(Disturbance::CutShort) => match self.act(request.method, path, body) {
                Play::Answer(status, _, body) => {
                    Play::CutShort(status, body[..body.len() / 2].to_vec())
                }
                other => other,
            },
            None => self.act(request.method, path, body),
        }
    }

    /// Whether a request asks for chunks has to be known before it is acted on.
    fn note_chunking(&self, request: &HttpRequest) {
        let chunked = |(name, _): &(String, String)| name == "sforce-enable-pkchunking";
        if request.url.ends_with("/job") {
            self.0.borrow_mut().bulk_v1.chunked = request.headers.iter().any(chunked);
        }
    }

    fn act(&self, method: Method, path: &str, body: &[u8]) -> Play {
        if let Some((_, rest)) = path.split_once("/services/async/62.0/job") {
            let mut inside = self.0.borrow_mut();
            let pages = inside.pages.clone();
            return inside.bulk_v1.act(method, rest, body, &pages);
        }
        let rest = path.split_once("/v62.0/").map_or("", |(_, rest)| rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let steps: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
        let mut inside = self.0.borrow_mut();
        match (method, steps.as_slice()) {
            (Method::Get, ["sobjects", object, "describe"]) => Play::json(
                200,
                &json!({"name": object, "fields": inside.fields, "childRelationships": []})
                    .to_string(),
            ),
            (Method::Post, ["jobs", kind]) => {
                let id = format!("750{}", inside.jobs.len());
                let polls = inside.polls;
                inside.jobs.push(Job {
                    made: serde_json::from_slice(body).unwrap(),
                    state: if *kind == "query" {
                        "InProgress"
                    } else {
                        "Open"
                    }
                    .into(),
                    data: None,
                    polls,
                });
                inside.info(&id)
            }
            (method, ["jobs", kind, id, more @ ..]) => {
                let Some(at) = id
                    .strip_prefix("750")
                    .and_then(|at| at.parse::<usize>().ok())
                else {
                    return Play::json(
                        404,
                        r#"[{"errorCode":"NOT_FOUND","message":"no such job"}]"#,
                    );
                };
                inside.job(method, kind, id, at, more, query, body)
            }
            _ => Play::json(
                404,
                r#"[{"errorCode":"NOT_FOUND","message":"no such path"}]"#,
            ),
        }
    }
}

impl Inside {
    #[expect(clippy::too_many_arguments, reason = "one request, taken apart")]
    fn job(
        &mut self,
        method: Method,
        kind: &str,
        id: &str,
        at: usize,
        more: &[&str],
        query: &str,
        body: &[u8],
    ) -> Play {
        let wrong = || {
            Play::json(
                400,
                r#"[{"errorCode":"INVALIDJOBSTATE","message":"Invalid job state"}]"#,
            )
        };
        match (method, more) {
            (Method::Put, ["batches"]) => {
                if self.jobs[at].state != "Open" || self.jobs[at].data.is_some() {
                    return wrong();
                }
                if self.swallows > 0 {
                    self.swallows -= 1;
                    return Play::Answer(204, vec![], vec![]);
                }
                self.jobs[at].data = Some(String::from_utf8(body.to_vec()).unwrap());
                Play::Answer(self.shrugs.unwrap_or(201), vec![], vec![])
            }
            (Method::Patch, []) => {
                let wanted: Value = serde_json::from_slice(body).unwrap();
                let wanted = wanted["state"].as_str().unwrap().to_owned();
                let allowed = match wanted.as_str() {
                    "UploadComplete" => self.jobs[at].state == "Open",
                    _ => ["Open", "UploadComplete", "InProgress"]
                        .contains(&self.jobs[at].state.as_str()),
                };
                if !allowed {
                    return wrong();
                }
                if wanted == "UploadComplete" && self.minds_empty && self.jobs[at].data.is_none() {
                    return Play::json(
                        400,
                        r#"[{"errorCode":"CLIENTINPUTERROR","message":"No data was uploaded"}]"#,
                    );
                }
                if wanted == "UploadComplete" && self.deaf > 0 {
                    self.deaf -= 1;
                    return self.info(id);
                }
                self.jobs[at].state = wanted;
                self.info(id)
            }
            (Method::Get, _) if self.jobs[at].state == "Deleted" => gone(),
            (Method::Get, []) => {
                let fails = self.fails;
                let job = &mut self.jobs[at];
                if ["UploadComplete", "InProgress"].contains(&job.state.as_str()) {
                    let done = if fails { "Failed" } else { "JobComplete" };
                    job.state = if job.polls == 0 { done } else { "InProgress" }.into();
                    job.polls = job.polls.saturating_sub(1);
                }
                self.info(id)
            }
            (Method::Delete, []) if self.jobs[at].state == "Deleted" => gone(),
            (Method::Delete, []) => {
                self.jobs[at].state = "Deleted".into();
                Play::Answer(204, vec![], vec![])
            }
            (Method::Get, ["results"]) => {
                let page = self.page(query);
                self.spoilt("results", page)
            }
            (Method::Get, ["resultPages"]) => self.result_pages(kind, id, query),
            (Method::Get, [document]) => {
                let answer = self.document(at, document);
                self.spoilt(document, answer)
            }
            _ => wrong(),
        }
    }

    fn spoilt(&mut self, document: &str, answer: Play) -> Play {
        self.documents += 1;
        match self.spoils {
            Some(spoils) => spoils(document, self.documents - 1, answer),
            None => answer,
        }
    }

    fn rows(&self, at: usize) -> Vec<String> {
        let data = self.jobs[at].data.clone().unwrap_or_default();
        lines(&data).into_iter().skip(1).collect()
    }

    fn info(&self, id: &str) -> Play {
        let at: usize = id[3..].parse().unwrap();
        let job = &self.jobs[at];
        let rows = self.rows(at);
        let done = job.state == "JobComplete";
        let query = job.made.get("query").is_some();
        let processed = match (done, query) {
            (true, true) => self.pages.iter().map(|page| lines(page).len() - 1).sum(),
            (_, false) => self.managed(at),
            (false, true) => 0,
        };
        let worked_on = rows.iter().take(processed);
        let failed = worked_on.filter(|row| row.contains("bad")).count();
        let mut info = job.made.clone();
        info["id"] = id.into();
        info["state"] = job.state.clone().into();
        info["numberRecordsProcessed"] = processed.into();
        info["numberRecordsFailed"] = failed.into();
        if job.state == "Failed" {
            info["errorMessage"] = "InvalidBatch : Field name not found : Nmae".into();
        }
        Play::json(200, &info.to_string())
    }
}

fn gone() -> Play {
    Play::json(
        404,
        r#"[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]"#,
    )
}
