//! What every operation needs and tests replace: transport, clock, sessions; and what parts of the connector remember.

use crate::clock::Clock;
use crate::connection::Sessions;
use crate::transport::Transport;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The surroundings of an instance.
pub struct Context {
    /// Sends requests.
    pub transport: Box<dyn Transport>,
    /// Tells time.
    pub clock: Box<dyn Clock>,
    /// Remembers sessions.
    pub sessions: Sessions,
    caches: RefCell<HashMap<TypeId, Rc<dyn Any>>>,
}

impl Context {
    /// A context without sessions.
    pub fn new(transport: impl Transport + 'static, clock: impl Clock + 'static) -> Self {
        Self {
            transport: Box::new(transport),
            clock: Box::new(clock),
            sessions: Sessions::default(),
            caches: RefCell::default(),
        }
    }

    /// What a part of the connector remembers between operations, by its type: empty when it is asked for first. So this
    /// module need not know who remembers what; each cache bounds itself.
    pub fn cache<T: Default + 'static>(&self) -> Rc<T> {
        let mut caches = self.caches.borrow_mut();
        let cache = caches.entry(TypeId::of::<T>());
        let cache = Rc::clone(cache.or_insert_with(|| Rc::<T>::default()));
        // What is kept under the id of a type is of that type.
        cache.downcast().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::scripted::{Script, TestClock};
    use std::cell::Cell;

    #[test]
    fn what_is_remembered_is_found_by_its_type() {
        let context = Context::new(Script::default(), TestClock::default());
        context.cache::<Cell<u8>>().set(7);
        assert_eq!(context.cache::<Cell<u8>>().get(), 7);
        assert_eq!(context.cache::<Cell<u16>>().get(), 0);
    }
}
