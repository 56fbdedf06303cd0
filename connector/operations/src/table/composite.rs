//! Several requests in one.

use super::{Run, Table, needed, plain};
use crate::rest::composite;

/// The operations of `composite`.
pub const TABLE: Table = &[
    (
        "composite/request",
        Run::Call(|org, config, input| {
            plain(composite::request(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "composite/batch",
        Run::Call(|org, config, input| {
            plain(composite::batch(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "composite/graph",
        Run::Call(|org, config, input| {
            plain(composite::graph(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "composite/list",
        Run::Call(|org, _, _| plain(composite::list(org)?)),
    ),
];
