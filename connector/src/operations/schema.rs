//! Objects and fields.

use super::{Run, Table, plain};
use crate::rest::schema;

/// The operations of `schema`.
pub const TABLE: Table = &[
    (
        "schema/objects",
        Run::Call(|org, config, _| plain(schema::objects(org, &config.read()?)?)),
    ),
    (
        "schema/describe",
        Run::Call(|org, config, _| plain(schema::describe(org, &config.read()?)?)),
    ),
];
