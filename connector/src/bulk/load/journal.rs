//! What must be kept to take a load up again: its jobs, and which part of the input went into each.

use super::feed::Shape;
use crate::bindings::Fault;
use crate::bulk::input::Place;
use crate::bulk::jobs::State;
use serde::{Deserialize, Serialize};

/// The form of journals that this version writes and reads.
const VERSION: u32 = 2;

/// How far a job has come, as far as is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It was made; data may be on its way.
    Open,
    /// All its data has arrived.
    Uploaded,
    /// Salesforce was told to go to work.
    Closed,
    /// Nothing more will happen.
    Final(State),
    /// Its data did not arrive whole: its records go into another job.
    Lost,
}

impl Stage {
    /// Whether its data is with Salesforce.
    pub fn has_data(self) -> bool {
        matches!(self, Self::Uploaded | Self::Closed | Self::Final(_))
    }
}

/// A job, and its part of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Part {
    /// The job's id.
    pub job: String,
    /// How far it has come.
    pub stage: Stage,
    /// Where its part begins.
    pub start: Place,
    /// Where its part ends, once that is known.
    pub end: Option<Place>,
    /// Records of the input before it.
    pub first_row: u64,
    /// Its records, those that were not fit to be sent included.
    pub rows: u64,
    /// Records that were not fit to be sent.
    pub unfit: u64,
    /// Tells whether the input is still the same.
    pub checksum: u64,
    /// Which of `columns` it has.
    pub columns: usize,
    /// Records that Salesforce has worked off, as last seen.
    pub processed: u64,
    /// Records that failed, as last seen.
    pub failed: u64,
    /// Why the job failed.
    pub reason: Option<String>,
    /// Whether its outcomes have been given out.
    pub collected: bool,
}

impl Part {
    /// Records that went into the job.
    pub fn sent(&self) -> u64 {
        self.rows.saturating_sub(self.unfit)
    }

    /// Whether nothing more will happen to its records.
    pub fn is_final(&self) -> bool {
        matches!(self.stage, Stage::Final(_))
    }

    /// Records that Salesforce did not get to, and will not any more.
    pub fn unprocessed(&self) -> u64 {
        if self.is_final() {
            self.sent().saturating_sub(self.processed)
        } else {
            0
        }
    }

    /// The code of records that Salesforce did not get to, and why it did not.
    pub fn why_unprocessed(&self) -> (&'static str, &str) {
        let failed = self.stage == Stage::Final(State::Failed);
        let code = if failed { "JOB_FAILED" } else { "UNPROCESSED" };
        let why = self.reason.as_deref();
        (code, why.unwrap_or("Salesforce did not get to this record"))
    }
}

/// All that is kept of a load.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Journal {
    version: u32,
    /// Bytes of the input that need not be written again.
    pub taken: u64,
    /// The form of the input.
    pub shape: Shape,
    /// The jobs in the order of the input.
    pub parts: Vec<Part>,
    /// Whether all of the input has been taken.
    pub closed: bool,
    /// How often outcomes had to be fetched to make room for more rows: the host hears of it by a journal that has changed.
    #[serde(default)]
    pub offers: u64,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            version: VERSION,
            taken: 0,
            shape: Shape::default(),
            parts: Vec::new(),
            closed: false,
            offers: 0,
        }
    }
}

impl Journal {
    /// Reads what `text` wrote.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let journal: Self = serde_json::from_str(text).map_err(|error| {
            Fault::config(format!(
                "The journal is none of bulk/load, or it is damaged: {error}"
            ))
        })?;
        if journal.version == VERSION {
            return Ok(journal);
        }
        Err(Fault::config(format!(
            "The journal is of version {}; this connector reads version {VERSION}: finish the load with the connector that began it",
            journal.version
        )))
    }

    /// The journal as the host keeps it.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The first part whose outcomes have not been given out; the number of parts if there is none.
    pub fn first_open(&self) -> usize {
        let open = self.parts.iter().position(|part| !part.collected);
        open.unwrap_or(self.parts.len())
    }

    /// The first part that has to be read again to go on: its outcomes have not been given out, or records of it were not sent, which
    /// nobody but the host has.
    pub fn first_needed(&self) -> usize {
        let needed = |part: &Part| !part.collected || part.unfit > 0;
        let needed = self.parts.iter().position(needed);
        needed.unwrap_or(self.parts.len())
    }

    /// Where writing begins again.
    pub fn resume_at(&self) -> Option<&Place> {
        match self.parts.get(self.first_needed()) {
            Some(part) => Some(&part.start),
            None => self.parts.last().and_then(|part| part.end.as_ref()),
        }
    }

    /// Brings `taken` up to date.
    pub fn settle(&mut self) {
        self.taken = self.resume_at().map_or(0, |place| place.at);
    }

    /// Whether every job has come to its end.
    pub fn is_done(&self) -> bool {
        self.closed && self.parts.iter().all(Part::is_final)
    }

    /// The ids of jobs that are still at work.
    pub fn pending(&self) -> Vec<&str> {
        let open = self.parts.iter().filter(|part| !part.is_final());
        open.map(|part| part.job.as_str()).collect()
    }
}
