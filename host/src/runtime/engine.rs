//! The WebAssembly engine and its allocation strategy: made once per process.

use super::RuntimeSettings;
use crate::error::HostError;
use std::time::Duration;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How often running connectors give other tasks a turn. Short enough that a time-out or Ctrl-C is noticed at once,
/// long enough that the counting costs nothing measurable.
const EPOCH: Duration = Duration::from_millis(10);

/// A 32-bit linear memory cannot be larger.
const MAX_MEMORY: u64 = 1 << 32;

/// Core modules in one component. A Rust component has 3 (itself, and two shims that tie its imports); a connector
/// composed of several components has as many times more.
const CORE_INSTANCES_PER_COMPONENT: u32 = 16;

/// Makes an engine that allocates from pools, or one that allocates as needed where the system grants no pool.
pub(super) fn new(settings: &RuntimeSettings) -> Result<Engine, HostError> {
    check(settings)?;
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(settings)));
    let engine = Engine::new(&config).or_else(|error| {
        tracing::warn!("instances are allocated without a pool: {error:#}");
        Engine::new(config.allocation_strategy(InstanceAllocationStrategy::OnDemand))
    });
    let engine = engine.map_err(|error| HostError::Engine {
        doing: "set up the WebAssembly engine",
        source: error.into(),
    })?;
    tick(&engine)?;
    Ok(engine)
}

fn check(settings: &RuntimeSettings) -> Result<(), HostError> {
    if settings.max_memory == 0 || settings.max_memory > MAX_MEMORY {
        return Err(HostError::settings(format!(
            "The limit of memory per instance is {} bytes: give 1 to {MAX_MEMORY}.",
            settings.max_memory
        )));
    }
    if settings.max_instances == 0 || settings.max_instances > 1000 {
        return Err(HostError::settings(format!(
            "The limit of instances is {}: give 1 to 1000.",
            settings.max_instances
        )));
    }
    Ok(())
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // Epochs only make running guests yield; what ends them is a time-out outside. A fixed deadline would kill a
        // long poll the moment its host call returns.
        .epoch_interruption(true)
        // A trap's story names functions; without this, optimised guests lose them.
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(20));
    config
}

/// Configures the pools. Everything here is address space until it is touched: 32 slots of 4 GiB reserve 128 GiB of
/// addresses and no memory.
fn pool(settings: &RuntimeSettings) -> PoolingAllocationConfig {
    let instances = settings.max_instances;
    let mut pool = PoolingAllocationConfig::new();
    pool
        // Component instances alive at a time. This is what a caller means by "instances": one per `Connector::start`,
        // and one for the moment of `describe`.
        .total_component_instances(instances)
        // Core instances alive at a time: the modules inside those components.
        .total_core_instances(instances * CORE_INSTANCES_PER_COMPONENT)
        .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT)
        // Linear memories alive at a time: one per component. A composed connector may hold up to four, and then counts
        // as four instances.
        .total_memories(instances)
        .max_memories_per_component(4)
        // Tables alive at a time: a Rust component has two (its own, and that of a shim).
        .total_tables(instances * CORE_INSTANCES_PER_COMPONENT)
        .max_tables_per_component(CORE_INSTANCES_PER_COMPONENT)
        // Elements per table: every slot is as large as the largest, 8 bytes an element.
        .table_elements(settings.max_table_elements)
        // Stacks for guests that wait: one per running call, and an instance runs one call at a time.
        .total_stacks(instances)
        // Bytes per memory. The limiter of the store says it more clearly and comes first; this is the wall behind it.
        .max_memory_size(usize::try_from(settings.max_memory).unwrap_or(usize::MAX))
        // Slots kept warm after use: the next instance of the same component maps nothing again.
        .max_unused_warm_slots(instances.min(8));
    pool
}

/// Advances the epoch from a thread of its own, for as long as the engine is in use.
fn tick(engine: &Engine) -> Result<(), HostError> {
    let engine = engine.weak();
    let ticker = std::thread::Builder::new()
        .name("mediate-epochs".into())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(EPOCH);
            }
        });
    ticker.map(drop).map_err(|error| HostError::Engine {
        doing: "start the thread that counts epochs",
        source: error.into(),
    })
}
