//! A file on its way into a record.
//!
//! The body is sent as it comes. `close` holds its end back until the journal can say so: while the end has not been sent, the
//! org has nothing, and the upload may begin anew; once it has been, a new record may be there whatever becomes of the
//! answer, and sending it again could make a second one.

mod journal;
mod outcome;
mod request;

use super::blob;
use super::multipart::Framing;
use crate::upload::Upload;
use journal::Journal;
use outcome::{Line, line, outcome};
use request::{call, check_id, check_length, framing, too_large};
use salesforce_client::client::{Client, Request};
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;
use salesforce_contract::bindings::exports::mediation::connector::mediator::Progress;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::files::UploadConfig;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::sink::Sink;
use salesforce_contract::source::{Buffered, Source};
use std::cell::Cell;
use std::rc::Rc;

/// A file that is being written.
pub struct FileUpload {
    client: Rc<Client>,
    call: Request,
    framing: Framing,
    object: String,
    /// The record whose bytes are replaced.
    id: Option<String>,
    length: Option<u64>,
    sent: u64,
    stage: Stage,
    /// Whether the outcome has been read to its end.
    told: Rc<Cell<bool>>,
    /// What the org's answer told.
    metadata: Metadata,
}

/// How far it is.
enum Stage {
    /// Nothing is sent.
    Fresh,
    /// Bytes are sent.
    Open(Upload),
    /// All bytes are sent, and the end is not.
    Closing(Upload),
    /// The org has answered.
    Done(Outcome),
    /// It has failed, and the org has nothing of it.
    Failed(Fault),
    /// Its end was sent, and the answer is lost.
    Lost,
}

impl FileUpload {
    /// Checks the config and takes the journal up; nothing is sent.
    pub fn open(
        client: Rc<Client>,
        config: &UploadConfig,
        journal: Option<&str>,
    ) -> Result<Self, Fault> {
        let journal = match journal {
            Some(text) => serde_json::from_str(text).map_err(|_| {
                Fault::config("This is not a files/upload journal, or it is damaged")
            })?,
            None => Journal::default(),
        };
        check_length(config)?;
        check_id(config)?;
        let framing = framing(&client, config)?;
        let call = call(&client, config, &framing)?;
        let stage = match journal.outcome {
            Some(outcome) => Stage::Done(outcome),
            None if journal.closing && config.id.is_none() => return Err(lost_end()),
            None => Stage::Fresh,
        };
        Ok(Self {
            client,
            call,
            framing,
            object: config.object.clone(),
            id: config.id.clone(),
            length: config.length,
            sent: journal.taken,
            stage,
            told: Rc::new(Cell::new(journal.told)),
            metadata: Metadata::default(),
        })
    }

    /// The upload under way; it begins here.
    fn under_way(&mut self) -> Result<&mut Upload, Fault> {
        if matches!(self.stage, Stage::Fresh) {
            let mut upload = Upload::open(Rc::clone(&self.client), &self.call)?;
            upload.write(&self.framing.before).map_err(not_whole)?;
            self.stage = Stage::Open(upload);
        }
        match &mut self.stage {
            Stage::Open(upload) => Ok(upload),
            Stage::Failed(fault) => Err(fault.clone()),
            Stage::Lost => Err(lost_end()),
            _ => Err(bad_input(
                "The file is closed: no more bytes can be written",
            )),
        }
    }

    fn check_room(&self, more: u64) -> Result<(), Fault> {
        let sum = self.sent.saturating_add(more);
        if let Some(length) = self.length.filter(|length| sum > *length) {
            return Err(bad_input(format!(
                "The file has more than the {length} bytes of config.length: nothing was saved"
            )));
        }
        let most = blob::most_bytes(&self.object);
        if sum > most {
            return Err(too_large(&self.object, most));
        }
        Ok(())
    }

    /// Sends the end, and learns what the org makes of it.
    fn finish(&mut self, mut upload: Upload) -> Result<Outcome, Fault> {
        upload.write(&self.framing.after).map_err(not_whole)?;
        let reply = upload.finish()?;
        self.metadata = Metadata::from(&reply);
        outcome(&reply, self.id.as_deref())
    }

