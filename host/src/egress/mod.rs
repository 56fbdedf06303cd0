//! The way out: every request of a connector passes here, and nothing else opens a connection.
//!
//! A request is checked against the [list of what is allowed](allow), waits for its permit among the exchanges under way,
//! and goes to a [service in this process](InProcessService) or to the network through a pool of connections. Bodies stream both ways, each
//! piece when the one before was taken. Whatever fails comes back as a [`Failure`], which says whether the request may
//! have been received.
//!
//! # Permits
//!
//! An exchange holds its permit from before it is sent until its answer's body has been read to the end, failed, or was
//! dropped. All instances that share an [`Egress`] share its permits. A connector that asks for the next page while it
//! reads the current one needs two; with one only, the second request waits until the first answer has been read, and
//! both come through, as long as the connector reads on and does not wait for the second answer first. One that does wait
//! gets `connection-limit-reached` after [`max_wait`](EgressSettings::max_wait).

mod access_log;
mod activity;
pub mod allow;
mod body;
mod client;
mod credentials;
mod denial;
mod failure;
mod pace;
mod parts;
mod resolve;
mod service;
mod settings;
mod traffic;

pub use activity::TimeLimits;
pub use body::Body;
pub use client::plain_client;
pub use denial::Denial;
pub use failure::Failure;
pub use pace::{MIN_BYTES, Pace};
pub use service::{Aborted, InProcessService};
pub use settings::{EgressSettings, MAX_CONCURRENT};

use crate::error::HostError;
use access_log::Access;
use activity::{Activity, with_connect_limit};
use allow::{AllowList, Destination};
use body::Outgoing;
use client::Clients;
use denial::Denials;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use parts::{Answer, boxed, headers, whole};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use traffic::Traffic;

/// One way out, shared by all instances of a connection.
pub struct Egress {
    allowed: RwLock<AllowList>,
    denials: Denials,
    last_failure: Mutex<Option<String>>,
    services: Vec<InProcessService>,
    network: bool,
    permits: Arc<Semaphore>,
    max_wait: Duration,
    pace: Pace,
    traffic: Arc<Traffic>,
    clients: Clients,
    /// Requests that were let out.
    requests: AtomicU64,
}

/// Where a request goes.
enum Route {
    InProcess(InProcessService),
    Network,
}

impl Egress {
    /// Makes a way out.
    ///
    /// # Errors
    /// A setting that cannot be used: an entry of no accepted form, a file that cannot be read or holds no certificate, a
    /// limit out of bounds.
    pub fn new(settings: EgressSettings) -> Result<Arc<Self>, HostError> {
        if !(1..=MAX_CONCURRENT).contains(&settings.max_concurrent) {
            return Err(HostError::settings(format!(
                "The limit of concurrent requests is {}: give 1 to {MAX_CONCURRENT}.",
                settings.max_concurrent
            )));
        }
        credentials::remember_proxies(settings.proxy.as_deref());
        let mut allowed = AllowList::default();
        settings
            .allow
            .iter()
            .try_for_each(|entry| allowed.add(entry))?;
        Ok(Arc::new(Self {
            clients: Clients::new(&settings)?,
            requests: AtomicU64::new(0),
            allowed: RwLock::new(allowed),
            denials: Denials::default(),
            last_failure: Mutex::default(),
            services: settings.services,
            network: settings.network,
            permits: Arc::new(Semaphore::new(settings.max_concurrent)),
            max_wait: settings.max_wait,
            pace: settings.pace,
            traffic: Arc::default(),
        }))
    }

    /// Makes a way out that leads nowhere.
    pub(crate) fn sealed() -> Arc<Self> {
        Arc::new(Self {
            clients: Clients::none(),
            requests: AtomicU64::new(0),
            allowed: RwLock::default(),
            denials: Denials::default(),
            last_failure: Mutex::default(),
            services: Vec::new(),
            network: false,
            permits: Arc::new(Semaphore::new(1)),
            max_wait: Duration::ZERO,
            pace: Pace::default(),
            traffic: Arc::default(),
        })
    }

    /// Allows one more origin or pattern, in the forms of [`allow`]; an entry that is there already changes nothing.
    ///
    /// # Errors
    /// An entry of no accepted form, with how to fix it.
    pub fn allow(&self, origin_or_pattern: &str) -> Result<(), HostError> {
        self.allowed
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .add(origin_or_pattern)
    }

