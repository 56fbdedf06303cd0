//! Extracts: a query, awaited, and the documents of its results as one. What was emitted is never taken back: a document counts once it was
//! read to its last row. How the query runs and where its documents are is a [`QueryProtocol`]'s matter.

pub mod document;
pub mod form;
pub mod query;
pub mod rows;
pub mod soql;

use super::output::BATCH_BYTES;
use super::poll::PollInterval;
use document::ResultDocument;
use form::Form;
use query::Waits;
use rows::Converter;
use salesforce_client::client::Client;
use salesforce_client::describe::Described;
use salesforce_contract::bindings::Resumption;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::Head;
use salesforce_contract::message::bounded;
use salesforce_contract::source::{Output, Producer};
use std::rc::Rc;

/// Bytes asked from a document at once; converted rows can take more.
const PIECE_BYTES: usize = 64 << 10;

/// How a query runs, and how its results are fetched.
pub trait QueryProtocol {
    /// Returns the id of the job.
    fn job(&self) -> &str;
    /// Asks once whether the query is done; returns how many rows it has found by then.
    fn poll(&mut self) -> Result<Option<Found>, Fault>;
    /// Asks for the next document of results; `None` after the last.
    fn next_document(&mut self) -> Result<Option<ResultDocument>, Fault>;
    /// Notes that a document with so many rows was read to its end.
    fn document_read(
        &mut self,
        document: &ResultDocument,
        rows: u64,
        cursor: Cursor,
    ) -> Result<(), Fault>;
    /// Writes what the document lacks without rows, and clears up.
    fn finish(&mut self, converter: &mut Converter, out: &mut Vec<u8>);
    /// Returns the config that continues behind the last document that was read.
    fn resume(&self) -> Option<String>;
}

/// Rows that a query has found.
#[derive(Clone, Copy)]
pub struct Found {
    /// By the org's count.
    pub rows: u64,
    /// Whether the org counts rows at all.
    pub is_counted: bool,
}

/// What an extract begins with.
pub struct Begin {
    /// What makes Salesforce run the query in one piece.
    pub warning: Option<&'static str>,
    /// The description of the sObject that is read.
    pub object: Rc<Described>,
    /// The form of the rows.
    pub form: Form,
    /// How it waits for the query.
    pub waits: Waits,
    /// Whether documents have been emitted before.
    pub begun: bool,
}

/// Where an extract stands behind a document.
pub struct Cursor {
    /// Rows up to there.
    pub rows: u64,
    /// The header of the documents.
    pub header: Option<String>,
    /// Rows that the query has found.
    pub total: Option<u64>,
}

/// An extract under way.
pub struct Extraction<P> {
    client: Rc<Client>,
    waits: Waits,
    protocol: P,
    /// Bytes made before the document at hand.
    resume_bytes: u64,
    /// Rows emitted or about to be.
    rows: u64,
    found: Option<Found>,
    warning: Option<&'static str>,
    stage: Stage,
    converter: Converter,
}

/// What comes next.
enum Stage {
    /// The query is running.
    Waiting,
    /// Documents are being read.
    Reading(Option<Box<ResultDocument>>),
    /// All rows have been emitted.
    Ending,
    /// All has been emitted.
    Done,
    /// Something went wrong before.
    Failed,
}

impl<P: QueryProtocol> Extraction<P> {
    /// Begins behind the rows of `cursor`; the query is running.
    pub fn new(client: &Rc<Client>, begin: Begin, cursor: Cursor, protocol: P) -> Self {
        let Begin {
            warning,
            object,
            form,
            waits,
            begun,
        } = begin;
        let converter = Converter::new(client, object, form, begun, cursor.header);
        Self {
            client: Rc::clone(client),
            waits,
            protocol,
            resume_bytes: 0,
            rows: cursor.rows,
            found: cursor.total.map(|rows| Found {
                rows,
                is_counted: true,
            }),
            warning,
            stage: Stage::Waiting,
            converter: converter.after(cursor.rows),
        }
    }

    /// Passes over the wait and the documents: all of them have been emitted before.
    pub fn done(self) -> Self {
        Self {
            stage: Stage::Ending,
            ..self
        }
    }

