//! Any request.

use super::{Run, Table, plain};
use crate::rest::raw;

/// The operations of `raw`.
pub const TABLE: Table = &[(
    "raw/request",
    Run::Call(|org, config, input| plain(raw::request(org, &config.read()?, input.as_ref())?)),
)];
