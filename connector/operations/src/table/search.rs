//! SOSL and suggestions.

use super::{Run, Table, plain};
use crate::rest::search;

/// The operations of `search`.
pub const TABLE: Table = &[
    (
        "search/search",
        Run::Call(|org, config, _| plain(search::search(org, &config.read()?)?)),
    ),
    (
        "search/parameterized",
        Run::Call(|org, config, _| plain(search::parameterized(org, &config.read()?)?)),
    ),
    (
        "search/scope-order",
        Run::Call(|org, _, _| plain(search::scope_order(org)?)),
    ),
    (
        "search/layout",
        Run::Call(|org, config, _| plain(search::layout(org, &config.read()?)?)),
    ),
    (
        "search/suggestions",
        Run::Call(|org, config, _| plain(search::suggestions(org, &config.read()?)?)),
    ),
    (
        "search/suggest-titles",
        Run::Call(|org, config, _| plain(search::suggest_titles(org, &config.read()?)?)),
    ),
    (
        "search/suggest-queries",
        Run::Call(|org, config, _| plain(search::suggest_queries(org, &config.read()?)?)),
    ),
];
