//! The org's event bus: change data capture, platform events, PushTopics and generic events, kept for replay.
//!
//! Events are rows of the org's own database ([`log`]), written in the transaction that causes them: they appear with
//! its commit, and what is rolled back yields none. Subscribers ([`Clients`]) read on from where they are; so a slow
//! one costs nothing but falls behind until what it has not read is past its retention.

mod bus;
mod capture;
mod change;
mod channel;
mod client;
mod coalesce;
mod delivered;
mod faults;
mod feed;
mod fields;
mod gap;
mod generic;
mod listeners;
pub mod log;
mod lookup;
mod names;
mod origin;
mod platform;
mod publish;
mod schema;
mod settings;
#[cfg(test)]
mod tests;
mod topics;
mod uuid;

pub use bus::Events;
pub use change::Change;
pub use channel::Channel;
pub use client::{Client, Clients, Subscription, TooManyClients};
pub use faults::{EventFault, EventFaults};
pub(crate) use feed::Feed;
pub use gap::{Gap, GapKind};
pub use generic::{OBJECT as STREAMING_CHANNEL, Push, Pushed};
pub use names::{is_captured, is_event};
pub use origin::{Api, ClientName, Origin};
pub use platform::event_uuid;
pub(crate) use platform::publish;
pub(crate) use publish::before_save;
pub use schema::{Form, event_schema, schema_by_id};
pub use settings::Settings;
pub use topics::Filter;
