//! Starts processing jobs.

use std::sync::Arc;

use super::job::Job;
use super::{Bulk, extract, ingest};
use crate::org::Org;

impl Bulk {
    /// Starts processing a job.
    pub fn start(org: &Arc<Org>, job: Arc<Job>) {
        let (bulk, org) = (&org.bulk, Arc::clone(org));
        bulk.queue.submit(Box::new(move || {
            if job.is_query() {
                extract::run(&org, &job);
            } else {
                ingest::run(&org, &job);
            }
        }));
    }
}
