//! Extracts through Bulk API 2.0: a query job, and the pages of its results.

mod pages;

use crate::bulk::extract::document::ResultDocument;
use crate::bulk::extract::form::Form;
use crate::bulk::extract::query::{Query, Waits, config_text};
use crate::bulk::extract::rows::Converter;
use crate::bulk::extract::{Begin, Cursor, Extraction, Found, QueryProtocol, soql};
use crate::bulk::jobs::{self, QUERY, State};
use crate::bulk::query_jobs;
use crate::bulk::results::{next_locator, number_of_records};
use crate::rest::ask;
use pages::Pages;
use salesforce_client::client::Client;
use salesforce_client::fault::is_absent;
use salesforce_client::path::segment;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    ExtractConfig, ExtractPlace,
};
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::source::Buffered;
use std::rc::Rc;

/// An extract under way.
pub type Extract = Buffered<Extraction<QueryJob>>;

/// A query job, and where the page begins that is being read.
pub struct QueryJob {
    client: Rc<Client>,
    config: ExtractConfig,
    cursor: ExtractPlace,
    /// Its pages, once it is done.
    pages: Option<Pages>,
}

/// Checks the query and makes the job, or resumes an extract.
pub fn open(client: Rc<Client>, config: ExtractConfig) -> Result<Extract, Fault> {
    let query = Query::checked(
        &client,
        &config.soql,
        config.bind.as_deref().unwrap_or_default(),
        config.include_deleted,
    )?;
    let form = Form::new(
        config.format,
        config.omit_header,
        config.column_delimiter,
        config.line_ending,
    )?;
    let object = query.describe(&client)?;
    let cursor = match &config.resume {
        Some(cursor) => cursor.clone(),
        None => {
            let text = soql::expanded(&client, &object, &query.text)?;
            let made = query_jobs::make(&client, &text, config.include_deleted, form.dialect);
            ExtractPlace {
                job: made?.1.id,
                locator: None,
                rows: 0,
                header: None,
                total: None,
            }
        }
    };
    let begin = Begin {
        warning: query.warning,
        object,
        form,
        waits: Waits::new(config.poll_max_ms, config.wait_seconds),
        begun: cursor.locator.is_some() || cursor.header.is_some(),
    };
    // The job of an extract that is whole may have been deleted: it is not asked for again.
    let is_whole = begin.begun && cursor.locator.is_none() && cursor.total == Some(cursor.rows);
    let behind = Cursor {
        rows: cursor.rows,
        header: cursor.header.clone(),
        total: cursor.total,
    };
    let job = QueryJob {
        client: Rc::clone(&client),
        config,
        cursor,
        pages: None,
    };
    let extraction = Extraction::new(&client, begin, behind, job);
    let extraction = match is_whole {
        true => extraction.done(),
        false => extraction,
    };
    Ok(Buffered::new(extraction, Vec::new()))
}

impl QueryJob {
    /// Returns the fault of a job to continue that does not exist any more: the position is lost.
    fn gone(&self, fault: Fault) -> Fault {
        if self.config.resume.is_none() || !is_absent(&fault) {
            return fault;
        }
        let job = &self.cursor.job;
        Fault {
            kind: FaultKind::CheckpointLost,
            message: format!(
                "Query job {job}, which the extract was to continue, is gone: extract again, without `resume` ({})",
                fault.message
            ),
            ..fault
        }
    }
}

impl QueryProtocol for QueryJob {
    fn job(&self) -> &str {
        &self.cursor.job
    }

    fn poll(&mut self) -> Result<Option<Found>, Fault> {
        let info = jobs::info(&self.client, QUERY, &self.cursor.job);
        let (_, info) = info.map_err(|fault| self.gone(fault))?;
        match info.state {
            State::JobComplete => {
                let pages = Pages::new(&self.client, &self.config, &self.cursor, &info)?;
                self.pages = Some(pages);
                Ok(Some(Found {
                    rows: info.number_records_processed,
                    is_counted: true,
                }))
            }
            state if state.is_final() => Err(jobs::failure(&info)),
            _ => Ok(None),
        }
    }

    fn next_document(&mut self) -> Result<Option<ResultDocument>, Fault> {
        let Some(pages) = &mut self.pages else {
            return Ok(None);
        };
        Ok(pages.next(&self.client)?.map(ResultDocument::new))
    }

    fn document_read(
        &mut self,
        document: &ResultDocument,
        rows: u64,
        cursor: Cursor,
    ) -> Result<(), Fault> {
        let head = &document.arriving.head;
        if let Some(promised) = number_of_records(head).filter(|promised| *promised != rows) {
            return Err(Fault::protocol(format!(
                "A page of job {} was to have {promised} rows and had {rows}: extract again",
                self.cursor.job
            )));
        }
        if let Some(pages) = &mut self.pages {
            pages.after(next_locator(head), rows)?;
            self.cursor = ExtractPlace {
                job: self.cursor.job.clone(),
                locator: pages.next_locator(),
                rows: cursor.rows,
                header: cursor.header,
                total: cursor.total,
            };
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Converter, _: &mut Vec<u8>) {
        if self.config.keep_job {
            return;
        }
        if let Ok(job) = segment("job", &self.cursor.job) {
            // Salesforce deletes it by itself after seven days: that it could not be deleted now is no reason to fail.
            let _ = ask::delete(&self.client, &format!("{QUERY}/{job}"));
        }
    }

    fn resume(&self) -> Option<String> {
        config_text(
            "bulk/extract",
            ExtractConfig {
                resume: Some(self.cursor.clone()),
                ..self.config.clone()
            },
        )
    }
}

#[cfg(test)]
mod tests;