    /// Returns which address the last exchange that failed before its answer was for, by which proxy, and why it failed.
    #[must_use]
    pub fn last_failure(&self) -> Option<String> {
        self.last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note_failure(&self, destination: &Destination, failure: &Failure) {
        let proxy = self.clients.proxy_for(destination);
        let by = proxy.map(|proxy| format!(" by the proxy {proxy}"));
        let told = format!("{destination}{}: {failure}", by.unwrap_or_default());
        *self
            .last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(told);
    }

    fn forget_failure(&self) {
        *self
            .last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Says whether the policy lets requests go to an address.
    #[must_use]
    pub fn allows(&self, address: &str) -> bool {
        let Ok(destination) = Destination::parse(address) else {
            return false;
        };
        self.services
            .iter()
            .any(|service| service.serves(&destination))
            || self.lists(&destination)
    }

    fn lists(&self, destination: &Destination) -> bool {
        let allowed = self.allowed.read().unwrap_or_else(PoisonError::into_inner);
        allowed.allows(destination)
    }

    /// Returns how long nothing was sent or received.
    #[must_use]
    pub fn quiet_for(&self) -> Duration {
        self.traffic.quiet_for()
    }

    /// Returns the origins that were refused so far, each once, in order.
    #[must_use]
    pub fn denials(&self) -> Vec<Denial> {
        self.denials.list()
    }

    /// Counts the requests that were let out so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Sends a request and returns the answer as soon as its head is there.
    ///
    /// # Errors
    /// A [`Failure`]; the answer's body fails with one too.
    pub async fn send(
        &self,
        request: Request<Body>,
        limits: TimeLimits,
    ) -> Result<Response<Body>, Failure> {
        if request.method() == Method::CONNECT {
            return Err(Failure::BadMethod);
        }
        let destination =
            Destination::parse(&request.uri().to_string()).map_err(|_| Failure::BadUri)?;
        let route = self.route(&destination)?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let path = destination.url().path();
        let mut access = Access::new(
            request.method().clone(),
            &destination.origin(),
            path,
            Arc::clone(&self.traffic),
        );
        access.query(destination.url());
        match self
            .exchange(request, &destination, route, limits, &mut access)
            .await
        {
            Ok(response) => {
                self.forget_failure();
                Ok(whole(response, limits.between_bytes, self.pace, access))
            }
            Err(failure) => {
                self.note_failure(&destination, &failure);
                access.end(Err(&failure));
                Err(failure)
            }
        }
    }

    fn route(&self, destination: &Destination) -> Result<Route, Failure> {
        if let Some(service) = self
            .services
            .iter()
            .find(|service| service.serves(destination))
        {
            return Ok(Route::InProcess(service.clone()));
        }
        if self.lists(destination) && self.network {
            return Ok(Route::Network);
        }
        self.denials.add(Denial::new(destination, self.network));
        Err(Failure::Denied)
    }

    async fn exchange(
        &self,
        request: Request<Body>,
        destination: &Destination,
        route: Route,
        limits: TimeLimits,
        access: &mut Access,
    ) -> Result<Answer, Failure> {
        let (head, body) = request.into_parts();
        let method = head.method.clone();
        let activity = Arc::new(Activity::new(Arc::clone(&self.traffic)));
        let body = Outgoing::begin(body, Arc::clone(&activity)).await?;
        credentials::remember(&head.headers, body.as_ref().map_or(&[], Outgoing::first));
        access.holds(self.permit().await?);
        activity.taken();
        let head = Request::from_parts(head, ());
        let sending = async {
            match route {
                Route::InProcess(service) => service.answer(head.map(|()| boxed(body))).await,
                Route::Network => {
                    self.transmit(head, destination, body, &activity, limits)
                        .await
                }
            }
        };
        let response = tokio::select! {
            response = sending => response?,
            () = activity.silence(limits.first_byte) => return Err(Failure::ReadTimeout),
            failure = activity.spent(self.pace) => return Err(failure),
        };
        access.status(response.status());
        Ok(Answer { method, response })
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let permit =
            tokio::time::timeout(self.max_wait, Arc::clone(&self.permits).acquire_owned()).await;
        permit.ok().and_then(Result::ok).ok_or(Failure::QueueFull)
    }

    async fn transmit(
        &self,
        head: Request<()>,
        destination: &Destination,
        body: Option<Outgoing>,
        activity: &Arc<Activity>,
        limits: TimeLimits,
    ) -> Result<Response<Body>, Failure> {
        let client = self.clients.client(destination)?;
        let (head, ()) = head.into_parts();
        let mut request = reqwest::Request::new(head.method, destination.url().clone());
        *request.headers_mut() = headers(head.headers, request.method(), body.is_some());
        *request.body_mut() = body.map(reqwest::Body::wrap);
        let sent = with_connect_limit(
            Arc::clone(activity),
            limits.connect,
            client.execute(request),
        )
        .await;
        let response = Response::from(sent.map_err(|error| failure::of_sending(&error))?);
        Ok(response.map(|body| {
            body.map_err(|error| failure::of_receiving(&error))
                .boxed_unsync()
        }))
    }
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress")
            .field("allowed", &self.allowed)
            .field("services", &self.services)
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}
