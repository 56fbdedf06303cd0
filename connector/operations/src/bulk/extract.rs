//! Extracts: a query job, awaited, and its pages of results as one document. What was emitted is never taken back: a page
//! counts once it was read to its last row.

mod pages;
pub(super) mod rows;
pub(super) mod soql;

use super::dialect::Dialect;
use super::jobs::{self, JobInfo, QUERY, State};
use super::load::Pace;
use super::query_jobs;
use super::results::{next_locator, number_of_records};
use crate::rest::ask;
use pages::{Page, Pages};
use rows::Converter;
use salesforce_client::describe::{Described, described};
use salesforce_client::fault::is_absent;
use salesforce_client::metadata::Metadata;
use salesforce_client::org::Org;
use salesforce_client::path::segment;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    ExtractConfig, ExtractFormat, ExtractPlace,
};
use salesforce_contract::bindings::{Fault, FaultKind, Message};
use salesforce_contract::catalog;
use salesforce_contract::source::{Source, handed_out};
use salesforce_formats::message::RowFormat;
use serde_json::Value;
use std::rc::Rc;

/// Bytes asked from a page at once; converted rows can take more.
const PIECE_BYTES: usize = 64 << 10;

/// Bytes emitted at once: each time costs the host a call, and a write.
const BATCH_BYTES: usize = 256 << 10;

/// An extract under way.
pub struct Extract {
    org: Rc<Org>,
    config: ExtractConfig,
    /// The job, and where the page begins that is being read.
    place: ExtractPlace,
    /// Bytes emitted before that page.
    place_bytes: u64,
    given: u64,
    /// Rows emitted or about to be.
    rows: u64,
    total: Option<u64>,
    warning: Option<&'static str>,
    stage: Stage,
    converter: Converter,
    out: Vec<u8>,
    taken: usize,
}

/// What comes next.
enum Stage {
    /// The job is at work.
    Waiting,
    /// Pages are being read.
    Reading {
        pages: Pages,
        page: Option<Box<Page>>,
    },
    /// All has been emitted.
    Done,
    /// Something went wrong before.
    Failed,
}

impl Extract {
    /// Checks the query and makes the job, or takes one up again.
    pub fn open(org: Rc<Org>, config: ExtractConfig) -> Result<Self, Fault> {
        let text = query_of(&org, &config)?;
        let select = soql::check(&text)?;
        let object: Rc<Described> = described(&org, &select.from)?;
        let place = match &config.resume {
            Some(place) => place.clone(),
            None => {
                let text = soql::expanded(&org, &object, &text)?;
                let made =
                    query_jobs::make(&org, &text, config.include_deleted, Dialect::default());
                ExtractPlace {
                    job: made?.1.id,
                    locator: None,
                    rows: 0,
                    header: None,
                    total: None,
                }
            }
        };
        let begun = place.locator.is_some() || place.header.is_some();
        let total = place.total;
        let is_whole = begun && place.locator.is_none() && total == Some(place.rows);
        // The job of an extract that is whole may have been deleted: it is not asked for again.
        let stage = if is_whole {
            Stage::Done
        } else {
            Stage::Waiting
        };
        Ok(Self {
            converter: Converter::new(&org, object, config.format, begun, place.header.clone())
                .after(place.rows),
            warning: soql::warning(&text),
            rows: place.rows,
            org,
            config,
            place,
            place_bytes: 0,
            given: 0,
            total,
            stage,
            out: Vec::new(),
            taken: 0,
        })
    }

