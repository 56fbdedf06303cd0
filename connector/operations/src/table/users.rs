//! Users and their passwords.

use super::{Run, Table, plain};
use crate::rest::users;

/// The operations of `users`.
pub const TABLE: Table = &[
    (
        "users/info",
        Run::Call(|org, config, _| plain(users::info(org, &config.read()?)?)),
    ),
    (
        "users/set-password",
        Run::Call(|org, config, _| plain(users::set_password(org, &config.read()?)?)),
    ),
    (
        "users/reset-password",
        Run::Call(|org, config, _| plain(users::reset_password(org, &config.read()?)?)),
    ),
    (
        "users/password-status",
        Run::Call(|org, config, _| plain(users::password_status(org, &config.read()?)?)),
    ),
];
