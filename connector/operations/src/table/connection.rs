//! The connection itself.

use super::{Run, Table, plain, typed};
use crate::rest::connection;

/// The operations of `connection`.
pub const TABLE: Table = &[
    (
        "connection/authenticate",
        Run::Call(|org, _, _| typed(connection::authenticate(org)?)),
    ),
    (
        "connection/test",
        Run::Call(|org, _, _| typed(connection::test(org)?)),
    ),
    (
        "connection/identity",
        Run::Call(|org, _, _| plain(connection::identity(org)?)),
    ),
    (
        "connection/versions",
        Run::Call(|org, _, _| plain(connection::versions(org)?)),
    ),
    (
        "connection/limits",
        Run::Call(|org, _, _| plain(connection::limits(org)?)),
    ),
    (
        "connection/resources",
        Run::Call(|org, _, _| plain(connection::resources(org)?)),
    ),
    (
        "connection/revoke",
        Run::Call(|org, config, _| typed(connection::revoke(org, &config.read()?)?)),
    ),
];
