//! What every operation needs and tests replace: transport, clock, sessions, describes.

use crate::clock::Clock;
use crate::connection::Sessions;
use crate::describe::Describes;
use crate::door::KnownNames;
use crate::events::Subscriptions;
use crate::org::Usages;
use crate::transport::Transport;

/// The surroundings of an instance.
pub struct Context {
    /// Sends requests.
    pub transport: Box<dyn Transport>,
    /// Tells time.
    pub clock: Box<dyn Clock>,
    /// Remembers sessions.
    pub sessions: Sessions,
    /// Remembers describes.
    pub describes: Describes,
    /// Remembers the names of objects.
    pub names: KnownNames,
    /// Remembers how much of their daily calls orgs have used.
    pub usages: Usages,
    /// Remembers clients that wait for events.
    pub subscriptions: Subscriptions,
}

impl Context {
    /// A context without sessions.
    pub fn new(transport: impl Transport + 'static, clock: impl Clock + 'static) -> Self {
        Self {
            transport: Box::new(transport),
            clock: Box::new(clock),
            sessions: Sessions::default(),
            describes: Describes::default(),
            names: KnownNames::default(),
            usages: Usages::default(),
            subscriptions: Subscriptions::default(),
        }
    }
}
