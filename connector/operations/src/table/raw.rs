//! Any request.

use super::{Run, Table, plain, typed};
use crate::dispatch;
use crate::rest::{graphql, query, raw};

/// The operations of `raw`.
pub const TABLE: Table = &[
    (
        "raw/request",
        Run::Call(|org, config, input| plain(raw::request(org, &config.read()?, input.as_ref())?)),
    ),
    (
        "raw/apex-rest",
        Run::Call(|org, config, input| {
            plain(raw::apex_rest(org, &config.read()?, input.as_ref())?)
        }),
    ),
    (
        "raw/graphql",
        Run::Call(|org, config, _| plain(graphql::graphql(org, &config.read()?)?)),
    ),
    (
        "raw/tooling-query",
        Run::Call(|org, config, _| plain(query::tooling(org, &config.read()?)?)),
    ),
    (
        "raw/dry-run",
        Run::Call(|org, config, input| typed(dispatch::dry_run(org, &config.read()?, input)?)),
    ),
];
