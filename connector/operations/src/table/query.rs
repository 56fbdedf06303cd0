//! SOQL.

use super::{Run, Table, plain, typed};
use crate::reopened::Reopened;
use crate::rest::rows::Rows;
use crate::rest::{build, query};
use salesforce_contract::bindings::exports::salesforce::connector::query::RowsConfig;
use std::rc::Rc;

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
        Run::Source(|org, config, _| {
            let config: RowsConfig = config.read()?;
            let open = move || Rows::open(Rc::clone(&org), &config);
            Ok(Box::new(Reopened::open(open)?))
        }),
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
