//! Working on jobs in the background: a few threads at most, and none when there is nothing to do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sandbox_model::clock::Clock;

/// Jobs that are processed at the same time.
const WORKERS: usize = 16;
/// How often a waiting job looks at the clock.
const TICK: Duration = Duration::from_millis(2);

type Work = Box<dyn FnOnce() + Send>;

/// Jobs that wait for a worker.
#[derive(Clone, Default)]
pub(super) struct Queue(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    work: VecDeque<Work>,
    workers: usize,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let waiting = self.waiting();
        write!(f, "Queue({}, {})", waiting.work.len(), waiting.workers)
    }
}

/// Counts a worker out, also when its work panicked.
struct Worker<'q>(&'q Queue);

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        self.0.waiting().workers -= 1;
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `work` done soon.
    pub(super) fn submit(&self, work: Work) {
        let mut waiting = self.waiting();
        waiting.work.push_back(work);
        if waiting.workers == WORKERS {
            return;
        }
        waiting.workers += 1;
        drop(waiting);
        let shared = self.clone();
        let thread = std::thread::Builder::new().name("bulk".to_owned());
        if let Err(error) = thread.spawn(move || shared.run()) {
            tracing::error!(%error, "no thread for bulk jobs");
            self.waiting().workers -= 1;
        }
    }

    fn run(&self) {
        let worker = Worker(self);
        while let Some(work) = self.next() {
            work();
        }
        // `next` counted the worker out together with seeing that there is no work left.
        std::mem::forget(worker);
    }

    fn next(&self) -> Option<Work> {
        let mut waiting = self.waiting();
        let work = waiting.work.pop_front();
        if work.is_none() {
            waiting.workers -= 1;
        }
        work
    }
}

/// Waits until the org's clock is `ms` past `since`, or `go_on` says no.
///
/// `since` is when the work came to wait, not when a worker got to it: a clock that is moved in between counts.
pub(super) fn wait(clock: &Clock, since: i64, ms: u64, go_on: impl Fn() -> bool) {
    if ms == 0 {
        return;
    }
    let ms = i64::try_from(ms).unwrap_or(i64::MAX);
    let until = since.saturating_add(ms);
    while clock.now() < until && go_on() {
        std::thread::sleep(TICK);
    }
}
