//! A component that is ready to be started.

use super::bindings::ConnectorPre;
use super::guest::{Guest, ending};
use super::state::State;
use super::{Instance, RuntimeSettings};
use crate::contract::ConnectorInfo;
use crate::egress::Egress;
use crate::error::HostError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;
use wasmtime::{PoolConcurrencyLimitError, Store};

/// A component that has not started, or not told about itself, after this long never will.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A connector: compiled, checked, its imports tied; ready to be started any number of times. Clones share everything.
#[derive(Clone)]
pub struct Connector {
    inner: Arc<Inner>,
}

struct Inner {
    pre: ConnectorPre<State>,
    settings: RuntimeSettings,
    info: OnceCell<Arc<ConnectorInfo>>,
}

impl Connector {
    pub(super) fn new(pre: ConnectorPre<State>, settings: RuntimeSettings) -> Self {
        Self {
            inner: Arc::new(Inner {
                pre,
                settings,
                info: OnceCell::new(),
            }),
        }
    }

    /// Returns what the connector says of itself. It is asked once, in an instance of its own without a network; the
    /// answer is kept.
    ///
    /// # Errors
    /// A connector that breaks off or takes too long, and a runtime whose instances are all in use.
    pub async fn describe(&self) -> Result<Arc<ConnectorInfo>, HostError> {
        self.inner
            .info
            .get_or_try_init(|| self.ask())
            .await
            .cloned()
    }

    async fn ask(&self) -> Result<Arc<ConnectorInfo>, HostError> {
        let mut guest = self.instantiate(Egress::sealed()).await?;
        let asked = tokio::time::timeout(START_LIMIT, guest.describe()).await;
        let info = within(START_LIMIT, "`describe`", asked)?;
        info.map(Arc::new)
            .map_err(|error| ending(&guest, "`describe`", &error))
    }

    /// Starts an instance whose requests go through `egress`. Instances that share an `Egress` share its limit of
    /// concurrent exchanges.
    ///
    /// # Errors
    /// A connector that breaks off while it starts, and a runtime whose instances are all in use.
    pub async fn start(&self, egress: Arc<Egress>) -> Result<Instance, HostError> {
        let guest = self.instantiate(egress).await?;
        Ok(Instance::spawn(guest, self.inner.settings.call_timeout))
    }

    async fn instantiate(&self, egress: Arc<Egress>) -> Result<Guest, HostError> {
        let Inner { pre, settings, .. } = &*self.inner;
        let mut store = Store::new(pre.engine(), State::new(settings, egress));
        store.limiter(|state| &mut state.limits);
        store.epoch_deadline_async_yield_and_update(1);
        let started = tokio::time::timeout(START_LIMIT, pre.instantiate_async(&mut store)).await;
        match within(START_LIMIT, "its start", started)? {
            Ok(connector) => Ok(Guest { store, connector }),
            Err(error) if error.is::<PoolConcurrencyLimitError>() => {
                Err(HostError::TooManyInstances {
                    reason: error.root_cause().to_string(),
                })
            }
            Err(error) => Err(super::guest::ending_of(&store, "its start", &error)),
        }
    }
}

fn within<T>(
    limit: Duration,
    during: &str,
    result: Result<T, tokio::time::error::Elapsed>,
) -> Result<T, HostError> {
    result.map_err(|_| HostError::DeadlineExceeded {
        during: during.to_owned(),
        limit,
    })
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.inner.info.get();
        f.debug_struct("Connector")
            .field("name", &info.map(|info| &info.name))
            .finish_non_exhaustive()
    }
}
