//! A running connector: one task owns the store, everybody else sends it work.

use super::bounds::Bounds;
use super::guest::{Answer, Guest, Invocation, ending};
use super::{Sink, Source, promises};
use crate::contract::{Batch, Message};
use crate::error::HostError;
use crate::secret::Secret;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// A handle to a running connector. Clones are handles to the same one.
///
/// An instance runs one call at a time; further calls wait in its queue, in order. Start several instances to run calls
/// side by side. Between calls its requests continue: a page that was asked for ahead arrives meanwhile.
///
/// - When all handles, sources and sinks are gone, the instance ends.
/// - A trap, a limit or a time-out ends it at once: whatever it had open is cut, and every later call says so with
///   [`HostError::InstanceEnded`].
/// - Dropping the future of a call gives that call up. If it waits in the queue, nothing else happens; if it is running,
///   the instance ends, for a guest cannot be stopped half-way and then used again.
#[derive(Clone)]
pub struct Instance {
    inner: Arc<Inner>,
}

struct Inner {
    /// Unbounded because handles must be able to send while they are dropped; every other entry is somebody waiting.
    jobs: mpsc::UnboundedSender<Job>,
    ended: Arc<OnceLock<String>>,
    bounds: Bounds,
}

/// One piece of work for the task that owns the store.
type Job = Box<dyn for<'g> FnOnce(&'g mut Guest) -> Work<'g, Next> + Send>;
pub(super) type Work<'g, T> = Pin<Box<dyn Future<Output = T> + Send + 'g>>;

/// What the task does after a job.
enum Next {
    Serve,
    End(String),
}

impl Instance {
    pub(super) fn spawn(guest: Guest, bounds: Bounds) -> Self {
        let (jobs, queue) = mpsc::unbounded_channel();
        let ended = Arc::new(OnceLock::new());
        tokio::spawn(serve(guest, queue, Arc::clone(&ended)));
        Self {
            inner: Arc::new(Inner {
                jobs,
                ended,
                bounds,
            }),
        }
    }

    /// Checks a connection, as a JSON text. Sends nothing.
    ///
    /// # Errors
    /// The connector's fault, which says what is wrong with it, or the end of the instance.
    pub async fn connect(&self, connection: &str) -> Result<(), HostError> {
        let connection = Secret::new(connection.to_owned());
        self.run("`connect`".into(), 0, move |guest| {
            Box::pin(async move { Ok(guest.connect(&connection).await?.map(drop)) })
        })
        .await
    }

