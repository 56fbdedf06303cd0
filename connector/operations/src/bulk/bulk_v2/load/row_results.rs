//! What became of the rows of a part, as outcomes.

use super::documents::Document;
use super::journal::{Part, Stage};
use super::load_state::LoadState;
use super::match_results::{MatchedResults, id_text};
use super::row_result::RowResult;
use crate::bulk::columns::Rules;
use crate::bulk::load::outcome::Outcome;
use crate::bulk::load::outcome::RowResults;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use std::rc::Rc;

/// A part whose outcomes are being written.
pub struct PartResults {
    part: Part,
    matched: MatchedResults,
    at: usize,
}

impl PartResults {
    fn outcome<'a>(&'a self, result: &'a RowResult) -> Outcome<'a> {
        match result {
            RowResult::Saved { id, created } => Outcome::saved(id_text(id), *created),
            RowResult::Failed { id, reason } => {
                Outcome::failed(id_text(id), self.matched.reason_text(*reason))
            }
            RowResult::Rejected { reason } => Outcome::rejected(self.matched.reason_text(*reason)),
            RowResult::Unprocessed => Outcome::unprocessed(self.part.why_unprocessed()),
            RowResult::Open if self.part.stage == Stage::Gone => Outcome::unknown(
                "JOB_GONE",
                "The job was deleted in the org before its results were read: whether this record was saved is not known",
            ),
            RowResult::Open if self.matched.unmatched > 0 => Outcome::unknown(
                "UNMATCHED",
                "The job has results that fit no record as it was sent, one of which may be this one's: see the results of the job",
            ),
            RowResult::Open => Outcome::unknown(
                "UNMATCHED",
                "The job has no result for this record: whether it was saved is not known",
            ),
        }
    }
}

impl RowResults<LoadState> for PartResults {
    fn open(
        client: &Rc<Client>,
        rules: &Rules,
        state: &mut LoadState,
        index: usize,
    ) -> Result<Option<Self>, Fault> {
        let part = state.journal.parts.get(index).cloned();
        let rows = state.kept.rows.get(&index);
        let (Some(part), Some(rows)) = (part, rows) else {
            return Ok(None);
        };
        let dialect = state
            .journal
            .head
            .shape
            .dialect
            .unwrap_or_default()
            .for_job();
        let document = Document::new(state.columns(&part), rules, dialect);
        let matched = MatchedResults::read(client, &part, rows, &document)?;
        state.matched(index, &matched);
        Ok(Some(Self {
            part,
            matched,
            at: 0,
        }))
    }

    fn first_row(&self) -> u64 {
        self.part.first_row
    }

    fn next(&mut self) -> Result<Option<Outcome<'_>>, Fault> {
        let at = self.at;
        self.at += 1;
        let result = self.matched.row_results.get(at);
        Ok(result.map(|result| self.outcome(result)))
    }

    fn finish(self, _: &mut LoadState) {}
}
