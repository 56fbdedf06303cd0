//! The clients that wait for events between polls of this instance.

use super::bayeux_client::BayeuxClient;
use salesforce_client::cache::BoundedCache;

/// Clients kept per instance; the oldest goes first. Salesforce forgets it within a minute, and a later poll begins anew.
const MAX_CLIENTS: usize = 16;

/// The clients of an instance, by what they are subscribed to; a poll takes its own out.
pub type Subscriptions = BoundedCache<BayeuxClient, MAX_CLIENTS>;