    /// Opens a session, or returns the one that is open, as JSON text for the connection's `session` member. It holds
    /// secrets.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn session(&self, connection: &str) -> Result<String, HostError> {
        const DURING: &str = "`session`";
        let connection = Secret::new(connection.to_owned());
        let session = self.run(DURING.into(), 0, move |guest| {
            Box::pin(async move { guest.session(&connection).await })
        });
        promises::session(session.await?).map_err(|problem| HostError::broken(DURING, problem))
    }

    /// Runs an operation of style `call`. `connection` and `config` are JSON texts; an operation that sends nothing needs no connection.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn call(
        &self,
        connection: Option<&str>,
        operation: &str,
        config: &str,
        input: Option<Message>,
    ) -> Result<Message, HostError> {
        let what = Invocation::new(connection, operation, config);
        self.run(format!("call `{operation}`"), 0, move |guest| {
            Box::pin(async move { guest.call(&what, input).await })
        })
        .await
    }

    /// Starts an operation of style `source`.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn open_source(
        &self,
        connection: Option<&str>,
        operation: &str,
        config: &str,
        input: Option<Message>,
    ) -> Result<Source, HostError> {
        let what = Invocation::new(connection, operation, config);
        let instance = self.clone();
        let name = operation.to_owned();
        self.run(format!("open `{operation}`"), 0, move |guest| {
            Box::pin(async move {
                let opened = guest.open_source(&what, input).await?;
                Ok(opened.map(|source| Source::new(instance, source, name)))
            })
        })
        .await
    }

    /// Starts an operation of style `sink`, or resumes one from its journal.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn open_sink(
        &self,
        connection: Option<&str>,
        operation: &str,
        config: &str,
        journal: Option<&str>,
    ) -> Result<Sink, HostError> {
        let what = Invocation::new(connection, operation, config);
        let journal = journal.map(str::to_owned);
        let instance = self.clone();
        let name = operation.to_owned();
        self.run(format!("open `{operation}`"), 0, move |guest| {
            Box::pin(async move {
                let opened = guest.open_sink(&what, journal.as_deref()).await?;
                Ok(opened.map(|sink| Sink::new(instance, sink, name, journal.as_deref())))
            })
        })
        .await
    }

    /// Asks an operation of style `trigger` for what is new since `checkpoint`, waiting up to `wait_ms` milliseconds.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn poll(
        &self,
        connection: Option<&str>,
        operation: &str,
        config: &str,
        checkpoint: Option<&str>,
        wait_ms: u32,
    ) -> Result<Batch, HostError> {
        let what = Invocation::new(connection, operation, config);
        let checkpoint = checkpoint.map(str::to_owned);
        let during = format!("poll `{operation}`");
        let found = self.run(during.clone(), wait_ms, move |guest| {
            Box::pin(async move { guest.poll(&what, checkpoint.as_deref(), wait_ms).await })
        });
        promises::batch(found.await?).map_err(|problem| HostError::broken(during, problem))
    }

    /// Sends work to the task that owns the store, and waits for the answer. `wait_ms` comes on top of the time-out.
    pub(super) async fn run<T, W>(
        &self,
        during: String,
        wait_ms: u32,
        work: W,
    ) -> Result<T, HostError>
    where
        T: Send + 'static,
        W: for<'g> FnOnce(&'g mut Guest) -> Work<'g, Answer<T>> + Send + 'static,
    {
        let held = Held {
            during,
            bounds: self.inner.bounds.clone(),
            wait: Duration::from_millis(u64::from(wait_ms)),
        };
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |guest| Box::pin(perform(guest, held, work, reply)));
        // A job that cannot be sent, or is thrown away unanswered, means that the task is gone.
        let _ = self.inner.jobs.send(job);
        answer.await.unwrap_or_else(|_| Err(self.ended()))
    }

    /// Sends work whose answer nobody waits for.
    pub(super) fn run_detached<W>(&self, work: W)
    where
        W: for<'g> FnOnce(&'g mut Guest) -> Work<'g, Answer<()>> + Send + 'static,
    {
        const DURING: &str = "the end of a stream";
        let bounds = self.inner.bounds.clone();
        let _ = self.inner.jobs.send(Box::new(move |guest| {
            Box::pin(async move {
                match bounds.hold(Duration::ZERO, work(guest)).await {
                    Ok(Ok(_)) => Next::Serve,
                    Ok(Err(error)) => Next::End(ending(guest, DURING, &error).to_string()),
                    Err(exceeded) => Next::End(exceeded.error(DURING).to_string()),
                }
            })
        }));
    }

    fn ended(&self) -> HostError {
        let reason = self.inner.ended.get().cloned();
        HostError::InstanceEnded {
            reason: reason.unwrap_or_else(|| "its task is gone".into()),
        }
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("ended", &self.inner.ended.get())
            .finish_non_exhaustive()
    }
}

impl Invocation {
    fn new(connection: Option<&str>, operation: &str, config: &str) -> Self {
        Self {
            connection: connection.map(|document| Secret::new(document.to_owned())),
            operation: operation.to_owned(),
            config: config.to_owned(),
        }
    }
}

async fn serve(
    mut guest: Guest,
    mut queue: mpsc::UnboundedReceiver<Job>,
    ended: Arc<OnceLock<String>>,
) {
    while let Some(job) = queue.recv().await {
        if let Next::End(reason) = job(&mut guest).await {
            let _ = ended.set(reason);
            break;
        }
    }
}

/// What a call is doing, and within which limits.
struct Held {
    during: String,
    bounds: Bounds,
    wait: Duration,
}

async fn perform<T, W>(
    guest: &mut Guest,
    held: Held,
    work: W,
    mut reply: oneshot::Sender<Result<T, HostError>>,
) -> Next
where
    W: for<'g> FnOnce(&'g mut Guest) -> Work<'g, Answer<T>> + Send,
{
    if reply.is_closed() {
        return Next::Serve;
    }
    let Held {
        during,
        bounds,
        wait,
    } = held;
    guest.begin_call();
    let done = tokio::select! {
        done = bounds.hold(wait, work(guest)) => done,
        () = reply.closed() => return Next::End(format!("{during} was aborted half-way")),
    };
    let (answer, next) = match done {
        Ok(Ok(answer)) => (answer.map_err(HostError::from), Next::Serve),
        Ok(Err(error)) => ended_by(ending(guest, &during, &error), &during),
        Err(exceeded) => ended_by(exceeded.error(&during), &during),
    };
    let _ = reply.send(answer);
    next
}

fn ended_by<T>(error: HostError, during: &str) -> (Result<T, HostError>, Next) {
    let reason = match &error {
        HostError::Trap { reason, .. } => format!("it crashed during {during}: {reason}"),
        HostError::ResourceLimit { limit, .. } => format!("it exceeded {limit} during {during}"),
        HostError::DeadlineExceeded { .. } => format!("{during} took too long"),
        other => other.to_string(),
    };
    (Err(error), Next::End(reason))
}
