//! Extracts through Bulk API 1.0: one query, split by ids into batches where that is asked for, and the results of all batches as one
//! document.

mod document;
mod job;

use super::wire::{self, BatchInfo, State};
use crate::bulk::body::Arriving;
use crate::bulk::extract::rows::Converter;
use crate::bulk::extract::soql;
use crate::bulk::load::Pace;
use crate::rest::query::Question;
use document::{Document, NO_ROWS, Reading};
use job::{failure, job, wants_chunks};
use salesforce_client::describe::described;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    ExtractFormat, V1ExtractConfig, V1ExtractPlace,
};
use salesforce_contract::bindings::{Fault, FaultKind, Message};
use salesforce_contract::catalog;
use salesforce_contract::source::{Source, handed_out};
use salesforce_formats::message::RowFormat;
use serde_json::Value;
use std::collections::VecDeque;
use std::rc::Rc;

/// Bytes asked from a document at once; converted rows can take more.
const PIECE_BYTES: usize = 64 << 10;

/// Bytes emitted at once: each time costs the host a call, and a write.
const BATCH_BYTES: usize = 256 << 10;

/// An extract under way.
pub struct Extract {
    org: Rc<Org>,
    config: V1ExtractConfig,
    /// The job, and how many documents have been emitted whole.
    place: V1ExtractPlace,
    /// Bytes emitted before the document at hand.
    place_bytes: u64,
    given: u64,
    rows: u64,
    total: Option<u64>,
    warning: Option<&'static str>,
    /// The columns of the results, for the document that has no rows.
    columns: Vec<String>,
    stage: Stage,
    converter: Converter,
    out: Vec<u8>,
    taken: usize,
}

/// What comes next.
enum Stage {
    /// Batches are at work.
    Waiting,
    /// Documents are being read.
    Reading {
        waiting: VecDeque<Document>,
        current: Option<Box<Reading>>,
    },
    /// All has been emitted.
    Done,
    /// Something went wrong before.
    Failed,
}

impl Extract {
    /// Checks the query, makes the job and sends the query, or takes a job up again.
    pub fn open(org: Rc<Org>, config: V1ExtractConfig) -> Result<Self, Fault> {
        let question = Question {
            soql: &config.soql,
            bind: &config.bind,
            include_deleted: config.include_deleted,
            page_size: None,
        };
        let text = question.bound_for(&org)?;
        let select = soql::check(&text)?;
        let warning = soql::warning(&text);
        if warning.is_some() && wants_chunks(&config) {
            return Err(Fault::config(
                "config.pk-chunking splits queries without LIMIT and ORDER BY only: take those out of the SOQL, or do without splitting",
            ));
        }
        let object = described(&org, &select.from)?;
        let text = soql::expanded(&org, &object, &text)?;
        let place = match config.resume.clone() {
            Some(place) => place,
            None => V1ExtractPlace {
                job: wire::create_job(&org, &job(&config, &select.from))?,
                query_batch: None,
                documents: 0,
                rows: 0,
                header: None,
            },
        };
        let mut extract = Self {
            columns: soql::columns(&object, &text),
            converter: Converter::new(
                &org,
                object,
                config.format,
                place.rows > 0 || place.header.is_some(),
                place.header.clone(),
            )
            .after(place.rows),
            warning,
            rows: place.rows,
            org,
            config,
            place,
            place_bytes: 0,
            given: 0,
            total: None,
            stage: Stage::Waiting,
            out: Vec::new(),
            taken: 0,
        };
        if extract.place.query_batch.is_none() {
            extract.place.query_batch = Some(extract.ask(&text)?);
        }
        Ok(extract)
    }

    /// Sends the query unless the job has it: rows would come twice. Returns its batch, and closes the job.
    fn ask(&self, text: &str) -> Result<String, Fault> {
        let job = &self.place.job;
        let taken_up = self.config.resume.is_some();
        let known = if taken_up { self.first()? } else { None };
        let batch = match known {
            Some(batch) => batch,
            None => match wire::add_batch(&self.org, job, text.as_bytes()) {
                Ok(info) => info.id,
                Err(fault) if fault.maybe_applied => self.first()?.ok_or(fault)?,
                Err(fault) => return Err(fault),
            },
        };
        wire::end_job(&self.org, job, "Closed")?;
        Ok(batch)
    }

