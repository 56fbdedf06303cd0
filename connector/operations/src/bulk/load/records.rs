//! The records of a load as a document, by what became of them, in a form that can be loaded again.

use super::job::JobState;
use super::record_writer::{Next, RecordSource, RecordWriter, Which};
use super::{JobProtocol, Load};
use crate::bulk::output::BATCH_BYTES;
use salesforce_client::client::Client;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::Head;
use salesforce_contract::source::{Buffered, Output, Producer};
use std::cell::RefCell;
use std::rc::Rc;

/// Records of one kind as a document.
pub struct Records<P: JobProtocol> {
    client: Rc<Client>,
    state: Rc<RefCell<P::State>>,
    source: P::Records,
    /// Whether the header of records that were not saved is among what is emitted.
    begins_failed: bool,
    current: Option<<P::Records as RecordSource>::Document>,
    writer: RecordWriter,
}

impl<P: JobProtocol> Records<P> {
    /// Begins with the first job or batch.
    pub fn open(load: &Load<P>, which: Which) -> Result<Buffered<Self>, Fault> {
        let state = load.state.borrow();
        let failed = which == Which::Failed;
        if !failed && !state.is_done() {
            return Err(Fault::new(
                FaultKind::Conflict,
                format!(
                    "Which records these are is known once all {} are done: watch the load until it is",
                    P::State::UNITS
                ),
            ));
        }
        let head = state.head();
        let mut writer = RecordWriter::new(&load.plan, &head.shape, which);
        let has_header = failed && head.failed_begun;
        // What came without a header loads again without one; errors stand in columns that need a name.
        let headerless = failed && load.plan.headerless && !load.plan.error_columns;
        let names = head.shape.head_of(failed);
        let names = names.filter(|_| !has_header && !headerless);
        let is_csv = writer.begin(names);
        let begins_failed = failed && is_csv && !head.shape.columns.is_empty();
        let records = Self {
            client: Rc::clone(&load.client),
            state: Rc::clone(&load.state),
            source: P::records(load, which),
            begins_failed,
            current: None,
            writer,
        };
        Ok(Buffered::new(records, Vec::new()))
    }
}

impl<P: JobProtocol> Producer for Records<P> {
    fn produce(&mut self, out: &mut Output) -> Result<bool, Fault> {
        if self.current.is_none() {
            match self.source.begin(&mut self.writer)? {
                Next::Document(document) => self.current = Some(document),
                Next::Written => {}
                Next::End => {
                    let mut state = self.state.borrow_mut();
                    state.head_mut().failed_begun |= self.begins_failed;
                    self.writer.drain(&mut out.bytes);
                    return Ok(!out.bytes.is_empty());
                }
            }
        }
        while let Some(document) = &mut self.current
            && self.writer.size() < BATCH_BYTES
        {
            if !self.source.copy(document, &mut self.writer)? {
                self.current = None;
            }
        }
        self.writer.drain(&mut out.bytes);
        Ok(true)
    }

    fn head(&self) -> Head {
        Head {
            media_type: self.writer.media_type().into(),
            metadata: self.client.metadata(self.client.known_usage()),
        }
    }
}
