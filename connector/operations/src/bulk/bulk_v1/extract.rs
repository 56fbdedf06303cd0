//! Extracts through Bulk API 1.0: one query, split by ids into batches where that is asked for, and the results of all batches.

mod job;

use super::wire::{self, BatchInfo, State};
use crate::bulk::body::Arriving;
use crate::bulk::extract::document::ResultDocument;
use crate::bulk::extract::form::Form;
use crate::bulk::extract::query::{Query, Waits, config_text};
use crate::bulk::extract::rows::Converter;
use crate::bulk::extract::{Begin, Cursor, Extraction, Found, QueryProtocol, soql};
use job::{failure, job, wants_chunks};
use salesforce_client::client::Client;
use salesforce_client::path::segment;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    V1ExtractConfig, V1ExtractPlace,
};
use salesforce_contract::source::Buffered;
use std::collections::VecDeque;
use std::rc::Rc;

/// An extract under way.
pub type Extract = Buffered<Extraction<QueryBatches>>;

/// A job, and how many documents of its batches have been emitted whole.
pub struct QueryBatches {
    client: Rc<Client>,
    config: V1ExtractConfig,
    cursor: V1ExtractPlace,
    /// The columns of the results, for the document that has no rows.
    columns: Vec<String>,
    /// Documents that have not been begun, by the ids of batches and results.
    waiting: VecDeque<(String, String)>,
}

/// Checks the query, makes the job and sends the query, or resumes an extract.
pub fn open(client: Rc<Client>, config: V1ExtractConfig) -> Result<Extract, Fault> {
    let query = Query::checked(
        &client,
        &config.soql,
        config.bind.as_deref().unwrap_or_default(),
        config.include_deleted,
    )?;
    let form = Form::new(config.format, config.omit_header, None, None)?;
    if query.warning.is_some() && wants_chunks(&config) {
        return Err(Fault::config(
            "config.pk-chunking splits queries without LIMIT and ORDER BY only: take those out of the SOQL, or do without splitting",
        ));
    }
    let object = query.describe(&client)?;
    let text = soql::expanded(&client, &object, &query.text)?;
    let cursor = match config.resume.clone() {
        Some(cursor) => cursor,
        None => V1ExtractPlace {
            job: wire::create_job(&client, &job(&config, &query.from), Some(&text))?,
            query_batch: None,
            documents: 0,
            rows: 0,
            header: None,
        },
    };
    let behind = Cursor {
        rows: cursor.rows,
        header: cursor.header.clone(),
        total: None,
    };
    let mut batches = QueryBatches {
        client: Rc::clone(&client),
        columns: soql::columns(&object, &text),
        cursor,
        config,
        waiting: VecDeque::new(),
    };
    if batches.cursor.query_batch.is_none() {
        batches.cursor.query_batch = Some(batches.send_query(&text)?);
    }
    let begin = Begin {
        warning: query.warning,
        object,
        form,
        waits: Waits::new(batches.config.poll_max_ms, batches.config.wait_seconds),
        begun: behind.rows > 0 || behind.header.is_some(),
    };
    Ok(Buffered::new(
        Extraction::new(&client, begin, behind, batches),
        Vec::new(),
    ))
}

impl QueryBatches {
    /// Sends the query unless the job has it: rows would come twice. Returns its batch, and closes the job.
    fn send_query(&self, text: &str) -> Result<String, Fault> {
        let job = &self.cursor.job;
        let is_resumed = self.config.resume.is_some();
        let known = if is_resumed { self.first()? } else { None };
        let batch = match known {
            Some(batch) => batch,
            None => match wire::add_batch(&self.client, job, text.as_bytes()) {
                Ok(info) => info.id,
                Err(fault) if fault.maybe_applied => self.first()?.ok_or(fault)?,
                Err(fault) => return Err(fault),
            },
        };
        wire::end_job(&self.client, job, "Closed")?;
        Ok(batch)
    }

