//! Why records of a job were not saved, for those that are read from the input again: by what they were sent as.

use super::documents::{Document, resources};
use super::journal::Part;
use crate::bulk::input::fingerprint::Fingerprint;
use crate::bulk::results::{FAILED, SUCCESSFUL};
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use std::collections::HashMap;
use std::rc::Rc;

/// The reasons of a part. Takes 32 bytes for each of its records that were not saved.
pub struct Reasons {
    /// Fingerprints with the numbers of reasons, in the order of the fingerprints.
    exact: Vec<(u64, usize)>,
    likely: Vec<(u64, usize)>,
    /// Reasons, each once.
    reasons: Vec<Rc<str>>,
    /// What is said of a record that no document has.
    lacking: Rc<str>,
}

impl Reasons {
    /// Reads them from the documents of the part's job.
    pub fn read(client: &Rc<Client>, part: &Part, document: &Document<'_>) -> Result<Self, Fault> {
        let mut reasons = Self {
            exact: Vec::new(),
            likely: Vec::new(),
            reasons: Vec::new(),
            lacking: told(part.why_lacking()),
        };
        let mut known = HashMap::new();
        let unprocessed = told(part.why_unprocessed());
        for resource in resources(part) {
            if resource == SUCCESSFUL {
                continue;
            }
            document.read(client, part, resource, |record| {
                let reason = match resource {
                    FAILED => String::from_utf8_lossy(record.error).into(),
                    _ => Rc::clone(&unprocessed),
                };
                reasons.add(record.fingerprint, reason, &mut known);
            })?;
        }
        reasons.exact.sort_unstable();
        reasons.likely.sort_unstable();
        Ok(reasons)
    }

    fn add(
        &mut self,
        fingerprint: Fingerprint,
        reason: Rc<str>,
        known: &mut HashMap<Rc<str>, usize>,
    ) {
        let number = *known.entry(reason).or_insert_with_key(|reason| {
            self.reasons.push(Rc::clone(reason));
            self.reasons.len() - 1
        });
        self.exact.push((fingerprint.exact, number));
        self.likely.push((fingerprint.likely, number));
    }

    /// Returns why a record failed.
    pub fn reason(&self, fingerprint: Fingerprint) -> Rc<str> {
        let found =
            find(&self.exact, fingerprint.exact).or_else(|| find(&self.likely, fingerprint.likely));
        let reason = found.and_then(|number| self.reasons.get(number));
        Rc::clone(reason.unwrap_or(&self.lacking))
    }
}

fn find(fingerprints: &[(u64, usize)], fingerprint: u64) -> Option<usize> {
    let first = fingerprints.partition_point(|(known, _)| *known < fingerprint);
    let found = fingerprints
        .get(first)
        .filter(|(known, _)| *known == fingerprint);
    found.map(|(_, number)| *number)
}

fn told((code, why): (&str, &str)) -> Rc<str> {
    format!("{code}:{why}").into()
}
