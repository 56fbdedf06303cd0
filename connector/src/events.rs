//! Events: subscriptions over CometD, publishing, outbound messages.
//!
//! `bayeux` is the protocol's wording, `client` speaks it for one subscription, `subscribe` is what a poll does with a client,
//! `place` is what the checkpoint holds.

mod bayeux;
mod client;
mod cookies;
mod document;
pub mod outbound;
mod place;
pub mod publish;
pub mod subscribe;
mod subscriptions;
#[cfg(test)]
mod tests;

pub use subscriptions::Subscriptions;
