//! Events and outbound messages.

use super::{Run, Table, needed, plain};
use crate::events::{outbound, publish, subscribe};

/// The operations of `events`.
pub const TABLE: Table = &[
    (
        "events/subscribe",
        Run::Trigger(|org, config, from, wait| {
            subscribe::subscribe(&org, &config.read()?, from, wait)
        }),
    ),
    (
        "events/publish",
        Run::Call(|org, config, input| {
            plain(publish::publish(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "events/parse-outbound-message",
        Run::Call(|_, config, input| plain(outbound::parse(&config.read()?, &needed(input)?)?)),
    ),
];
