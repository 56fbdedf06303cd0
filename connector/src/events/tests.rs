//! Subscriptions against scripts, and outbound messages good and hostile.

mod outbound;
mod subscriptions;