    /// The batch that the job had first.
    fn first(&self) -> Result<Option<String>, Fault> {
        let listed = wire::batches(&self.org, &self.place.job)?;
        Ok(listed.into_iter().map(|info| info.id).min())
    }

    /// Makes the next bytes; false at the end. A batch never reaches over the end of a document.
    fn refill(&mut self) -> Result<bool, Fault> {
        self.out.clear();
        self.taken = 0;
        match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Waiting => {
                let batches = self.wait()?;
                self.total = Some(batches.iter().map(|batch| batch.processed).sum());
                self.stage = Stage::Reading {
                    waiting: self.documents(&batches)?,
                    current: None,
                };
            }
            Stage::Reading {
                mut waiting,
                current,
            } => {
                let current = match (current, waiting.pop_front()) {
                    (Some(current), Some(next)) => {
                        waiting.push_front(next);
                        Some(current)
                    }
                    (Some(current), None) => Some(current),
                    (None, Some(next)) => Some(Box::new(self.begin(&next)?)),
                    (None, None) => None,
                };
                match current {
                    Some(current) => self.read_document(waiting, current)?,
                    None => self.finish()?,
                }
            }
            Stage::Done => {
                self.stage = Stage::Done;
                return Ok(false);
            }
            Stage::Failed => {
                return Err(Fault::new(
                    FaultKind::Other,
                    "This extract has failed before: open it again, with the attribute `resume` if there is one",
                ));
            }
        }
        Ok(true)
    }

    fn begin(&self, document: &Document) -> Result<Reading, Fault> {
        let steps = format!(
            "result/{}",
            salesforce_client::path::segment("result-id", &document.id)?
        );
        let call = wire::document_call(&self.org, &self.place.job, &document.batch, &steps)?;
        Ok(Reading {
            arriving: Arriving::open_csv(&self.org, &call, None, None)?,
            start: Some(Vec::new()),
            empty: false,
        })
    }

    fn read_document(
        &mut self,
        waiting: VecDeque<Document>,
        mut current: Box<Reading>,
    ) -> Result<(), Fault> {
        while self.out.len() < BATCH_BYTES {
            let Some(piece) = current.arriving.read(PIECE_BYTES)? else {
                // A document ends by itself: the place after it is told only once all before it was emitted.
                if self.out.is_empty() {
                    return self.end_document(waiting, *current);
                }
                break;
            };
            if let Some(piece) = current.told_apart(piece) {
                self.converter.take(&piece, &mut self.out)?;
            }
        }
        self.stage = Stage::Reading {
            waiting,
            current: Some(current),
        };
        Ok(())
    }

    fn end_document(&mut self, waiting: VecDeque<Document>, current: Reading) -> Result<(), Fault> {
        if let Some(start) = current.start.filter(|start| start.trim_ascii() != NO_ROWS) {
            self.converter.take(&start, &mut self.out)?;
        }
        if !current.empty {
            self.rows += self.converter.end_page(&mut self.out)?;
        }
        self.place.documents += 1;
        self.place.rows = self.rows;
        self.place.header = self.converter.header();
        // Bytes made of the document's end are emitted before anybody can ask for the place.
        self.place_bytes = self.given + self.out.len() as u64;
        self.stage = Stage::Reading {
            waiting,
            current: None,
        };
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Fault> {
        // Not every server counts the rows of queries.
        let total = self.total.filter(|total| *total > 0 && *total != self.rows);
        if let Some(total) = total {
            return Err(Fault::protocol(format!(
                "The batches of job {} have {total} rows and their results had {}: extract again",
                self.place.job, self.rows
            )));
        }
        self.converter
            .begin_without_rows(&self.columns, &mut self.out);
        self.stage = Stage::Done;
        Ok(())
    }

    /// Waits until no batch is at work; the batches with rows, in the order in which they are read.
    fn wait(&mut self) -> Result<Vec<BatchInfo>, Fault> {
        let most_ms = u64::from(self.config.poll_max_ms.unwrap_or(10_000));
        let wait_ms = u64::from(self.config.wait_seconds.unwrap_or(3_600)) * 1_000;
        let clock = self.org.context().clock.as_ref();
        let mut pace = Pace::new(clock);
        loop {
            let listed = wire::batches(&self.org, &self.place.job)?;
            if let Some(failed) = listed.iter().find(|batch| batch.state == State::Failed) {
                return Err(failure(&self.place.job, failed));
            }
            if let Some(batches) = self.settled(listed)? {
                return Ok(batches);
            }
            if pace.waited_ms(clock) >= wait_ms {
                self.stage = Stage::Waiting;
                return Err(Fault::new(
                    FaultKind::Timeout,
                    format!(
                        "Salesforce is still running the query of job {} after {} s: nothing has failed; read on, or open the extract again with the attribute `resume`",
                        self.place.job,
                        wait_ms / 1_000
                    ),
                ));
            }
            pace.looked(clock, most_ms);
            clock.sleep_ms(pace.until_due(clock));
        }
    }

    /// The batches with rows, once nothing more happens to any.
    fn settled(&self, listed: Vec<BatchInfo>) -> Result<Option<Vec<BatchInfo>>, Fault> {
        if listed.is_empty() || listed.iter().any(|batch| !batch.state.is_final()) {
            return Ok(None);
        }
        // The batch that was split is not worked on itself; any other that is not was given up.
        let query = self.place.query_batch.as_deref();
        let given_up = listed.iter().find(|batch| {
            let split = query == Some(batch.id.as_str()) && listed.len() > 1;
            batch.state == State::NotProcessed && !split
        });
        if let Some(batch) = given_up {
            // A batch that has just been split has its parts a little later.
            if query == Some(batch.id.as_str()) && wants_chunks(&self.config) {
                return Ok(None);
            }
            return Err(failure(&self.place.job, batch));
        }
        let completed = listed
            .into_iter()
            .filter(|batch| batch.state == State::Completed);
        let mut batches: Vec<BatchInfo> = completed.collect();
        batches.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Some(batches))
    }

    /// The documents of batches that have not been emitted.
    fn documents(&self, batches: &[BatchInfo]) -> Result<VecDeque<Document>, Fault> {
        let mut documents = VecDeque::new();
        for batch in batches {
            for id in wire::result_ids(&self.org, &self.place.job, &batch.id)? {
                documents.push_back(Document {
                    batch: batch.id.clone(),
                    id,
                });
            }
        }
        let given = usize::try_from(self.place.documents).unwrap_or(usize::MAX);
        documents.drain(..given.min(documents.len()));
        Ok(documents)
    }

    /// The config that takes this extract up again at the document that is being read.
    fn resume(&self) -> Option<String> {
        let config = V1ExtractConfig {
            resume: Some(self.place.clone()),
            ..self.config.clone()
        };
        let operation = catalog::find("bulk/v1-extract")?;
        let value: Value = serde_json::to_value(config).ok()?;
        Some(catalog::present(&operation.config.shape, &value))
    }
}

impl Source for Extract {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        while self.taken == self.out.len() {
            if !self.refill()? {
                return Ok(None);
            }
        }
        let chunk = handed_out(&mut self.out, &mut self.taken, max);
        self.given += chunk.len() as u64;
        Ok(Some(chunk))
    }

    fn head(&self) -> Message {
        let csv = self.config.format.unwrap_or(ExtractFormat::Csv) == ExtractFormat::Csv;
        let media_type = if csv {
            RowFormat::Csv.media_type()
        } else {
            RowFormat::Ndjson.media_type()
        };
        let mut attributes = self.org.attributes(&Metadata::default());
        let mut put = |name: &str, value: String| attributes.push((name.to_owned(), value));
        put("job", self.place.job.clone());
        put("rows", self.rows.to_string());
        if let Some(total) = self.total {
            put("total", total.to_string());
        }
        if let Some(warning) = self.warning {
            put("warning", warning.to_owned());
        }
        if let Some(resume) = self.resume() {
            put("resume", resume);
            put("resume-bytes", self.place_bytes.to_string());
        }
        Message {
            media_type: media_type.into(),
            body: Vec::new(),
            attributes,
        }
    }
}

#[cfg(test)]
mod tests;
