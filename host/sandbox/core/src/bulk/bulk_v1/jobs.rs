//! The jobs of Bulk API 1.0 that an org has.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value as Json, json};

use super::{Job, Request};
use crate::bulk::limits;
use sandbox_model::id::RecordId;
use sandbox_model::value::dates;

/// Jobs kept at most; the oldest go first.
const MAX_JOBS: usize = 10_000;

/// The jobs of an org.
#[derive(Debug, Default)]
pub struct Jobs(Mutex<BTreeMap<String, Arc<Job>>>);

impl Jobs {
    fn jobs(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Job>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a job; `maker` is its user and the version of the API that the user calls.
    pub fn create(
        &self,
        id: RecordId,
        request: Request,
        maker: (RecordId, u16),
        now: i64,
    ) -> Arc<Job> {
        let job = Arc::new(Job::new(id, request, maker, now));
        let mut jobs = self.jobs();
        jobs.retain(|_, job| now.saturating_sub(job.created) < limits::RESULT_LIFETIME_MS);
        if jobs.len() >= MAX_JOBS {
            jobs.pop_first();
        }
        jobs.insert(job.id.as_str().to_owned(), Arc::clone(&job));
        job
    }

    /// Returns the job with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Arc<Job>> {
        let id = RecordId::parse(id)?;
        self.jobs().get(id.as_str()).cloned()
    }

    pub(in crate::bulk) fn clear(&self) {
        self.jobs().clear();
    }

    /// Infos for the lists of Bulk API 2.0; only of chunked jobs, or of others, if asked.
    pub fn infos(&self, chunked: Option<&str>) -> Vec<Json> {
        let wanted = chunked.map(|text| text == "true");
        let fits =
            |job: &&Arc<Job>| wanted.is_none_or(|wanted| wanted == job.request.chunking.is_some());
        let info = |job: &Arc<Job>| {
            let (request, live) = (&job.request, job.live());
            json!({
                "id": job.id.as_str(), "operation": request.verb.name(), "object": request.object,
                "createdById": job.created_by.as_str(),
                "createdDate": dates::format_stamp(job.created),
                "systemModstamp": dates::format_stamp(live.changed),
                "state": live.state.name(), "contentType": request.content_name(),
                "concurrencyMode": if request.serial { "Serial" } else { "Parallel" },
                "apiVersion": f64::from(job.api_version), "jobType": "Classic",
            })
        };
        self.jobs().values().filter(fits).map(info).collect()
    }
}
