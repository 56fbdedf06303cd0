//! A component that is ready to be started.

use super::bindings::ConnectorPre;
use super::bounds::{Bounds, Exceeded, computing};
use super::catalog;
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

/// A component that has not started, or not told about itself, after this long never will. Starting and describing take
/// milliseconds; a busy machine may take a thousand times as long.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Computing of which it may take.
const START_COMPUTE: Duration = Duration::from_secs(10);

/// Bytes that a catalog may hand to the host, its texts counted each time that they occur.
const MAX_CATALOG: usize = 32 << 20;

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

    /// Asks another instance twice what the connector says of itself, whatever is kept: it must be the same each time.
    ///
    /// # Errors
    /// As for [`Connector::describe`].
    #[cfg(feature = "check")]
    pub(crate) async fn describe_anew(&self) -> Result<[ConnectorInfo; 2], HostError> {
        let mut guest = self.instantiate(Egress::sealed()).await?;
        Ok([ask(&mut guest).await?, ask(&mut guest).await?])
    }

    /// Lists what the component imports, by interface and version.
    #[cfg(feature = "check")]
    pub(crate) fn imports(&self) -> Vec<String> {
        let pre = self.inner.pre.instance_pre();
        let component = pre.component().component_type();
        let imports = component.imports(pre.engine());
        imports.map(|(name, _)| name.to_owned()).collect()
    }

    async fn ask(&self) -> Result<Arc<ConnectorInfo>, HostError> {
        let mut guest = self.instantiate(Egress::sealed()).await?;
        ask(&mut guest).await.map(Arc::new)
    }

    /// Starts an instance whose requests go through `egress`. Instances that share an `Egress` share its limit of
    /// concurrent exchanges.
    ///
    /// # Errors
    /// A connector that breaks off while it starts, and a runtime whose instances are all in use.
    pub async fn start(&self, egress: Arc<Egress>) -> Result<Instance, HostError> {
        let bounds = Bounds::new(&self.inner.settings, Arc::clone(&egress));
        let guest = self.instantiate(egress).await?;
        Ok(Instance::spawn(guest, bounds))
    }

    async fn instantiate(&self, egress: Arc<Egress>) -> Result<Guest, HostError> {
        let Inner { pre, settings, .. } = &*self.inner;
        let mut store = Store::new(pre.engine(), State::new(settings, egress));
        store.limiter(|state| &mut state.limits);
        store.epoch_deadline_async_yield_and_update(1);
        match within("its start", pre.instantiate_async(&mut store)).await? {
            Ok(connector) => Ok(Guest::new(store, connector)),
            Err(error) if error.is::<PoolConcurrencyLimitError>() => {
                Err(HostError::TooManyInstances {
                    reason: error.root_cause().to_string(),
                })
            }
            Err(error) => Err(super::guest::ending_of(&store, "its start", &error)),
        }
    }
}

/// Asks a connector what it says of itself, and holds that against the contract.
async fn ask(guest: &mut Guest) -> Result<ConnectorInfo, HostError> {
    const DURING: &str = "`describe`";
    guest.store.set_hostcall_fuel(MAX_CATALOG);
    let info = within(DURING, guest.describe()).await?;
    let info = info.map_err(|error| ending(guest, DURING, &error))?;
    catalog::check(&info)?;
    Ok(info)
}

async fn within<T>(during: &str, work: impl Future<Output = T>) -> Result<T, HostError> {
    let work = computing(START_COMPUTE, work);
    let done = tokio::time::timeout(START_LIMIT, work).await;
    done.unwrap_or(Err(Exceeded::Call(START_LIMIT)))
        .map_err(|exceeded| exceeded.error(during))
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.inner.info.get();
        f.debug_struct("Connector")
            .field("name", &info.map(|info| &info.name))
            .finish_non_exhaustive()
    }
}