    /// Asks for the batch that the job had first.
    fn first(&self) -> Result<Option<String>, Fault> {
        let listed = wire::batches(&self.client, &self.cursor.job)?;
        Ok(listed.into_iter().map(|info| info.id).min())
    }

    /// Returns the batches with rows, in the order in which they are read, once nothing more happens to any.
    fn completed(&self, listed: Vec<BatchInfo>) -> Result<Option<Vec<BatchInfo>>, Fault> {
        if listed.is_empty() || listed.iter().any(|batch| !batch.state.is_final()) {
            return Ok(None);
        }
        // The batch that was split is not worked on itself; any other that is not was given up.
        let query = self.cursor.query_batch.as_deref();
        let given_up = listed.iter().find(|batch| {
            let split = query == Some(batch.id.as_str()) && listed.len() > 1;
            batch.state == State::NotProcessed && !split
        });
        if let Some(batch) = given_up {
            // A batch that has just been split has its parts a little later.
            if query == Some(batch.id.as_str()) && wants_chunks(&self.config) {
                return Ok(None);
            }
            return Err(failure(&self.cursor.job, batch));
        }
        let completed = listed
            .into_iter()
            .filter(|batch| batch.state == State::Completed);
        let mut batches: Vec<BatchInfo> = completed.collect();
        batches.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Some(batches))
    }

    /// Asks for the documents of batches that have not been emitted.
    fn documents(&self, batches: &[BatchInfo]) -> Result<VecDeque<(String, String)>, Fault> {
        let mut documents = VecDeque::new();
        for batch in batches {
            let ids = wire::result_ids(&self.client, &self.cursor.job, &batch.id)?;
            documents.extend(ids.into_iter().map(|id| (batch.id.clone(), id)));
        }
        let emitted = usize::try_from(self.cursor.documents).unwrap_or(usize::MAX);
        documents.drain(..emitted.min(documents.len()));
        Ok(documents)
    }
}

impl QueryProtocol for QueryBatches {
    fn job(&self) -> &str {
        &self.cursor.job
    }

    fn poll(&mut self) -> Result<Option<Found>, Fault> {
        let listed = wire::batches(&self.client, &self.cursor.job)?;
        if let Some(failed) = listed.iter().find(|batch| batch.state == State::Failed) {
            return Err(failure(&self.cursor.job, failed));
        }
        let Some(batches) = self.completed(listed)? else {
            return Ok(None);
        };
        self.waiting = self.documents(&batches)?;
        let rows = batches.iter().map(|batch| batch.processed).sum();
        Ok(Some(Found {
            rows,
            // Not every server counts the rows of queries.
            is_counted: rows > 0,
        }))
    }

    fn next_document(&mut self) -> Result<Option<ResultDocument>, Fault> {
        let Some((batch, id)) = self.waiting.pop_front() else {
            return Ok(None);
        };
        let steps = format!("result/{}", segment("result-id", &id)?);
        let call = wire::document_call(&self.client, &self.cursor.job, &batch, &steps)?;
        let arriving = Arriving::open_csv(&self.client, &call, None, None)?;
        Ok(Some(ResultDocument::possibly_empty(arriving)))
    }

    fn document_read(&mut self, _: &ResultDocument, _: u64, cursor: Cursor) -> Result<(), Fault> {
        self.cursor.documents += 1;
        self.cursor.rows = cursor.rows;
        self.cursor.header = cursor.header;
        Ok(())
    }

    fn finish(&mut self, converter: &mut Converter, out: &mut Vec<u8>) {
        converter.begin_without_rows(&self.columns, out);
    }

    fn resume(&self) -> Option<String> {
        config_text(
            "bulk/v1-extract",
            V1ExtractConfig {
                resume: Some(self.cursor.clone()),
                ..self.config.clone()
            },
        )
    }
}

#[cfg(test)]
mod tests;