    /// Makes the next bytes; false at the end. A batch never reaches over the end of a page.
    fn refill(&mut self) -> Result<bool, Fault> {
        self.out.clear();
        self.taken = 0;
        match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Waiting => {
                let info = self.wait()?;
                self.total = Some(info.number_records_processed);
                let pages = Pages::new(&self.org, &self.config, &self.place, &info)?;
                self.stage = Stage::Reading { pages, page: None };
            }
            Stage::Reading { mut pages, page } => {
                let page = match page {
                    Some(page) => Some(page),
                    None => pages.next(&self.org)?.map(Box::new),
                };
                match page {
                    Some(page) => self.read_page(pages, page)?,
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

    fn read_page(&mut self, mut pages: Pages, mut page: Box<Page>) -> Result<(), Fault> {
        while let Some(piece) = page.arriving.read(PIECE_BYTES)? {
            self.converter.take(&piece, &mut self.out)?;
            if self.out.len() >= BATCH_BYTES {
                self.stage = Stage::Reading {
                    pages,
                    page: Some(page),
                };
                return Ok(());
            }
        }
        // A page ends by itself: the place after it is told only once all before it was emitted.
        if !self.out.is_empty() {
            self.stage = Stage::Reading {
                pages,
                page: Some(page),
            };
            return Ok(());
        }
        let rows = self.converter.end_page(&mut self.out)?;
        let promised = number_of_records(&page.arriving.head);
        if promised.is_some_and(|promised| promised != rows) {
            return Err(Fault::protocol(format!(
                "A page of job {} was to have {} rows and had {rows}: extract again",
                self.place.job,
                promised.unwrap_or_default()
            )));
        }
        self.rows += rows;
        if let Some(total) = self.total.filter(|total| self.rows > *total) {
            return Err(Fault::protocol(format!(
                "Job {} has {total} rows and its pages had {} so far: extract again",
                self.place.job, self.rows
            )));
        }
        pages.after(next_locator(&page.arriving.head), rows)?;
        // Bytes made of the page's end are emitted before anybody can ask for the place.
        self.place = ExtractPlace {
            job: self.place.job.clone(),
            locator: pages.next_locator(),
            rows: self.rows,
            header: self.converter.header(),
            total: self.total,
        };
        self.place_bytes = self.given + self.out.len() as u64;
        self.stage = Stage::Reading { pages, page: None };
        Ok(())
    }

    /// Counts, and clears up.
    fn finish(&mut self) -> Result<(), Fault> {
        if let Some(total) = self.total.filter(|total| *total != self.rows) {
            return Err(Fault::protocol(format!(
                "Job {} has {total} rows and its pages had {}: extract again",
                self.place.job, self.rows
            )));
        }
        if !self.config.keep_job {
            let job = segment("job", &self.place.job)?;
            // Salesforce deletes it by itself after seven days: that it could not be deleted now is no reason to fail.
            let _ = ask::delete(&self.org, &format!("{QUERY}/{job}"));
        }
        self.stage = Stage::Done;
        Ok(())
    }

    /// A job to go on with that is no more is a place that is lost.
    fn gone(&self, fault: Fault) -> Fault {
        if self.config.resume.is_none() || !is_absent(&fault) {
            return fault;
        }
        let job = &self.place.job;
        Fault {
            kind: FaultKind::CheckpointLost,
            message: format!(
                "Query job {job}, which the extract was to go on with, is gone: extract again, without `resume` ({})",
                fault.message
            ),
            ..fault
        }
    }

    fn wait(&mut self) -> Result<JobInfo, Fault> {
        let most_ms = u64::from(self.config.poll_max_ms.unwrap_or(10_000));
        let wait_ms = u64::from(self.config.wait_seconds.unwrap_or(3_600)) * 1_000;
        let clock = self.org.context().clock.as_ref();
        let mut pace = Pace::new(clock);
        loop {
            let info = jobs::info(&self.org, QUERY, &self.place.job);
            let (_, info) = info.map_err(|fault| self.gone(fault))?;
            match info.state {
                State::JobComplete => return Ok(info),
                state if state.is_final() => return Err(jobs::failure(&info)),
                _ if pace.waited_ms(clock) >= wait_ms => {
                    self.stage = Stage::Waiting;
                    return Err(Fault::new(
                        FaultKind::Timeout,
                        format!(
                            "Salesforce is still running query job {} after {} s: nothing has failed; read on, or open the extract again with the attribute `resume`",
                            self.place.job,
                            wait_ms / 1_000
                        ),
                    ));
                }
                _ => {
                    pace.looked(clock, most_ms);
                    clock.sleep_ms(pace.until_due(clock));
                }
            }
        }
    }

    /// The config that takes this extract up again at the page that is being read.
    fn resume(&self) -> Option<String> {
        let config = ExtractConfig {
            resume: Some(self.place.clone()),
            ..self.config.clone()
        };
        let operation = catalog::find("bulk/extract")?;
        let value: Value = serde_json::to_value(config).ok()?;
        Some(catalog::present(&operation.config.shape, &value))
    }
}

fn query_of(org: &Org, config: &ExtractConfig) -> Result<String, Fault> {
    crate::rest::query::Question {
        soql: &config.soql,
        bind: &config.bind,
        include_deleted: config.include_deleted,
        page_size: None,
    }
    .bound_for(org)
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
