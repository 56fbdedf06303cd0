//! SOQL.

use super::{Run, Table, plain, typed};
use crate::rest::{build, query, rows};

/// The operations of `query`.
pub const TABLE: Table = &[
    (
        "query/query",
        Run::Call(|org, config, _| plain(query::query(org, &config.read()?)?)),
    ),
    (
        "query/query-more",
        Run::Call(|org, config, _| plain(query::query_more(org, &config.read()?)?)),
    ),
    (
        "query/rows",
        Run::Source(|org, config, _| Ok(Box::new(rows::Rows::open(org, &config.read()?)?))),
    ),
    (
        "query/build",
        Run::Call(|_, config, _| typed(build::build(&config.read()?)?)),
    ),
    (
        "query/explain",
        Run::Call(|org, config, _| plain(query::explain(org, &config.read()?)?)),
    ),
];
