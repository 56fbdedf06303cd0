//! Events: subscriptions over CometD, publishing, outbound messages.
//!
//! `bayeux` is the protocol's messages, `subscriber` speaks it for one subscription, `subscribe` is what a poll does with a client,
//! `cursor` is what the checkpoint holds, `quiet` what it holds of channels without an event, `gap` reports events that are gone,
//! `filter` decides which are returned.

mod bayeux;
mod bayeux_client;
mod client_error;
mod connect;
mod cookies;
mod cursor;
mod document;
mod filter;
mod gap;
pub mod outbound;
pub mod publish;
mod quiet;
pub mod subscribe;
mod subscriptions;
#[cfg(test)]
mod tests;