    /// What becomes of a failure at the end. One that passes is told at the next look only, so that the journal that allows
    /// beginning anew is kept before.
    fn failed(&mut self, fault: Fault) -> Result<(), Fault> {
        if fault.maybe_applied && self.id.is_none() {
            self.stage = Stage::Lost;
            return Err(Fault {
                message: format!(
                    "{}: {}",
                    fault.message.trim_end_matches('.'),
                    lost_end().message
                ),
                kind: match fault.kind {
                    FaultKind::Protocol => FaultKind::Protocol,
                    _ => FaultKind::Other,
                },
                retry_after_ms: None,
                ..fault
            });
        }
        // What was certainly refused for now (429, too many requests at once) is sent again, too.
        let passes = fault.retry_after_ms.is_some()
            || matches!(fault.kind, FaultKind::Unavailable | FaultKind::Timeout);
        self.stage = Stage::Failed(fault.clone());
        self.sent = 0;
        if passes { Ok(()) } else { Err(fault) }
    }

    fn progress(&self) -> Progress {
        let done = matches!(self.stage, Stage::Done(_));
        Progress {
            done,
            processed: u32::from(done),
            failed: 0,
            total: Some(1),
            note: match &self.stage {
                Stage::Done(_) => "saved".to_owned(),
                Stage::Failed(_) => "not saved: it has to be sent again".to_owned(),
                _ => format!("{} bytes sent", self.sent),
            },
        }
    }
}

impl Sink for FileUpload {
    fn write(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        let more = chunk.len() as u64;
        self.under_way()?;
        let written = self
            .check_room(more)
            .and_then(|()| self.under_way()?.write(chunk).map_err(not_whole));
        match written {
            Ok(()) => self.sent += more,
            Err(fault) => {
                // The body has no end, so that the org makes nothing of it.
                self.stage = Stage::Failed(fault.clone());
                self.sent = 0;
                return Err(fault);
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        if matches!(self.stage, Stage::Closing(_) | Stage::Done(_)) {
            return Ok(());
        }
        self.under_way()?;
        if let Some(length) = self.length.filter(|length| *length != self.sent) {
            let fault = bad_input(format!(
                "The file has {} bytes, not the {length} of config.length: nothing was saved",
                self.sent
            ));
            self.stage = Stage::Failed(fault.clone());
            return Err(fault);
        }
        let stage = std::mem::replace(&mut self.stage, Stage::Lost);
        self.stage = match stage {
            Stage::Open(upload) => Stage::Closing(upload),
            other => other,
        };
        Ok(())
    }

    fn watch(&mut self, _wait_ms: u32) -> Result<Progress, Fault> {
        match std::mem::replace(&mut self.stage, Stage::Lost) {
            Stage::Closing(upload) => match self.finish(upload) {
                Ok(outcome) => self.stage = Stage::Done(outcome),
                Err(fault) => self.failed(fault)?,
            },
            Stage::Failed(fault) => {
                self.stage = Stage::Failed(fault.clone());
                return Err(fault);
            }
            Stage::Lost => return Err(lost_end()),
            other => self.stage = other,
        }
        Ok(self.progress())
    }

    fn journal(&self) -> String {
        let journal = match &self.stage {
            Stage::Done(outcome) => Journal {
                taken: self.sent,
                outcome: Some(outcome.clone()),
                told: self.told.get(),
                ..Journal::default()
            },
            Stage::Closing(_) | Stage::Lost => Journal {
                closing: true,
                ..Journal::default()
            },
            Stage::Fresh | Stage::Open(_) | Stage::Failed(_) => Journal::default(),
        };
        serde_json::to_string(&journal).unwrap_or_else(|_| "{\"taken\":0}".to_owned())
    }

    fn outcomes(&mut self, which: OutcomeSet) -> Result<Box<dyn Source>, Fault> {
        let known = match (&self.stage, which) {
            (Stage::Done(outcome), OutcomeSet::All) if !self.told.get() => line(outcome)?,
            _ => Vec::new(),
        };
        let line = Line {
            told: (which == OutcomeSet::All && !known.is_empty()).then(|| Rc::clone(&self.told)),
            metadata: self.client.metadata(self.metadata.clone()),
        };
        Ok(Box::new(Buffered::new(line, known)))
    }

    fn abort(&mut self) -> Result<(), Fault> {
        match self.stage {
            Stage::Done(_) => Err(bad_input("The file is saved: delete its record instead")),
            Stage::Lost => Err(lost_end()),
            _ => {
                self.stage = Stage::Failed(bad_input("The upload was given up"));
                Ok(())
            }
        }
    }
}

/// Without its end, the org makes nothing of a body.
fn not_whole(fault: Fault) -> Fault {
    Fault {
        maybe_applied: false,
        ..fault
    }
}

fn lost_end() -> Fault {
    Fault {
        maybe_applied: true,
        ..Fault::new(
            FaultKind::Other,
            "The file was sent to its end and the org's answer is not known: look for it, and upload it again, without a journal, only if it is not there",
        )
    }
}

#[cfg(test)]
mod tests;
