//! What one instance may take, and the message when it takes more.

use super::RuntimeSettings;
use wasmtime::ResourceLimiter;

/// Memory and tables of one instance, and their bounds.
#[derive(Debug)]
pub(super) struct Limits {
    max_memory: usize,
    memory: usize,
    max_table_elements: usize,
    table_elements: usize,
}

/// The limit that an instance hit. It travels through the engine as the reason of the trap.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct LimitHit(String);

impl Limits {
    pub(super) fn new(settings: &RuntimeSettings) -> Self {
        Self {
            max_memory: usize::try_from(settings.max_memory).unwrap_or(usize::MAX),
            memory: 0,
            max_table_elements: settings.max_table_elements,
            table_elements: 0,
        }
    }
}

impl ResourceLimiter for Limits {
    /// Traps at growth beyond the limit: a guest told "no" would abort without a reason.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = (self.memory + desired).saturating_sub(current);
        if total > self.max_memory {
            let mib = self.max_memory >> 20;
            return Err(LimitHit(format!("its limit of {mib} MiB of memory")).into());
        }
        self.memory = total;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = (self.table_elements + desired).saturating_sub(current);
        if total > self.max_table_elements {
            let most = self.max_table_elements;
            return Err(LimitHit(format!("its limit of {most} table elements")).into());
        }
        self.table_elements = total;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(max_memory: u64) -> Limits {
        Limits::new(&RuntimeSettings {
            max_memory,
            max_table_elements: 10,
            ..RuntimeSettings::default()
        })
    }

    #[test]
    fn growth_up_to_the_limit_is_granted() {
        let mut limits = limits(2 << 20);
        assert!(limits.memory_growing(0, 1 << 20, None).unwrap());
        assert!(limits.memory_growing(1 << 20, 2 << 20, None).unwrap());
    }

    #[test]
    fn several_memories_share_one_limit() {
        let mut limits = limits(2 << 20);
        assert!(limits.memory_growing(0, 2 << 20, None).unwrap());
        let refusal = limits.memory_growing(0, 1, None).unwrap_err();
        assert_eq!(refusal.to_string(), "its limit of 2 MiB of memory");
    }

    #[test]
    fn tables_share_one_limit() {
        let mut limits = limits(1);
        assert!(limits.table_growing(0, 8, None).unwrap());
        assert!(limits.table_growing(0, 3, None).is_err());
    }
}
