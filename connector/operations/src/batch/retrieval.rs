//! Records retrieved by id, in calls of which the next one travels while the last one is read.

use salesforce_client::org::{Call, Org};
use salesforce_client::transport::Started;
use salesforce_contract::bindings::Fault;
use salesforce_contract::limits::MAX_COLLECTION_RETRIEVE;
use salesforce_formats::soql::SelectList;

/// How one API retrieves records.
pub(crate) trait Retrieval {
    /// Makes the call for these ids.
    fn call(&self, ids: &[String]) -> Result<Call, Fault>;
    /// Reads the answer to a call.
    fn complete(&mut self, request: InFlight) -> Result<(), Fault>;
}

/// A call whose answer is still to be read.
pub(crate) struct InFlight {
    /// The call.
    pub call: Call,
    /// How many records it asks for.
    pub count: usize,
    /// Its request, where it is on its way.
    pub started: Option<Started>,
}

/// Retrieves the records of these ids, at most `batch_size` with a call.
pub(crate) fn retrieve_all(
    org: &Org,
    retrieval: &mut impl Retrieval,
    ids: &[String],
    batch_size: Option<u16>,
) -> Result<(), Fault> {
    let size = batch_size.map_or(MAX_COLLECTION_RETRIEVE, usize::from);
    let mut ahead: Option<InFlight> = None;
    for ids in ids.chunks(size.max(1)) {
        let call = retrieval.call(ids)?;
        // A request that cannot even be started fails again, with its reason, when its turn comes.
        let started = org.start(&call).ok();
        let next = InFlight {
            call,
            count: ids.len(),
            started,
        };
        if let Some(request) = ahead.replace(next) {
            retrieval.complete(request)?;
        }
    }
    ahead.map_or(Ok(()), |request| retrieval.complete(request))
}

/// The columns, from the fields that are asked for.
pub(crate) fn select(object: &str, fields: &[String]) -> Result<SelectList, Fault> {
    let is_path = |field: &&String| {
        let letters = |name: &str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        field.split('.').all(letters)
    };
    if let Some(wrong) = fields.iter().find(|field| !is_path(field)) {
        return Err(Fault::config(format!(
            "config.fields has `{wrong}`, which names no field: write names such as `Name` or `Owner.Name`"
        )));
    }
    let soql = format!("SELECT {} FROM {}", fields.join(","), object);
    SelectList::read(&soql)
        .ok_or_else(|| Fault::config(format!("config.object `{object}` names no object")))
}
