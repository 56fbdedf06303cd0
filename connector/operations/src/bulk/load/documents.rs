//! The result documents of a job, record by record.

use super::journal::Part;
use super::results::Results;
use crate::bulk::dialect::Dialect;
use crate::bulk::input::signature::{Key, Mark, Signature};
use crate::bulk::results::{FAILED, SUCCESSFUL, UNPROCESSED, ingest_call};
use csv::ByteRecord;
use salesforce_client::org::Org;
use salesforce_contract::bindings::Fault;
use std::rc::Rc;

/// Columns that Salesforce puts in front of a job's own.
pub const ID: &str = "sf__Id";
const CREATED: &str = "sf__Created";
/// The column that tells why a record failed.
pub const ERROR: &str = "sf__Error";

/// The form of result documents.
#[derive(Clone, Copy)]
pub struct Document<'c> {
    /// The columns that were sent.
    pub columns: &'c [String],
    /// The one by which records are told apart.
    pub key: Option<Key>,
    /// How it is written.
    pub dialect: Dialect,
}

/// A record of a result document.
pub struct Told<'r> {
    /// What it was sent as.
    pub mark: Mark,
    /// Its id; empty where it has none.
    pub id: &'r [u8],
    /// Whether it is new.
    pub created: bool,
    /// Why it failed; empty where it did not.
    pub error: &'r [u8],
}

impl Document<'_> {
    /// Hands over the records of a document of a part's job, in its order. A job that did not come to its end may have none.
    pub fn read(
        &self,
        org: &Rc<Org>,
        part: &Part,
        resource: &str,
        mut take: impl FnMut(Told<'_>),
    ) -> Result<(), Fault> {
        let Some(mut results) = self.open(org, part, resource)? else {
            return Ok(());
        };
        let place = |name: &str| results.header.iter().position(|known| known == name);
        let (id, created, error) = (place(ID), place(CREATED), place(ERROR));
        let mut record = ByteRecord::new();
        let mut signature = Signature::default();
        while results.next(&mut record)? {
            let field =
                |place: Option<usize>| place.and_then(|at| record.get(at)).unwrap_or_default();
            signature.begin(self.key);
            results
                .values(&record)
                .for_each(|value| signature.add(value));
            take(Told {
                mark: signature.mark(),
                id: field(id),
                created: field(created) == b"true",
                error: field(error),
            });
        }
        Ok(())
    }

    fn open(&self, org: &Rc<Org>, part: &Part, resource: &str) -> Result<Option<Results>, Fault> {
        let wanted: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let call = ingest_call(org, &part.job, resource)?;
        let delimiter = self.dialect.delimiter;
        let opened = if part.is_complete() {
            Some(Results::open(org, call, delimiter, &wanted)?)
        } else {
            Results::open_any(org, call, delimiter, &wanted)?
        };
        let id = Some(ID).filter(|_| resource != UNPROCESSED);
        if let Some(results) = &opened {
            results.must_have(id)?;
        }
        Ok(opened)
    }
}

/// The documents that have rows, by what the job's counts say.
pub fn resources(part: &Part) -> Vec<&'static str> {
    let complete = part.is_complete() && part.processed == part.sent();
    let mut documents = vec![SUCCESSFUL];
    if part.failed > 0 || !complete {
        documents.push(FAILED);
    }
    if !complete {
        documents.push(UNPROCESSED);
    }
    documents
}
