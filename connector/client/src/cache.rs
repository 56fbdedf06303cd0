//! What an instance remembers between operations, within a bound.

use std::cell::RefCell;
use std::collections::VecDeque;

/// Values by their keys, at most `MOST` of them: the one that was kept first goes first.
pub struct BoundedCache<V, const MOST: usize>(RefCell<VecDeque<(String, V)>>);

impl<V, const MOST: usize> Default for BoundedCache<V, MOST> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<V, const MOST: usize> BoundedCache<V, MOST> {
    /// Keeps a value in place of an older one.
    pub fn keep(&self, key: String, value: V) {
        self.take(&key);
        let mut entries = self.0.borrow_mut();
        if entries.len() >= MOST {
            entries.pop_front();
        }
        entries.push_back((key, value));
    }

    /// Takes a value out.
    pub fn take(&self, key: &str) -> Option<V> {
        let mut entries = self.0.borrow_mut();
        let at = entries.iter().position(|(known, _)| known == key)?;
        entries.remove(at).map(|(_, value)| value)
    }

    /// Counts the values.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<V: Clone, const MOST: usize> BoundedCache<V, MOST> {
    /// Finds a value.
    pub fn get(&self, key: &str) -> Option<V> {
        let entries = self.0.borrow();
        let found = entries.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let cache = BoundedCache::<u8, 2>::default();
        assert!(cache.is_empty());
        for (key, value) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
            cache.keep(key.to_owned(), value);
        }
        assert_eq!(cache.len(), 2);
        assert_eq!(
            (cache.get("a"), cache.get("b"), cache.get("c")),
            (Some(3), None, Some(4))
        );
        assert_eq!((cache.take("a"), cache.take("a")), (Some(3), None));
    }
}
