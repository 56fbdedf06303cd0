//! Bulk API 1.0 of the org of tests: jobs with batches, whose infos are XML and whose results stand in the order of the batch.

use super::wire::{csv, lines};
use salesforce_client::transport::Method;
use salesforce_client::transport::scripted::Play;
use serde_json::Value;
use std::fmt::Write as _;

/// The jobs, and how batches go.
#[derive(Default)]
pub struct Jobs {
    /// In the order they were made.
    pub jobs: Vec<Job>,
    /// Looks that a batch takes.
    pub polls: u32,
    /// Rows that a batch manages in its time, if that is bounded.
    pub manages: Option<usize>,
    /// Rows that a batch that takes too long has processed nevertheless.
    pub manages_before: usize,
    /// Whether a batch that took too long lists a row of its end as processed.
    pub out_of_order: bool,
    /// What batches fail with.
    pub fails: Option<String>,
    /// The status of answers to batches that were taken, if it is not the documented one.
    pub shrugs: Option<u16>,
    /// Whether the next job's queries are split.
    pub chunked: bool,
}

/// A job.
#[derive(Default)]
pub struct Job {
    /// What it was made with.
    pub made: Value,
    /// Its state.
    pub state: String,
    /// Its batches.
    pub batches: Vec<Batch>,
    chunked: bool,
}

/// A batch.
#[derive(Clone, Default)]
pub struct Batch {
    /// What was sent.
    pub data: String,
    /// Its state.
    pub state: String,
    message: String,
    /// Rows that were processed.
    pub done: Vec<usize>,
    polls: u32,
    results: Vec<String>,
}

impl Jobs {
    /// Every row that was processed, as often as it was.
    pub fn loaded(&self) -> Vec<String> {
        let batches = self.jobs.iter().flat_map(|job| &job.batches);
        batches
            .flat_map(|batch| {
                let rows = rows(&batch.data);
                batch.done.iter().map(move |at| rows[*at].clone())
            })
            .collect()
    }

    /// The sizes of all batches in records.
    pub fn sizes(&self) -> Vec<usize> {
        let batches = self.jobs.iter().flat_map(|job| &job.batches);
        batches.map(|batch| rows(&batch.data).len()).collect()
    }

    /// Acts on a request below `/job`.
    pub fn act(&mut self, method: Method, path: &str, body: &[u8], pages: &[String]) -> Play {
        let steps: Vec<&str> = path.split('/').skip(1).collect();
        let Some((id, rest)) = steps.split_first() else {
            return self.create(body);
        };
        let at = id.strip_prefix("750C").and_then(|at| at.parse().ok());
        let Some(at) = at.filter(|at| *at < self.jobs.len()) else {
            return refuse("InvalidJob", "Unable to find job");
        };
        match (method, rest) {
            (Method::Post, []) => self.set_state(at, body),
            (Method::Get, []) => self.info(at),
            (Method::Post, ["batch"]) => self.add(at, body, pages),
            (Method::Get, ["batch"]) => self.list(at),
            (Method::Get, ["batch", batch, what @ ..]) => {
                let found = batch.strip_prefix("751C").and_then(|at| at.parse().ok());
                let batch: Option<&Batch> =
                    found.and_then(|found: usize| self.jobs[at].batches.get(found));
                match batch {
                    Some(batch) => document(batch, what),
                    None => refuse("InvalidBatch", "Unable to find batch"),
                }
            }
            _ => refuse("InvalidUrl", "no such path"),
        }
    }

    fn create(&mut self, body: &[u8]) -> Play {
        self.jobs.push(Job {
            made: serde_json::from_slice(body).unwrap(),
            state: "Open".into(),
            batches: Vec::new(),
            chunked: self.chunked,
        });
        made(self.info(self.jobs.len() - 1))
    }

    fn info(&self, at: usize) -> Play {
        let state = &self.jobs[at].state;
        xml(&format!(
            "<jobInfo><id>750C{at}</id><state>{state}</state></jobInfo>"
        ))
    }

    fn set_state(&mut self, at: usize, body: &[u8]) -> Play {
        let wanted: Value = serde_json::from_slice(body).unwrap();
        if self.jobs[at].state != "Open" {
            return refuse("InvalidJobState", "The job is not open");
        }
        self.jobs[at].state = wanted["state"].as_str().unwrap().to_owned();
        self.info(at)
    }

