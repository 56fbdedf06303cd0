//! Outbound messages: what a workflow posts to a listener when a record is created or changed.
//!
//! A change queues a notification in its own transaction ([`queue`]); the HTTP side posts what is queued, up to 100
//! notifications in one message, until the listener acknowledges them or 24 hours have passed. What a message contains of a
//! record is how the record is when it is sent (SOAP API guide, "Understanding Notifications").

mod definitions;
mod message;
mod notify;
pub mod queue;
mod state;

pub use message::{OutboundMessage, Trigger};
pub(crate) use notify::notify;
pub use queue::Notification;
pub use state::Outbound;
