//! What changed in a simulated org, through the connector and the host: nothing is missed, and nothing handed out twice that
//! was handled.

mod day;
mod killed;
mod outbound;
mod polled;
mod quiet;
