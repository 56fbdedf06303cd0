//! The outcomes of a load as a document: one per record of the input, in its order.

use super::job::JobState;
use super::outcome::{HEADER, Outcome, RowResults, write};
use super::{JobProtocol, Load};
use crate::bulk::columns::Rules;
use crate::bulk::output::{BATCH_BYTES, media_type};
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::LoadOutcomes;
use salesforce_contract::message::Head;
use salesforce_contract::source::{Buffered, Output, Producer};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// The outcomes that became known since the last time.
pub struct All<P: JobProtocol> {
    client: Rc<Client>,
    format: LoadOutcomes,
    rules: Rules,
    state: Rc<RefCell<P::State>>,
    /// Jobs or batches whose outcomes are known, in order; those before `next` have been begun.
    known: Range<usize>,
    next: usize,
    /// The one whose outcomes are being written, with the rows of it that have been.
    current: Option<(P::RowResults, u64)>,
}

/// Finds what has become known.
pub fn all<P: JobProtocol>(load: &Load<P>) -> Buffered<All<P>> {
    let known = load.state.borrow().known();
    let outcomes = All {
        client: Rc::clone(&load.client),
        format: load.plan.outcomes,
        rules: load.plan.rules.clone(),
        state: Rc::clone(&load.state),
        next: known.start,
        known,
        current: None,
    };
    let has_header =
        outcomes.format == LoadOutcomes::Csv && outcomes.next == 0 && !outcomes.known.is_empty();
    let header = if has_header {
        HEADER.to_vec()
    } else {
        Vec::new()
    };
    Buffered::new(outcomes, header)
}

impl<P: JobProtocol> All<P> {
    /// Begins with the next job or batch; false where there is none.
    fn begin(&mut self) -> Result<bool, Fault> {
        if self.next >= self.known.end {
            self.state.borrow_mut().collected(self.known.clone());
            return Ok(false);
        }
        let mut state = self.state.borrow_mut();
        let results = P::RowResults::open(&self.client, &self.rules, &mut state, self.next)?;
        self.current = results.map(|results| (results, 0));
        self.next += 1;
        Ok(true)
    }
}

impl<P: JobProtocol> Producer for All<P> {
    fn produce(&mut self, out: &mut Output) -> Result<bool, Fault> {
        if self.current.is_none() {
            return self.begin();
        }
        while let Some((results, at)) = &mut self.current
            && out.bytes.len() < BATCH_BYTES
        {
            let row = results.first_row() + *at + 1;
            if let Some(outcome) = results.next()? {
                *at += 1;
                write(self.format, &Outcome { row, ..outcome }, &mut out.bytes)?;
            } else if let Some((results, _)) = self.current.take() {
                results.finish(&mut self.state.borrow_mut());
            }
        }
        Ok(true)
    }

    fn head(&self) -> Head {
        Head {
            media_type: media_type(self.format == LoadOutcomes::Csv).into(),
            metadata: self.client.metadata(self.client.known_usage()),
        }
    }
}
