//! Many records at once.

use super::{Run, Table, needed, plain};
use crate::rest::collections;

/// The operations of `collections`.
pub const TABLE: Table = &[
    (
        "collections/create",
        Run::Call(|org, config, input| {
            plain(collections::create(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "collections/update",
        Run::Call(|org, config, input| {
            plain(collections::update(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "collections/upsert",
        Run::Call(|org, config, input| {
            plain(collections::upsert(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "collections/delete",
        Run::Call(|org, config, input| {
            plain(collections::delete(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "collections/retrieve",
        Run::Call(|org, config, input| {
            plain(collections::retrieve(
                org,
                &config.read()?,
                &needed(input)?,
            )?)
        }),
    ),
    (
        "collections/create-tree",
        Run::Call(|org, config, input| {
            plain(collections::create_tree(
                org,
                &config.read()?,
                &needed(input)?,
            )?)
        }),
    ),
];
