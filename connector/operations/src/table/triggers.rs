//! What changed, asked for again and again.

use super::{Run, Table};
use crate::triggers::{deleted, records};

/// The operations of `triggers`.
pub const TABLE: Table = &[
    (
        "triggers/created",
        Run::Trigger(|org, config, from, wait| records::created(&org, &config.read()?, from, wait)),
    ),
    (
        "triggers/updated",
        Run::Trigger(|org, config, from, wait| records::updated(&org, &config.read()?, from, wait)),
    ),
    (
        "triggers/created-or-updated",
        Run::Trigger(|org, config, from, wait| {
            records::created_or_updated(&org, &config.read()?, from, wait)
        }),
    ),
    (
        "triggers/deleted",
        Run::Trigger(|org, config, from, wait| deleted::deleted(&org, &config.read()?, from, wait)),
    ),
    (
        "triggers/query",
        Run::Trigger(|org, config, from, wait| records::query(&org, &config.read()?, from, wait)),
    ),
];