    fn read_document(
        &mut self,
        mut document: Box<ResultDocument>,
        out: &mut Output,
    ) -> Result<Stage, Fault> {
        while out.bytes.len() < BATCH_BYTES {
            let Some(piece) = document.arriving.read(PIECE_BYTES)? else {
                // A document ends by itself: the position behind it is told only once all before it was emitted.
                if out.bytes.is_empty() {
                    self.end_document(*document, out)?;
                    return Ok(Stage::Reading(None));
                }
                break;
            };
            if let Some(piece) = document.withhold(piece) {
                self.converter.take(&piece, &mut out.bytes)?;
            }
        }
        Ok(Stage::Reading(Some(document)))
    }

    fn end_document(
        &mut self,
        mut document: ResultDocument,
        out: &mut Output,
    ) -> Result<(), Fault> {
        if let Some(start) = document.withheld() {
            self.converter.take(&start, &mut out.bytes)?;
        }
        let rows = match document.is_empty() {
            true => 0,
            false => self.converter.end_page(&mut out.bytes)?,
        };
        self.rows += rows;
        self.check_count(|total, rows| rows > total)?;
        let cursor = Cursor {
            rows: self.rows,
            header: self.converter.header(),
            total: self.found.map(|found| found.rows),
        };
        self.protocol.document_read(&document, rows, cursor)?;
        // Bytes made of the document's end are emitted before anybody can ask for the position.
        self.resume_bytes = out.position();
        Ok(())
    }

    /// Fails where the rows that were read cannot be those that the query has found.
    fn check_count(&self, is_wrong: fn(u64, u64) -> bool) -> Result<(), Fault> {
        match self.found.filter(|found| found.is_counted) {
            Some(found) if is_wrong(found.rows, self.rows) => Err(Fault::protocol(format!(
                "Job {} has {} rows and its results had {} so far: extract again",
                self.protocol.job(),
                found.rows,
                self.rows
            ))),
            _ => Ok(()),
        }
    }

    fn wait(&mut self) -> Result<Found, Fault> {
        let mut interval = PollInterval::new(self.client.context().clock.as_ref());
        loop {
            if let Some(found) = self.protocol.poll()? {
                return Ok(found);
            }
            let clock = self.client.context().clock.as_ref();
            if interval.waited_ms(clock) >= self.waits.wait_ms {
                self.stage = Stage::Waiting;
                return Err(Fault::new(
                    FaultKind::Timeout,
                    format!(
                        "Salesforce is still running query job {} after {} s: nothing has failed; read on, or open the extract again with the attribute `resume`",
                        self.protocol.job(),
                        self.waits.wait_ms / 1_000
                    ),
                ));
            }
            interval.polled(clock, self.waits.poll_max_ms);
            clock.sleep_ms(interval.until_due(clock));
        }
    }

    fn step(&mut self, out: &mut Output) -> Result<Stage, Fault> {
        match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Waiting => {
                self.found = Some(self.wait()?);
                Ok(Stage::Reading(None))
            }
            Stage::Reading(Some(document)) => self.read_document(document, out),
            Stage::Reading(None) => match self.protocol.next_document()? {
                Some(document) => self.read_document(Box::new(document), out),
                None => {
                    self.check_count(|total, rows| rows != total)?;
                    self.protocol.finish(&mut self.converter, &mut out.bytes);
                    Ok(Stage::Ending)
                }
            },
            Stage::Ending => {
                self.converter.end(&mut out.bytes);
                Ok(Stage::Done)
            }
            Stage::Done => Ok(Stage::Done),
            Stage::Failed => Err(Fault::new(
                FaultKind::Other,
                "This extract has failed before: open it again, with the attribute `resume` if there is one",
            )),
        }
    }
}

impl<P: QueryProtocol> Producer for Extraction<P> {
    /// Makes the next bytes. They never reach over the end of a document.
    fn produce(&mut self, out: &mut Output) -> Result<bool, Fault> {
        if matches!(self.stage, Stage::Done) {
            return Ok(false);
        }
        self.stage = self.step(out)?;
        Ok(true)
    }

    fn head(&self) -> Head {
        let mut metadata = self.client.metadata(self.client.known_usage());
        metadata.add("job", self.protocol.job());
        metadata.records = Some(bounded(self.rows));
        metadata.total = self.found.map(|found| bounded(found.rows));
        if let Some(warning) = self.warning {
            metadata.add("warning", warning);
        }
        metadata.resumption = self.protocol.resume().map(|config| Resumption {
            config,
            bytes: self.resume_bytes,
        });
        Head {
            media_type: self.converter.media_type(),
            metadata,
        }
    }
}