    fn add(&mut self, at: usize, body: &[u8], pages: &[String]) -> Play {
        let polls = self.polls;
        let job = &mut self.jobs[at];
        if job.state != "Open" {
            return refuse("InvalidJobState", "The job is not open");
        }
        let query = job.made["operation"].as_str().unwrap().starts_with("query");
        let batch = Batch {
            data: String::from_utf8(body.to_vec()).unwrap(),
            state: "Queued".into(),
            polls,
            ..Batch::default()
        };
        let first = job.batches.len();
        job.batches.push(batch.clone());
        if query && job.chunked {
            job.batches[first].state = "NotProcessed".into();
            job.batches.extend(pages.iter().map(|page| Batch {
                results: vec![page.clone()],
                ..batch.clone()
            }));
        } else if query {
            job.batches[first].results = pages.to_vec();
        }
        let told = made(xml(&format!(
            "<batchInfo>{}</batchInfo>",
            facts(first, &job.batches[first])
        )));
        match (told, self.shrugs) {
            (Play::Answer(_, headers, body), Some(status)) => Play::Answer(status, headers, body),
            (told, _) => told,
        }
    }

    fn list(&mut self, at: usize) -> Play {
        let mut body = String::from("<batchInfoList>");
        for number in 0..self.jobs[at].batches.len() {
            let mut batch = self.jobs[at].batches[number].clone();
            self.work(&mut batch);
            let _ = write!(body, "<batchInfo>{}</batchInfo>", facts(number, &batch));
            self.jobs[at].batches[number] = batch;
        }
        xml(&(body + "</batchInfoList>"))
    }

    fn work(&self, batch: &mut Batch) {
        if !["Queued", "InProgress"].contains(&batch.state.as_str()) {
            return;
        }
        if batch.polls > 0 {
            batch.polls -= 1;
            batch.state = "InProgress".into();
            return;
        }
        let count = rows(&batch.data).len();
        let too_long = batch.results.is_empty() && self.manages.is_some_and(|most| count > most);
        batch.state = if too_long || self.fails.is_some() {
            "Failed"
        } else {
            "Completed"
        }
        .into();
        if let Some(fails) = &self.fails {
            batch.message.clone_from(fails);
        } else if too_long {
            batch.message = "InternalServerError : Retried more than ten times".into();
            batch.done = (0..self.manages_before.min(count)).collect();
            batch.done.extend(self.out_of_order.then_some(count - 1));
        } else if batch.results.is_empty() {
            batch.done = (0..count).collect();
        }
    }
}

fn rows(data: &str) -> Vec<String> {
    lines(data).into_iter().skip(1).collect()
}

fn facts(number: usize, batch: &Batch) -> String {
    let rows = rows(&batch.data);
    let failed = batch
        .done
        .iter()
        .filter(|at| rows[**at].contains("bad"))
        .count();
    let found: usize = batch
        .results
        .iter()
        .map(|page| lines(page).len().saturating_sub(1))
        .sum();
    format!(
        "<id>751C{number:05}</id><state>{}</state><stateMessage>{}</stateMessage><numberRecordsProcessed>{}</numberRecordsProcessed>\
         <numberRecordsFailed>{failed}</numberRecordsFailed>",
        batch.state,
        batch.message,
        batch.done.len() + found
    )
}

fn document(batch: &Batch, what: &[&str]) -> Play {
    match what {
        ["request"] => csv(batch.data.clone(), Vec::new()),
        ["result"] if !batch.results.is_empty() => {
            let ids = (0..batch.results.len()).map(|at| format!("<result>752C{at}</result>"));
            xml(&format!(
                "<result-list>{}</result-list>",
                ids.collect::<String>()
            ))
        }
        ["result", id] => {
            let at: usize = id.strip_prefix("752C").unwrap().parse().unwrap();
            csv(batch.results[at].clone(), Vec::new())
        }
        ["result"] if batch.done.is_empty() => refuse("InvalidBatch", "Records not processed"),
        ["result"] => csv(results(batch), Vec::new()),
        _ => refuse("InvalidUrl", "no such path"),
    }
}

/// Results reach up to the last row that was processed.
fn results(batch: &Batch) -> String {
    let rows = rows(&batch.data);
    let mut text = String::from("\"Id\",\"Success\",\"Created\",\"Error\"\n");
    let last = batch.done.iter().copied().max().unwrap();
    for (at, row) in rows.iter().enumerate().take(last + 1) {
        if !batch.done.contains(&at) {
            text += "\"\",\"false\",\"false\",\"\"\n";
        } else if row.contains("bad") {
            text += "\"\",\"false\",\"false\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --\"\n";
        } else {
            let _ = writeln!(text, "\"001C{at:014}\",\"true\",\"true\",\"\"");
        }
    }
    text
}

fn xml(body: &str) -> Play {
    let body = body.replacen(
        '>',
        " xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\">",
        1,
    );
    let headers = vec![("content-type".into(), "application/xml".into())];
    Play::Answer(
        200,
        headers,
        format!("<?xml version=\"1.0\"?>{body}").into_bytes(),
    )
}

/// The answer that something was made.
fn made(play: Play) -> Play {
    match play {
        Play::Answer(200, headers, body) => Play::Answer(201, headers, body),
        other => other,
    }
}

fn refuse(code: &str, message: &str) -> Play {
    Play::json(
        400,
        &format!(r#"{{"exceptionCode":"{code}","exceptionMessage":"{message}"}}"#),
    )
}
