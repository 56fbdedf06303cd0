//! The result documents of a job, record by record.

use super::journal::Part;
use crate::bulk::columns::Rules;
use crate::bulk::dialect::Dialect;
use crate::bulk::input::fingerprint::{Fingerprint, Fingerprinter, Key};
use crate::bulk::load::result_document::Results;
use crate::bulk::load::result_document::{ERROR, ID};
use crate::bulk::results::{FAILED, SUCCESSFUL, UNPROCESSED, ingest_call};
use csv::ByteRecord;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use std::rc::Rc;

/// The column that tells whether a record is new.
const CREATED: &str = "sf__Created";

/// The form of result documents.
#[derive(Clone, Copy)]
pub struct Document<'c> {
    /// The columns that were sent.
    columns: &'c [String],
    /// The one by which records are told apart.
    key: Option<Key>,
    /// How it is written.
    dialect: Dialect,
}

/// A record of a result document.
pub struct Told<'r> {
    /// What it was sent as.
    pub fingerprint: Fingerprint,
    /// Its id; empty where it has none.
    pub id: &'r [u8],
    /// Whether it is new.
    pub created: bool,
    /// Why it failed; empty where it did not.
    pub error: &'r [u8],
}

impl<'c> Document<'c> {
    /// Describes the documents of jobs to which these columns were sent.
    pub fn new(columns: &'c [String], rules: &Rules, dialect: Dialect) -> Self {
        Self {
            columns,
            key: rules.key(columns),
            dialect,
        }
    }

    /// Reads the records of a document of a part's job, in its order. A job that did not come to its end may have none.
    pub fn read(
        &self,
        client: &Rc<Client>,
        part: &Part,
        resource: &str,
        mut take: impl FnMut(Told<'_>),
    ) -> Result<(), Fault> {
        let Some(mut results) = self.open(client, part, resource)? else {
            return Ok(());
        };
        let place = |name: &str| results.header.iter().position(|known| known == name);
        let (id, created, error) = (place(ID), place(CREATED), place(ERROR));
        let mut record = ByteRecord::new();
        let mut fingerprinter = Fingerprinter::default();
        while results.next(&mut record)? {
            let field =
                |place: Option<usize>| place.and_then(|at| record.get(at)).unwrap_or_default();
            fingerprinter.begin(self.key);
            results
                .values(&record)
                .for_each(|value| fingerprinter.add(value));
            take(Told {
                fingerprint: fingerprinter.fingerprint(),
                id: field(id),
                created: field(created) == b"true",
                error: field(error),
            });
        }
        Ok(())
    }

    fn open(
        &self,
        client: &Rc<Client>,
        part: &Part,
        resource: &str,
    ) -> Result<Option<Results>, Fault> {
        let wanted: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let id = Some(ID).filter(|_| resource != UNPROCESSED);
        open(client, part, resource, self.dialect, &wanted, id)
    }
}

/// Asks for a document of a part's job, which must have this column if it has any. A job that did not come to its end may have none.
pub fn open(
    client: &Rc<Client>,
    part: &Part,
    resource: &str,
    dialect: Dialect,
    wanted: &[&str],
    must_have: Option<&str>,
) -> Result<Option<Results>, Fault> {
    let call = ingest_call(client, &part.job, resource)?;
    let opened = match part.is_complete() {
        true => Some(Results::open(client, call, dialect.delimiter, wanted)?),
        false => Results::open_any(client, call, dialect.delimiter, wanted)?,
    };
    if let Some(results) = &opened {
        results.must_have(must_have)?;
    }
    Ok(opened)
}

/// Returns the documents that have rows, by what the job's counts say.
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
