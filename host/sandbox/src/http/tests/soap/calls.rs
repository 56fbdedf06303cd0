//! Calls beyond records and protocol.
