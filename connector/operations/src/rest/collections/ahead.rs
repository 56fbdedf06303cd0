//! Records retrieved by id, in calls of which the next one travels while the last one is read.

use salesforce_client::org::{Call, Org};
use salesforce_client::transport::Started;
use salesforce_contract::bindings::Fault;
use salesforce_contract::limits::MAX_COLLECTION_RETRIEVE;

/// How one API retrieves records.
pub(crate) trait Retrieval {
    /// The call for these ids.
    fn call(&self, ids: &[String]) -> Result<Call, Fault>;
    /// Takes the answer to a call.
    fn land(&mut self, flight: Flight) -> Result<(), Fault>;
}

/// A call that is under way.
pub(crate) struct Flight {
    pub call: Call,
    /// How many records it asks for.
    pub count: usize,
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
    let mut ahead: Option<Flight> = None;
    for ids in ids.chunks(size.max(1)) {
        let call = retrieval.call(ids)?;
        // A request that cannot even be started fails again, with its reason, when its turn comes.
        let started = org.start(&call).ok();
        let next = Flight {
            call,
            count: ids.len(),
            started,
        };
        if let Some(flight) = ahead.replace(next) {
            retrieval.land(flight)?;
        }
    }
    ahead.map_or(Ok(()), |flight| retrieval.land(flight))
}
